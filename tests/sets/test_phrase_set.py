import json
import zipfile

import numpy as np
import pytest
from songs import SATB, same_song, song

from midigan.errors import FormatError, MidiganError
from midigan.harmony.keys import key_of
from midigan.layout import load_layout
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.set_file import FORMAT
from midigan.song import METER, TEMPO


@pytest.fixture
def songs():
    return [
        song("one", 3, (0, 16, 0, 60), (16, 16, 1, 57), (40, 8, 3, 41)),
        song(
            "two",
            2,
            (4, 28, 2, 50),
            tempos=np.array([(0, 90.0), (16, 120.5)], TEMPO),
            meters=np.array([(0, 4, 4), (1, 2, 2)], METER),
            programs=(52, 0, 127, 3),
        ),
        song("three", 1, (0, 4, 0, 72)),
    ]


def test_a_phrase_starts_at_every_bar_and_never_spans_two_songs(songs):
    phrases = PhraseSet.from_songs(songs, SATB)
    assert len(phrases) == 2 + 1 + 1
    assert phrases.song_of_phrase().tolist() == [0, 0, 1, 2]
    rolls = phrases.phrases()
    assert rolls.shape == (4, 4, 2, 16, 84)
    assert rolls[1, 1, 0, :, 57 - 24].all()
    assert not rolls[1, 2].any()
    assert rolls[3, 0].sum() == 4


def test_a_longer_hop_takes_fewer_phrases(songs):
    assert len(PhraseSet.from_songs(songs, SATB, hop=2)) == 3


def test_silent_windows_are_left_out():
    quiet = song("quiet", 8, (0, 4, 0, 60), (100, 4, 0, 60))
    assert PhraseSet.from_songs([quiet], SATB).windows.tolist() == [0, 5, 6]


def test_phrases_within_songs_leave_out_the_rests_before_and_after_them():
    # An upbeat of a beat, and a final chord that leaves the rest of its bar to the upbeat.
    hymn = song("hymn", 6, (12, 4, 0, 60), (16, 64, 0, 62), (80, 12, 0, 64))
    loop = song("loop", 2, (8, 8, 0, 60))
    eighth = song("eighth", 2, (3, 26, 0, 60))
    phrases = PhraseSet.from_songs([hymn, loop, eighth], SATB)
    assert phrases.windows.tolist() == [0, 1, 2, 3, 4, 6, 8]
    within = phrases.within_songs()
    # Of the loop nothing would be left: it stays. Less than a beat of rest is music.
    assert within.windows.tolist() == [1, 2, 3, 6, 8]
    assert np.array_equal(within.phrases(), phrases.phrases()[[1, 2, 3, 5, 6]])
    assert len(within.names) == 3


def test_a_held_drum_sounds_for_one_step():
    beat = song("beat", 3, (0, 1, 0, 36), (28, 20, 0, 38))
    assert PhraseSet.from_songs([beat], load_layout("band")).within_songs().windows.tolist() == [0]


def test_songs_come_back_as_they_were(songs):
    back = list(PhraseSet.from_songs(songs, SATB).songs())
    assert same_song(back[0], songs[0])
    assert same_song(back[1], songs[1])
    # Padded to the length of a phrase.
    assert back[2].bars == 2


def test_a_saved_set_is_the_same_set(songs, tmp_path):
    phrases = PhraseSet.from_songs(songs, SATB.moved_to(0), hop=2)
    phrases.save(tmp_path / "set.npz")
    back = PhraseSet.load(tmp_path / "set.npz")
    assert back.layout == phrases.layout
    assert back.hop == 2
    assert all(same_song(a, b) for a, b in zip(back.songs(), phrases.songs(), strict=True))
    assert np.array_equal(back.phrases(), phrases.phrases())


def test_a_subset_keeps_whole_songs_in_order(songs):
    phrases = PhraseSet.from_songs(songs, SATB)
    part = phrases.subset([2, 0])
    assert part.names == ("three", "one")
    assert np.array_equal(part.phrases(), phrases.phrases()[[3, 0, 1]])


def test_songs_can_be_moved_into_one_key():
    scale = (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0)
    songs = [
        song(str(tonic), 3, *((4 * i, 4, 0, 60 + tonic + p) for i, p in enumerate(scale)))
        for tonic in (2, 5, 11)
    ]
    moved = PhraseSet.from_songs(songs, SATB).in_key("A minor")
    for own, shift in zip(moved.songs(), (-2, -5, 1), strict=True):
        tonic = int(own.name)
        assert own.notes["pitch"].tolist() == [60 + tonic + shift + p for p in scale]
        assert (tonic + shift) % 12 == 0


def test_an_empty_set_can_be_saved(tmp_path):
    PhraseSet.from_songs([], SATB).save(tmp_path / "none.npz")
    assert len(PhraseSet.load(tmp_path / "none.npz")) == 0


def test_a_newer_format_is_refused(songs, tmp_path):
    header = {"format": FORMAT + 1, "layout": SATB.to_dict(), "hop": 1}
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(tmp_path / "new.npz", header=text)
    with pytest.raises(FormatError, match="newer midigan"):
        PhraseSet.load(tmp_path / "new.npz")


@pytest.mark.parametrize("content", [b"", b"not a set", b"PK\x03\x04 cut short"])
def test_a_file_that_is_no_set_is_refused(tmp_path, content):
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(FormatError, match="not a midigan phrase set"):
        PhraseSet.load(tmp_path / "bad.npz")


def test_a_damaged_set_is_refused_at_any_byte(songs, tmp_path):
    path = tmp_path / "set.npz"
    PhraseSet.from_songs(songs, SATB).save(path)
    whole = path.read_bytes()
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        with pytest.raises(FormatError):
            PhraseSet.load(path)


def test_columns_that_do_not_fit_are_refused(songs, tmp_path):
    path = tmp_path / "set.npz"
    PhraseSet.from_songs(songs, SATB).save(path)
    with np.load(path) as stored:
        columns = dict(stored)
    columns["notes.track"] = columns["notes.track"] + 7
    np.savez(path, **columns)
    with pytest.raises(FormatError, match="damaged"):
        PhraseSet.load(path)


def test_a_missing_set_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"no file .*none\.npz"):
        PhraseSet.load(tmp_path / "none.npz")


def test_an_old_set_survives_a_full_disk(songs, tmp_path, monkeypatch):
    path = tmp_path / "set.npz"
    PhraseSet.from_songs(songs, SATB).save(path)
    before = path.read_bytes()

    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "open", full)
    with pytest.raises(MidiganError, match="No space left on device"):
        PhraseSet.from_songs(songs[:1], SATB).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_keys_are_stored_and_found_again_in_sets_without_them(songs, tmp_path):
    phrases = PhraseSet.from_songs(songs, SATB)
    assert phrases.keys.tolist() == [key_of(song.notes, SATB).number for song in songs]
    phrases.save(tmp_path / "new.npz")
    with np.load(tmp_path / "new.npz") as columns:
        without = {name: columns[name] for name in columns if name != "keys"}
    np.savez_compressed(tmp_path / "old.npz", **without)
    for name in ("new.npz", "old.npz"):
        assert np.array_equal(PhraseSet.load(tmp_path / name).keys, phrases.keys)


def test_the_next_song_is_no_repeat_of_what_a_song_ends_with():
    last, first = song("a", 2, (16, 16, 0, 60)), song("b", 2, (0, 4, 0, 60))
    phrases = PhraseSet.from_songs([last, first], SATB).phrases(repeats="gap")
    assert phrases[0, 0, 1, :, 60 - 24].all()
