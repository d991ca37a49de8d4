"""Settings of one tune are found whatever their key, their rhythm and where they begin."""

import numpy as np

from midigan.evaluation.tunes import of_other_tunes
from midigan.layout import Layout, Track
from midigan.sets.phrase_set import PhraseSet
from midigan.song import NOTE, Song

LAYOUT = Layout("two", (Track("Drums", drum=True), Track("Voice")))
TUNE = np.cumsum(np.random.default_rng(1).choice([-5, -2, -1, 1, 2, 4], 40)) + 60
OTHER = np.cumsum(np.random.default_rng(2).choice([-5, -2, -1, 1, 2, 4], 40)) + 60


def songs(*melodies):
    made = []
    for i, pitches in enumerate(melodies):
        notes = np.zeros(2 * len(pitches), NOTE)
        notes["start"] = np.repeat(np.arange(len(pitches)), 2) * (i + 1)
        notes["length"], notes["velocity"], notes["pitch"] = 1, 80, 36
        notes["track"][1::2], notes["pitch"][1::2] = 1, pitches
        made.append(Song(f"{i}", notes, np.full(1 + 40 * (i + 1) // 16, 16, np.uint16)))
    return PhraseSet.from_songs(made, LAYOUT)


def test_a_shared_stretch_of_melody_is_a_shared_tune():
    held_out = songs(TUNE[10:] + 3, OTHER, TUNE[:14], np.append(OTHER[:5], TUNE[20:36]))
    assert of_other_tunes(held_out, songs(TUNE)).tolist() == [False, True, True, False]


def test_songs_too_short_for_a_tune_share_none():
    assert of_other_tunes(songs(TUNE[:3]), songs(TUNE[:3])).tolist() == [True]
