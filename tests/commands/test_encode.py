import json
import re

import mido
import numpy as np
import pytest
from ballad import ballad
from click.testing import CliRunner
from midi_bytes import meter, midi, name, notes, off, on

from midigan.commands import cli
from midigan.files.read import read_scores
from midigan.phrase_set import PhraseSet

VOICES = [
    name(voice) + notes(32, first=first)
    for voice, first in (("S", 70), ("A", 60), ("T", 50), ("B", 40))
]


@pytest.fixture
def music(tmp_path, monkeypatch):
    """The current folder, with three chorales in `music/`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "music").mkdir()
    for number in range(3):
        voices = [name("S") + notes(32, first=70 + number), *VOICES[1:]]
        (tmp_path / "music" / f"{number}.mid").write_bytes(midi(*voices))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(cli, ["encode", *map(str, arguments)])


def facts(result):
    """The labels and the first lines of the values of what was printed."""
    pairs = [re.split(r" {2,}", line, maxsplit=1) for line in result.output.splitlines()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def test_a_folder_becomes_a_phrase_set_of_its_name(music):
    result = run("music/")
    assert result.exit_code == 0, result.output
    phrases = PhraseSet.load(music / "music.npz")
    assert phrases.layout.name == "satb"
    assert phrases.names == ("0", "1", "2")
    assert len(phrases) == 3 * 3
    assert facts(result)["files"] == "3, 3 of them used"
    assert facts(result)["wrote"] == "music.npz"
    assert facts(result)["layout"].startswith("satb: 3 of 3 pieces looked at are in four parts")
    assert facts(result)["keys"]
    assert "\n\n" not in result.output
    assert max(map(len, result.output.splitlines())) <= 80


def test_a_dense_array_is_minus_one_and_one(music):
    assert run("music", "-o", "m.npy", "--hop", "2").exit_code == 0
    array = np.load("m.npy", allow_pickle=False)
    assert array.shape == (3 * 2, 4, 2, 16, 84)
    assert array.dtype == np.int8
    assert set(np.unique(array)) == {-1, 1}


def test_repeated_pitches_have_a_gap_or_are_held(music):
    held = midi(*[name("S") + notes(1, first=70) * 16])
    (music / "held.mid").write_bytes(held)
    cells = {}
    for repeats in ("gap", "held"):
        run("held.mid", "-o", "h.npy", "--layout", "satb", "--repeats", repeats)
        cells[repeats] = int((np.load("h.npy")[0] > 0).sum())
    assert cells == {"gap": 17, "held": 32}


def test_the_lowest_pitch_moves_the_index(music):
    run("music", "-o", "24.npy")
    run("music", "-o", "0.npy", "--lowest-pitch", "0")
    low, usual = np.load("0.npy"), np.load("24.npy")
    assert np.array_equal(low[..., 24:84], usual[..., :60])


def test_the_report_comes_as_json(music):
    (music / "music" / "bad.mid").write_text("text")
    result = run("music", "--json")
    report = json.loads(result.stdout)
    assert (report["output"], report["used"], report["skipped"]) == ("music.npz", 3, 1)
    assert report["reasons"] == {"not a MIDI file (no MThd header in its first 4 KB)": 1}
    assert [file["used"] for file in report["files"]] == [True, True, True, False]


def test_skipped_files_are_grouped_by_reason_and_mended_ones_named(music):
    for number in range(25):
        data = midi(meter(3, 4) + notes(24, first=40 + number))
        (music / "music" / f"waltz{number:02}.mid").write_bytes(data)
    (music / "music" / "mended.mid").write_bytes(b"junk" + midi(*VOICES[1:]))
    result = run("music")
    said = " ".join(result.output.split())
    assert (
        "25 skipped, meter 3/4 (--meter native or pad uses it): waltz00.mid, waltz01.mid, " in said
    )
    assert "waltz08.mid, ... and 16 more (-v lists them)" in said
    assert "mended: mended.mid: 4 bytes before the header were ignored" in said
    assert max(map(len, result.output.splitlines())) <= 80
    result = run("music", "-v", "--meter", "pad")
    assert result.output.count("waltz") >= 25
    assert "more (-v" not in result.output


def test_copies_are_skipped_unless_they_are_kept(music):
    (music / "music" / "copy.mid").write_bytes((music / "music" / "0.mid").read_bytes())
    result = run("music")
    assert "1 skipped, the same bytes as another file: copy.mid" in result.output
    assert facts(run("music", "--keep-duplicates"))["files"] == "4, 4 of them used"


def test_songs_off_the_grid_are_left_out_if_asked(music):
    (music / "music" / "swing.mid").write_bytes(midi(notes(30, ticks=160)))
    assert facts(run("music"))["files"] == "4, 4 of them used"
    result = run("music", "--max-off-grid", "0.2")
    assert "1 skipped, too far off the grid: swing.mid" in result.output
    assert facts(result)["files"] == "4, 3 of them used"


def test_the_report_may_be_written_to_a_file(music):
    result = run("music", "--report", "r.json")
    assert result.exit_code == 0
    report = json.loads((music / "r.json").read_text("utf-8"))
    assert (report["used"], report["songs"], sum(report["keys"].values())) == (3, 3, 3)


def test_explain_says_where_each_track_goes_and_why(music):
    tracks = [name("Kit") + notes(8, channel=9), name("Slap Bass") + notes(9, channel=3, first=30)]
    (music / "band.mid").write_bytes(midi(*tracks, name("Lead") + notes(12, channel=4)))
    result = run("--explain", "band.mid", "--layout", "band")
    assert result.exit_code == 0, result.output
    lines = [line.strip() for line in result.output.splitlines()]
    rows = {line.split("  ")[0]: line.split() for line in lines}
    assert rows["Kit"][1:] == ["10", "drums", "8", "Drums", "by", "name"]
    assert rows["Slap Bass"][2:] == ["4", "program", "1", "9", "Bass", "by", "name"]
    assert max(map(len, result.output.splitlines())) <= 80
    assert not (music / "band.npz").exists()
    found = json.loads(run("--explain", "band.mid", "--json").stdout)
    assert [track["channel"] for track in found["tracks"]] == [9, 3, 4]
    assert run("--explain", "band.mid", "music/0.mid").exit_code == 2
    assert run("--explain", "music").exit_code == 1


def test_the_layout_may_be_named(music):
    assert run("music/0.mid", "--layout", "band").exit_code == 0
    assert PhraseSet.load(music / "0.npz").layout.name == "band"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.mid"], "no file or folder 'missing.mid'"),
        (["empty"], "no MIDI files in empty"),
        (["other"], "no MIDI files in other"),
        (["other/text.mid.txt"], "not a MIDI file"),
        (["music", "--layout", "quintet"], "no layout 'quintet'"),
        (["music", "--lowest-pitch", "60"], "lowest_pitch is 60, legal are 0 to 44"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(music, arguments, said):
    (music / "empty").mkdir()
    (music / "other").mkdir()
    (music / "other" / "text.mid.txt").write_text("text")
    result = run(*arguments, "-o", "out.npz")
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (music / "out.npz").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["music", "-o", "out.wav"],
        ["music", "-o", "folder.npz"],
        ["music.npz", "-o", "music.npz"],
        ["music", "--hop", "0"],
        ["music", "--meter", "waltz"],
        ["music", "--max-off-grid", "20"],
        [],
    ],
)
def test_wrong_usage_ends_with_2_before_any_work(music, arguments):
    (music / "folder.npz").mkdir()
    (music / "music.npz").write_bytes(b"")
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("target", ["out.npz", "out.npy"])
def test_a_full_disk_keeps_the_old_file(music, monkeypatch, target):
    (music / target).write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    result = run("music", "-o", target)
    assert result.exit_code == 1
    assert "No space left on device; nothing was changed" in result.stderr
    assert (music / target).read_bytes() == b"old"
    assert sorted(path.name for path in music.iterdir()) == ["music", target]


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
    assert facts(result)["aligned"].startswith("1 files, bar lines found with a median confidence")
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
    assert "3 skipped, meter 4/4 (the set is in 3/4, --meter chooses): 0.mid, 1.mid" in said
    assert json.loads((music / "r.json").read_text())["meter_reason"] == facts(result)["meter"]
    assert run("music", "--meter", "native", "--align", "file").exit_code == 0


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


def test_sub_folders_are_counted_for_who_wants_to_learn_them(music):
    assert "sub-folders" not in facts(run("music"))
    (music / "music" / "jazz").mkdir()
    (music / "music" / "0.mid").rename(music / "music" / "jazz" / "0.mid")
    told = facts(run("music"))["sub-folders"]
    assert told.startswith("(none) 2, jazz 1 (genres for midigan")
    assert json.loads(run("music", "--json").stdout)["genres"] == {"": 2, "jazz": 1}
