"""midigan encode, as it is typed: bar lines, the pedal, and other meters."""

import json
from pathlib import Path

import mido
import pytest
from ballad import ballad
from click.testing import CliRunner
from encoding import VOICES, facts, run
from midi_bytes import meter, midi, name, notes, off, on

from midigan.commands import cli
from midigan.files.opening.read import read_scores
from midigan.sets.phrase_set import PhraseSet


def shifted(tmp_path, ticks):
    """A song in `song.mid` whose bar lines lie some ticks beside those of the file."""
    score = ballad(ticks)
    file = mido.MidiFile(ticks_per_beat=score.ppq)
    for number in (0, 1):
        events = []
        for start, length, source, pitch, velocity in score.notes.tolist():
            if source == number:
                events += [(start, velocity, pitch), (start + length, 0, pitch)]
        track, now = mido.MidiTrack(), 0
        for at, velocity, pitch in sorted(events):
            track.append(
                mido.Message(
                    "note_on", channel=number, note=pitch, velocity=velocity, time=at - now
                )
            )
            now = at
        file.tracks.append(track)
    file.save(tmp_path / "song.mid")


def test_bar_lines_are_found_where_the_file_has_none_that_fit(music):
    shifted(music, 345)
    result = run("song.mid", "--layout", "band", "--report", "r.json", "-o", "a.npz")
    assert result.exit_code == 0, result.output
    assert facts(result)["aligned"].startswith("1 file, bar lines found with a median confidence")
    assert facts(result)["off the grid"].startswith("0.0%")
    (file,) = json.loads((music / "r.json").read_text())["files"]
    assert file["bar_confidence"] > 0.9
    assert file["beat_confidence"] >= file["bar_confidence"]
    assert next(iter(PhraseSet.load(music / "a.npz").songs())).notes["start"].min() == 0
    explained = facts(run("--explain", "song.mid", "--layout", "band"))
    assert explained["bar lines"].startswith("found in the notes")


def test_the_files_bar_lines_are_used_on_demand(music):
    shifted(music, 345)
    result = run("song.mid", "--layout", "band", "--align", "file", "--json", "-o", "a.npz")
    account = json.loads(result.output)
    assert account["aligned"] == 0
    assert account["files"][0]["bar_confidence"] is None
    assert account["off_grid_share"] == 1
    assert "bar lines" not in facts(run("--explain", "song.mid", "--align", "file"))
    assert run("song.mid", "--align", "ear").exit_code == 2


def test_the_pedal_is_used_on_demand(music):
    pedal = b"\0\xb0\x40\x7f" + notes(2) + on(60) + off(60) + b"\x8f\0\xb0\x40\0" + on(62) + off(62)
    (music / "pedal.mid").write_bytes(midi(pedal))
    plain = facts(run("pedal.mid", "--layout", "band", "-o", "a.npz"))
    held = facts(run("pedal.mid", "--layout", "band", "-o", "b.npz", "--pedal"))
    assert "pedal" not in plain
    assert held["pedal"] == "held 3 notes"
    lengths = [
        [note["length"] for note in next(iter(PhraseSet.load(music / name).songs())).notes]
        for name in ("a.npz", "b.npz")
    ]
    assert lengths == [[2, 2, 2, 2], [4, 20, 18, 2]]
    explained = facts(run("--explain", "pedal.mid", "--layout", "band", "--pedal"))
    assert explained["pedal"] == "holds 3 notes"


def waltzes(folder, count):
    for number in range(count):
        voices = [name("S") + notes(36, first=70 + number), *VOICES[1:]]
        data = midi(meter(3, 4) + voices[0], *voices[1:])
        (folder / "music" / f"waltz{number}.mid").write_bytes(data)


