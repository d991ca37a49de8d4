"""Files that occur twice count once, unless they are asked for."""

import numpy as np
import pytest
from midi_bytes import midi, name, notes, tempo

from midigan.errors import MidiganError
from midigan.files.encoding import duplicates
from midigan.files.encoding.duplicates import Duplicates
from midigan.files.encoding.encode import encode
from midigan.layout import load_layout

BAND = load_layout("band")
TUNE, OTHER = midi(notes(32)), midi(notes(32, first=50))
#: The same notes as TUNE, in a file that says more.
NAMED = midi(name("x") + tempo(400_000) + notes(32))


@pytest.fixture
def folder(tmp_path):
    for stem, data in (("a", TUNE), ("b", TUNE), ("c", NAMED), ("d", OTHER)):
        (tmp_path / f"{stem}.mid").write_bytes(data)
    return tmp_path


def test_copies_are_skipped_and_name_the_file_that_was_first(folder):
    phrases, report = encode([folder], BAND)
    assert phrases.names == ("a", "d")
    assert [reason for _, reason in report.skipped] == [
        f"the same bytes as another file: {folder}/a.mid",
        f"the same notes as another file: {folder}/a.mid",
    ]
    assert len(report.reasons) == 2
    assert report.total("notes_kept") == 64


def test_copies_are_kept_if_asked_for(folder):
    assert encode([folder], BAND, keep_duplicates=True)[0].names == ("a", "b", "c", "d")


def test_a_copy_of_what_could_not_be_used_says_so_too(tmp_path):
    for stem in "ab":
        (tmp_path / f"{stem}.mid").write_bytes(b"text")
    with pytest.raises(MidiganError, match=r"not a MIDI file.*same bytes"):
        encode([tmp_path], BAND)


def test_songs_of_an_array_and_its_parts_are_all_kept(tmp_path):
    song = np.repeat([[72, 67, 60, 48]], 32, axis=0).astype(float)
    np.savez(tmp_path / "jsb.npz", train=np.stack([song, song]), valid=np.stack([song]))
    path = tmp_path / "jsb.npz"
    phrases, _ = encode([f"{path}:train", f"{path}:valid", path], load_layout("satb"))
    assert len(phrases.names) == 2 + 1 + 3


def told(met, numbers):
    """What is said of files whose bytes are these numbers."""
    return [met.of_file(str(number).encode(), None, f"{number}.mid") for number in numbers]


def test_what_was_met_long_ago_is_remembered_in_little_memory(monkeypatch):
    monkeypatch.setattr(duplicates, "_FEW", 10)
    met = Duplicates()
    news = []
    for number in range(200):
        assert told(met, [number]) == [None]
        if number % 7 == 0:
            news += met.news()
    news += met.news()
    assert [path for _, _, path in news] == [f"{number}.mid" for number in range(200)]
    assert len(met._late) < 10
    for own in (met, taken_up(news)):
        assert [own.of_file(b"%d" % n, None, "copy") for n in range(200)] == [
            f"the same bytes as another file: {n}.mid" for n in range(200)
        ]
        assert told(own, [200]) == [None]
        assert [path for _, _, path in own.news()] == ["200.mid"]


def taken_up(news):
    met = Duplicates()
    met.take_up(news)
    return met
