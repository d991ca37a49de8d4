"""Which held-out songs share a tune with the training music.

A split by song, and even one by the beginning of the melody, leaves settings of one tune on both
sides: another verse, a line that is altered. Such songs are like the training music because they
are partly the same music, so that they are no measure of how like it new music is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midigan.files.melody import melody_key, melody_track
from midigan.sets.phrase_set import PhraseSet

#: Melodic intervals in a row that songs share only if they share a tune. Of 90 chorales 28 share so
#: many with 210 others, but read backwards or upside down, as no tunes are, at most 5 do; of
#: twelve, up to 18 do.
RUN = 14

_WHOLE = 1 << 30
_ODD = 0x9E3779B97F4A7C15


def of_other_tunes(reference: PhraseSet, training: PhraseSet) -> NDArray[np.bool_]:
    """Bool `(songs of the reference,)`: whether it has no run of the training's melodies.

    A melody is that of the first track that is not of drums, whatever its key and rhythm.
    """
    known = np.unique(np.concatenate([_runs(melody) for melody in _melodies(training)]))
    return np.array([not np.isin(_runs(melody), known).any() for melody in _melodies(reference)])


def _melodies(phrases: PhraseSet) -> list[NDArray[np.uint64]]:
    track = melody_track(phrases.layout)
    keys = [melody_key(song.notes, track, _WHOLE) for song in phrases.songs()]
    return [np.array(key, np.int64).astype(np.uint64) for key in keys]


def _runs(melody: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A number for each run of a melody, equal for equal runs: uint64, wrapping as hashes do."""
    if len(melody) < RUN:
        return np.empty(0, np.uint64)
    weights = np.array([pow(_ODD, i, 1 << 64) for i in range(RUN)], np.uint64)
    return np.lib.stride_tricks.sliding_window_view(melody, RUN) @ weights
