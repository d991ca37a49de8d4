"""midigan encode, as it is typed: what becomes of files, and what is said of them."""

import json
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from encoding import VOICES, facts, run
from midi_bytes import meter, midi, name, notes

from midigan.sets.phrase_set import PhraseSet


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


def test_one_song_is_not_told_of_as_if_it_were_several(music):
    import mido

    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)])
    for wait in (0, 0, 60):
        track.append(mido.Message("note_on", note=60, velocity=64, time=wait))
        track.append(mido.Message("note_off", note=60, time=120))
    mido.MidiFile(tracks=[track], ticks_per_beat=480).save(music / "one.mid")
    told = facts(run("one.mid", "--layout", "band"))
    assert told["tempo"] == "120 bpm"
    assert told["off the grid"] == "33.3% of the notes, in 1 file"


STARTING = """
import sys
from midigan.files.encoding import workers

def stop():
    raise SystemExit(f"{'numpy' in sys.modules=}")

workers.start_early = stop
from midigan.commands import cli
cli(["encode", "m.mid", "--meter", "pad"])
"""


def test_workers_start_before_anything_heavy_is_imported(tmp_path):
    command = [sys.executable, "-c", STARTING]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == "'numpy' in sys.modules=False\n"


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
    assert "25 skipped, another meter, 3/4 (--meter pad takes them): waltz00.mid, waltz" in said
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


def test_a_layout_of_ones_own_may_ask_for_channels(music):
    (music / "own.toml").write_text(
        'unmatched = "drop"\n'
        '[[tracks]]\nname = "Two"\nchannels = [1]\n[[tracks]]\nname = "Six"\nchannels = [5]\n'
    )
    parts = [notes(32, channel=channel, first=40 + 5 * channel) for channel in (0, 1, 5)]
    (music / "one.mid").write_bytes(midi(b"".join(parts), kind=0))
    for jobs in (1, 2):
        result = run("one.mid", "--layout", "own.toml", "--jobs", jobs, "-o", "own.npz")
        assert result.exit_code == 0, result.output
        (song,) = PhraseSet.load(music / "own.npz").songs()
        lowest = [song.notes["pitch"][song.notes["track"] == n].min() for n in (0, 1)]
        assert lowest == [45, 65]
    assert "by channel" in run("--explain", "one.mid", "--layout", "own.toml").output


def test_the_layout_may_be_named(music):
    assert run("music/0.mid", "--layout", "band").exit_code == 0
    assert PhraseSet.load(music / "0.npz").layout.name == "band"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.mid"], "no file or folder 'missing.mid'"),
        (["empty"], "no MIDI files in empty"),
        (["other"], "no MIDI files in other"),
        (["packed"], "no MIDI files in packed; songs.zip is an archive (unpack it first)"),
        (["packed/songs.zip"], "packed/songs.zip: an archive (unpack it first)"),
        (["packed/songs"], "packed/songs: a zip archive (unpack it first)"),
        (["take.mp3"], "take.mp3: audio (midigan reads notes, as MIDI or MusicXML)"),
        (["other/text.mid.txt"], "not a MIDI file"),
        (["music", "--layout", "quintet"], "no layout 'quintet'"),
        (["music", "--lowest-pitch", "60"], "lowest_pitch is 60, legal are 0 to 44"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(music, arguments, said):
    (music / "empty").mkdir()
    (music / "other").mkdir()
    (music / "other" / "text.mid.txt").write_text("text")
    (music / "packed").mkdir()
    with zipfile.ZipFile(music / "packed" / "songs.zip", "w") as archive:
        archive.write(music / "music" / "0.mid", "0.mid")
    shutil.copy(music / "packed" / "songs.zip", music / "packed" / "songs")
    (music / "take.mp3").write_bytes(b"ID3")
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


def test_sub_folders_are_counted_for_who_wants_to_learn_them(music):
    assert "sub-folders" not in facts(run("music"))
    (music / "music" / "jazz").mkdir()
    (music / "music" / "0.mid").rename(music / "music" / "jazz" / "0.mid")
    told = facts(run("music"))["sub-folders"]
    assert told.startswith("(none) 2, jazz 1 (genres for midigan")
    assert json.loads(run("music", "--json").stdout)["genres"] == {"": 2, "jazz": 1}
