"""Splits: whole songs, by chance or by name, and no melody on both sides."""

import numpy as np
import pytest

from midigan.errors import MidiganError
from midigan.files.split import split_by_name, split_by_song
from midigan.layout import Layout, Track
from midigan.sets.phrase_set import PhraseSet
from midigan.song import NOTE, Song

LAYOUT = Layout("two", (Track("High"), Track("Low")), steps=4, steps_per_beat=1)
BAND = Layout("band", (Track("Drums", drum=True), Track("Lead")), steps=4, steps_per_beat=1)
TUNES = {"a": [60, 64, 67, 65], "b": [60, 62, 60, 59], "c": [60, 55, 57, 60], "d": [72, 71, 72, 60]}


def song(name, pitches, track=0):
    notes = np.array([(i, 1, track, pitch, 80) for i, pitch in enumerate(pitches)], NOTE)
    return Song(name, notes, np.full(2, 4, np.uint16))


def songs(count):
    drawn = np.random.default_rng(0).integers(40, 90, (count, 8))
    return PhraseSet.from_songs([song(f"{i}", row) for i, row in enumerate(drawn)], LAYOUT)


def test_songs_are_held_out_whole_and_by_the_seed():
    phrases = songs(10)
    kept, out = split_by_song(phrases, 0.2, seed=4)
    assert len(out.names) == 2
    assert sorted(kept.names + out.names) == sorted(phrases.names)
    assert split_by_song(phrases, 0.2, seed=4)[1].names == out.names
    assert len({split_by_song(phrases, 0.2, seed=s)[1].names for s in range(9)}) > 1


@pytest.mark.parametrize(("count", "held"), [(1, 0), (2, 0), (3, 1)])
def test_of_few_songs_none_is_held_out(count, held):
    _, out = split_by_song(songs(count), 0.1, seed=0)
    assert (0 if out is None else len(out.names)) == held


def test_a_song_without_sound_is_not_what_is_left_to_train_on():
    phrases = PhraseSet.from_songs(
        [*(song(name, []) for name in "ab"), song("c", TUNES["c"])], LAYOUT
    )
    for seed in range(6):
        kept, _ = split_by_song(phrases, 0.4, seed)
        assert len(kept) > 0


def test_songs_held_out_by_name_take_their_melodies_siblings_with_them():
    sibling = song("folder/sibling", [pitch + 2 for pitch in TUNES["b"]])
    named = [song(name, tune) for name, tune in TUNES.items()]
    phrases = PhraseSet.from_songs([*named[:3], sibling, named[3]], LAYOUT)
    training, held_out = split_by_name(phrases, ["b", "d", "unknown"])
    assert training.names == ("a", "c")
    assert held_out.names == ("b", "d")
    assert split_by_name(phrases, ["unknown"])[1] is None
    with pytest.raises(MidiganError, match="every song"):
        split_by_name(phrases, "abcd")


def test_a_name_means_a_song_in_any_folder_unless_it_has_that_name_as_it_is():
    tunes = list(TUNES.values())
    names = ["x", "folder/x", "folder/y", "z"]
    phrases = PhraseSet.from_songs(map(song, names, tunes), LAYOUT)
    assert split_by_name(phrases, ["x", "y"])[1].names == ("x", "folder/y")
    assert split_by_name(phrases, ["folder/x"])[1].names == ("folder/x",)


def test_a_drum_beat_is_no_melody_and_neither_is_silence():
    beat = [36, 38, 36, 38]
    leads = [song("a", TUNES["a"], 1), song("b", TUNES["b"], 1), song("c", [], 1)]
    for lead in leads:
        lead.notes["velocity"] = 90
    both = [
        Song(s.name, np.sort(np.concatenate([song("", beat).notes, s.notes])), s.bar_steps)
        for s in [*leads, song("d", [], 1)]
    ]
    training, held_out = split_by_name(PhraseSet.from_songs(both, BAND), ["a", "c"])
    assert held_out.names == ("a", "c")
    assert training.names == ("b", "d")