def test_native_bars_are_those_of_the_most_frequent_meter(music):
    waltzes(music, 4)
    result = run("music", "--meter", "native", "--report", "r.json")
    phrases = PhraseSet.load(music / "music.npz")
    assert (phrases.layout.name, phrases.layout.steps) == ("satb-3-4", 12)
    assert phrases.names == ("waltz0", "waltz1", "waltz2", "waltz3")
    assert phrases.phrases(slice(0, 1)).shape == (1, 4, 2, 12, 84)
    said = " ".join(result.output.split())
    assert facts(result)["meter"] == "4 of 7 pieces looked at are in 3/4"
    assert "3 skipped, another meter, 4/4 instead of 3/4 (--meter pad takes them): 0.mid" in said
    assert json.loads((music / "r.json").read_text())["meter_reason"] == facts(result)["meter"]
    assert run("music", "--meter", "native", "--align", "file").exit_code == 0


def test_where_no_song_is_in_the_layouts_meter_bars_are_in_theirs(music):
    waltzes(music, 2)
    result = run("music/waltz0.mid", "music/waltz1.mid", "-o", "waltzes.npz")
    assert result.exit_code == 0
    assert PhraseSet.load(music / "waltzes.npz").layout.name == "satb-3-4"
    assert facts(result)["meter"] == "2 of 2 pieces looked at are in 3/4, none in 4/4"
    # One of the music's others is enough for the layout's own.
    result = run("music")
    assert facts(result)["files"] == "5, 3 of them used"
    assert "meter" not in facts(result)


def test_a_song_is_padded_if_no_bars_can_be_made_of_its_meter(music):
    (music / "long.mid").write_bytes(midi(meter(255, 4) + notes(300)))
    result = run("long.mid")
    assert result.exit_code == 0
    assert facts(result)["meter"] == "1 of 1 pieces looked at are in 255/4, none in 4/4: padded"
    assert len(next(iter(PhraseSet.load(music / "long.npz").songs())).notes) == 300


def test_where_all_songs_are_in_another_meter_the_way_to_take_them_is_said(music):
    waltzes(music, 1)
    result = run("music/waltz0.mid", "--meter", "only")
    assert result.exit_code == 1
    assert "another meter, 3/4 (--meter pad takes them)" in " ".join(result.output.split())


def test_a_meter_can_be_named(music):
    waltzes(music, 2)
    assert facts(run("music", "--meter", "4/4"))["files"] == "5, 3 of them used"
    assert PhraseSet.load(music / "music.npz").layout.name == "satb"
    assert facts(run("music", "--meter", "3/4"))["files"] == "5, 2 of them used"
    result = run("music", "--meter", "5/64")
    assert result.exit_code == 1
    assert "a bar of 5/64 is 1.25 steps of layout satb" in " ".join(result.output.split())
    assert run("music", "--meter", "waltz").exit_code == 2


def test_a_song_in_bars_of_its_own_comes_back(music):
    waltzes(music, 1)
    assert run("music/waltz0.mid", "--meter", "native", "--layout", "satb").exit_code == 0
    decoded = CliRunner().invoke(cli, ["decode", "waltz0.npz", "-o", "out"])
    assert decoded.exit_code == 0, decoded.output
    (written,) = (music / "out").glob("*.mid")
    ((_, before),) = read_scores(music / "music" / "waltz0.mid")
    ((_, after),) = read_scores(written)
    assert after.meters[["numerator", "denominator"]].tolist() == [(3, 4)]

    def beats(score):
        return sorted((score.notes["start"] / score.ppq).tolist())

    assert beats(after) == beats(before)


@pytest.mark.parametrize(
    ("meters", "said"), [(b"", "1 without a meter"), (meter(3, 4), "2 of 3/4")]
)
def test_measures_without_a_meter_are_called_so(tmp_path, monkeypatch, meters, said):
    monkeypatch.chdir(tmp_path)
    Path("song.mid").write_bytes(midi(meters + notes(8)))
    assert facts(run("--explain", "song.mid", "--align", "file"))["measures"] == said
