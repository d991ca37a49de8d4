"""A phrase as a row of numbers: what a two-sample classifier, and distances, look at.

Besides the measures, histograms that say more than their summaries do: pitch classes and
melodic intervals a track, the intervals between neighbouring tracks and between all of them,
onsets on each step a track, and note lengths. Shares, so that busy phrases are not far from all
others for that alone; the number of notes is among the measures.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import SILENT, Phrases, Values, lines, pitched, share
from midigan.evaluation.tally import Tally
from midigan.layout import Layout

#: Melodic moves wider than an octave count as an octave.
WIDEST = 12


def histograms(phrases: Phrases, layout: Layout) -> Values:
    """Histograms of phrases, bool `(n, tracks, bars, steps, pitches)`: float64 `(n, columns)`.

    A histogram of nothing is all 0.
    """
    tally = Tally.of(phrases, layout)
    voices = lines(pitched(phrases, layout)[0])
    parts = [
        _shares(tally.pitch_classes),
        _shares(_moves(voices)),
        _shares(_together(voices)),
        np.minimum(tally.onsets, 1),
        _shares(tally.lengths.sum(axis=1, keepdims=True)),
    ]
    return np.concatenate([part.reshape(len(phrases), -1) for part in parts], axis=1)


def _moves(voices: NDArray[np.int64]) -> Values:
    """Histogram of each line's moves, -12..12 semitones, steps on which it stays left out.

    voices: `(n, tracks, steps)`. Returns `(n, tracks, 25)`.
    """
    moves = np.clip(np.diff(voices, axis=-1), -WIDEST, WIDEST)
    sounding = voices != SILENT
    moving = sounding[..., 1:] & sounding[..., :-1] & (moves != 0)
    sizes = range(-WIDEST, WIDEST + 1)
    counts = [((moves == size) & moving).sum(axis=-1) for size in sizes]
    return np.stack(counts, axis=-1).astype(np.float64)


def _together(voices: NDArray[np.int64]) -> Values:
    """Histograms of the interval classes between lines that sound together.

    voices: `(n, tracks, steps)`. Returns `(n, tracks, 12)`: one for each pair of neighbouring
    tracks, and the last one for all pairs.
    """
    n, tracks, _ = voices.shape
    counts = np.zeros((n, tracks, 12))
    for first, second in combinations(range(tracks), 2):
        one, two = voices[:, first], voices[:, second]
        both = (one != SILENT) & (two != SILENT)
        interval = (one - two) % 12
        own = np.stack([((interval == i) & both).sum(axis=1) for i in range(12)], axis=-1)
        counts[:, -1] += own
        if second == first + 1:
            counts[:, first] += own
    return counts


def _shares(counts: Values) -> Values:
    """Counts over the last axis as shares of their sum; 0 where there is nothing."""
    return np.nan_to_num(share(counts, counts.sum(axis=-1, keepdims=True)))
