from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.files.dense import save_dense
from midigan.files.encoding.encode import encode
from midigan.files.readers.midi import read_midi
from midigan.layout import load_layout
from midigan.sets.phrase_set import PhraseSet
from midigan.song import METER, NOTE, TEMPO, Song

SATB = load_layout("satb")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a phrase set and an array of the same music."""
    monkeypatch.chdir(tmp_path)
    songs = [
        Song(name, np.array(rows, NOTE), np.full(2, 16, np.uint16))
        for name, rows in (
            ("hymns/one", [(0, 4, 0, 70, 90), (4, 28, 3, 40, 70)]),
            ("hymns-one", [(0, 8, 1, 60, 80), (8, 8, 1, 60, 80)]),
            ("What? <3", [(2, 1, 2, 50, 1)]),
        )
    ]
    phrases = PhraseSet.from_songs(songs, SATB)
    phrases.save(tmp_path / "set.npz")
    save_dense(phrases.phrases(), tmp_path / "array.npy")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(cli, ["decode", *map(str, arguments)])


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_every_song_of_a_set_comes_back_under_its_own_name(folder):
    result = run("set.npz")
    assert result.exit_code == 0, result.output
    assert "wrote 3 MIDI files to set" in result.output
    assert files(folder / "set") == ["What- -3.mid", "hymns-one-2.mid", "hymns-one.mid"]
    original = list(PhraseSet.load(folder / "set.npz").songs())
    paths = [folder / "set" / name for name in ("hymns-one.mid", "hymns-one-2.mid", "What- -3.mid")]
    again, _ = encode(paths, SATB)
    for song, found in zip(original, again.songs(), strict=True):
        assert np.array_equal(found.notes, song.notes)


def test_every_phrase_of_an_array_becomes_a_file(folder):
    assert run("array.npy", "-o", "out", "--tempo", "90").exit_code == 0
    assert files(folder / "out") == ["0001.mid", "0002.mid", "0003.mid"]
    score = read_midi((folder / "out" / "0001.mid").read_bytes())
    assert round(score.tempos["bpm"][0], 3) == 90
    assert sorted(score.notes["pitch"].tolist()) == [40, 70]


def test_an_array_in_another_meter_says_itself_how_long_its_bars_are(folder):
    phrases = np.zeros((2, 4, 2, 12, 84), bool)
    phrases[0, 0, 1, 0:3, 40] = phrases[1, 3, 0, 6:, 16] = True
    save_dense(phrases, folder / "waltz.npy")
    result = run("waltz.npy", "-o", "out", "--join")
    assert result.exit_code == 0, result.output
    score = read_midi((folder / "out" / "waltz.mid").read_bytes())
    assert score.meters[["numerator", "denominator"]].tolist() == [(3, 4)]
    assert (score.notes["start"] // 120).tolist() == [12, 30]
    assert (score.notes["length"] // 120).tolist() == [3, 6]


def test_a_folder_that_is_there_is_left_alone_unless_it_is_named(folder):
    (folder / "set").mkdir()
    (folder / "set" / "hymns-one.mid").write_bytes(b"the music that the set was made from")
    assert "wrote 3 MIDI files to set-2\n" in run("set.npz").output
    assert files(folder / "set") == ["hymns-one.mid"]
    result = run("set.npz", "-o", "set")
    assert "to set, 1 of them in place of old ones" in result.output


@pytest.mark.parametrize("source", ["set.npz", "array.npy"])
def test_join_makes_one_file(folder, source):
    assert run(source, "-o", "out", "--join").exit_code == 0
    (name,) = files(folder / "out")
    score = read_midi((folder / "out" / name).read_bytes())
    assert score.notes["start"].max() == (2 * 32 + 2) * 120


def test_a_joined_song_has_its_own_tempo_and_meter(folder):
    plain = Song("plain", np.array([(0, 4, 0, 70, 90)], NOTE), np.full(2, 16, np.uint16))
    waltz = Song(
        "waltz",
        plain.notes,
        np.full(2, 12, np.uint16),
        np.array([(0, 180.0)], TEMPO),
        np.array([(0, 3, 4)], METER),
    )
    PhraseSet.from_songs([plain, waltz, plain], SATB).save(folder / "three.npz")
    assert run("three.npz", "-o", "out", "--join").exit_code == 0
    score = read_midi((folder / "out" / "three.mid").read_bytes())
    bar = 16 * 120
    starts = [0, 2 * bar, 2 * bar + 2 * 12 * 120]
    assert score.notes["start"].tolist() == starts
    assert [tick for tick, _ in score.tempos.tolist()] == starts
    assert [round(bpm) for _, bpm in score.tempos.tolist()] == [100, 180, 100]
    assert score.meters.tolist() == [
        (tick, *meter) for tick, meter in zip(starts, [(4, 4), (3, 4), (4, 4)], strict=True)
    ]


def test_bars_before_a_late_meter_are_the_layouts(folder):
    layout = replace(SATB, steps=12)
    notes = np.array([(0, 4, 0, 70, 90)], NOTE)
    meters = np.array([(2, 2, 4)], METER)
    song = Song("late", notes, np.array([12, 12, 8], np.uint16), meters=meters)
    PhraseSet.from_songs([song], layout).save(folder / "late.npz")
    assert run("late.npz", "-o", "out").exit_code == 0
    score = read_midi((folder / "out" / "late.mid").read_bytes())
    assert score.meters.tolist() == [(0, 3, 4), (2 * 12 * 120, 2, 4)]


def test_a_name_too_long_for_a_file_is_cut_between_its_letters(folder):
    notes = np.array([(0, 4, 0, 70, 90)], NOTE)
    names = ["\N{MUSICAL SYMBOL G CLEF}\N{CJK UNIFIED IDEOGRAPH-97F3}" * 100, "a" * 300]
    songs = [Song(name, notes, np.full(2, 16, np.uint16)) for name in names]
    PhraseSet.from_songs(songs, SATB).save(folder / "long.npz")
    result = run("long.npz", "-o", "out", "--musicxml")
    assert result.exit_code == 0, result.output
    short, ideographs = files(folder / "out")
    assert short == f"{'a' * 120}.musicxml"
    assert set(ideographs.removesuffix(".musicxml")) >= {"\N{CJK UNIFIED IDEOGRAPH-97F3}"}
    assert 150 < len(ideographs.encode()) < 250


@pytest.mark.parametrize(
    ("strike", "lengths"),
    [
        ("once", [4, 60]),
        ("phrase", [4, 28, 32]),
        ("bar", [4, 12, 16, 16, 16]),
        ("beat", [4] * 16),
        ("step", [1] * 64),
    ],
)
def test_a_pitch_that_goes_on_is_held_or_struck_again(folder, strike, lengths):
    phrases = np.zeros((2, *SATB.shape), bool)
    phrases[0, 0, 0, :4, 40] = phrases[0, 0, 0, 4:, 41] = True
    phrases[0, 0, 1, :, 41] = phrases[1, 0, :, :, 41] = True
    save_dense(phrases, folder / "held.npy")
    result = run("held.npy", "-o", "out", "--join", "--strike", strike)
    assert result.exit_code == 0, result.output
    score = read_midi((folder / "out" / "held.mid").read_bytes())
    assert (score.notes["length"] // 120).tolist() == lengths


def test_the_lowest_pitch_says_what_numbers_mean(folder):
    run("array.npy", "-o", "out", "--lowest-pitch", "0")
    score = read_midi((folder / "out" / "0001.mid").read_bytes())
    assert sorted(score.notes["pitch"].tolist()) == [16, 46]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.npz"], "no file missing.npz"),
        (["broken.npz"], "not a midigan phrase set"),
        (["broken.npy"], "not an array of phrases"),
        (["small.npy"], "layout satb has (4, 2, 16, 84)"),
        (["set.npz", "--layout", "band"], "has layout satb from pitch 24, not band from 24"),
        (["set.npz", "--lowest-pitch", "0"], "leave --layout and --lowest-pitch out"),
        (["set.npz", "-o", "array.npy"], "array.npy is a file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(folder, arguments, said):
    (folder / "broken.npz").write_bytes(b"broken")
    (folder / "broken.npy").write_bytes(b"broken")
    np.save(folder / "small.npy", np.zeros((1, 4, 2, 16, 12)))
    result = run(*arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_full_disk_keeps_the_old_file(folder, monkeypatch):
    (folder / "out").mkdir()
    (folder / "out" / "0001.mid").write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    result = run("array.npy", "-o", "out")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert files(folder / "out") == ["0001.mid"]
    assert (folder / "out" / "0001.mid").read_bytes() == b"old"


def test_scores_to_print_come_back_note_for_note(folder):
    result = run("set.npz", "--musicxml", "-o", "scores")
    assert result.exit_code == 0, result.output
    assert "wrote 3 MusicXML files to scores" in result.output
    found, _ = encode([folder / "scores" / "hymns-one.musicxml"], SATB)
    original = next(PhraseSet.load(folder / "set.npz").songs())
    for column in ("start", "length", "track", "pitch"):
        assert np.array_equal(next(found.songs()).notes[column], original.notes[column])
