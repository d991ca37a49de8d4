"""What the measures of `metrics` are made of: lines, onsets, pitch classes, the tonal space.

Phrases are bool `(n, tracks, bars, steps, pitches)`, True where a pitch sounds; their bars are
put one after the other, which moves no axis past another.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout

Phrases = NDArray[np.bool_]
Values = NDArray[np.float64]

SILENT = -1


def pitched(phrases: Phrases, layout: Layout) -> tuple[Phrases, int]:
    """What a measure takes: the tracks of `layout` that are not drums, and its lowest pitch.

    All tracks where all are drums: their measures then say at least how rows are used.
    """
    tonal = [i for i, track in enumerate(layout.tracks) if not track.drum]
    return (phrases[:, tonal] if tonal else phrases), layout.lowest_pitch


def timeline(phrases: Phrases) -> Phrases:
    """The bars of a phrase one after the other: `(n, tracks, bars * steps, pitches)`."""
    n, tracks, bars, steps, pitches = phrases.shape
    return phrases.reshape(n, tracks, bars * steps, pitches)


def across(first: Phrases, second: Phrases) -> Phrases:
    """The windows from the latter half of the bars of one phrase to the first half of the next.

    Either is one phrase or several, `(n, tracks, bars, steps, pitches)`.
    """
    half = first.shape[2] // 2
    n = max(len(first), len(second))
    ends, begins = first[:, :, half:], second[:, :, :half]
    both = (np.broadcast_to(part, (n, *part.shape[1:])) for part in (ends, begins))
    return np.concatenate(list(both), axis=2)


def lines(phrases: Phrases) -> NDArray[np.int64]:
    """Each track's highest pitch index, `(n, tracks, bars * steps)`; SILENT where there is none."""
    cells = timeline(phrases)
    return np.where(
        cells.any(axis=-1), cells.shape[-1] - 1 - cells[..., ::-1].argmax(axis=-1), SILENT
    )


def interval_sizes(phrases: Phrases) -> NDArray[np.int64]:
    """Semitones between a line's neighbouring steps, `(n, tracks, bars * steps - 1)`.

    0 where the line stays, starts or ends.
    """
    voices = lines(phrases)
    sounding = voices != SILENT
    return np.where(sounding[..., 1:] & sounding[..., :-1], abs(np.diff(voices, axis=-1)), 0)


def parallel_share(phrases: Phrases, intervals: tuple[int, ...]) -> Values:
    """Share of the joint moves of two lines that keep one of these intervals modulo 12, `(n,)`.

    intervals: 0 for octaves and unisons, 7 for fifths. Both lines move, the same way. 0 where no
    two lines move at the same step.
    """
    voices = lines(phrases)
    joint, parallel = np.zeros(len(voices)), np.zeros(len(voices))
    for first, second in combinations(range(voices.shape[1]), 2):
        one, two = voices[:, first], voices[:, second]
        sounding = (one != SILENT) & (two != SILENT)
        moves_one, moves_two = np.diff(one, axis=1), np.diff(two, axis=1)
        moving = sounding[:, 1:] & sounding[:, :-1] & (moves_one != 0) & (moves_two != 0)
        interval = abs(one - two) % 12
        same = (
            (interval[:, 1:] == interval[:, :-1])
            & np.isin(interval[:, 1:], intervals)
            & (moves_one * moves_two > 0)
        )
        joint += moving.sum(axis=1)
        parallel += (moving & same).sum(axis=1)
    return parallel / np.maximum(joint, 1)


def onsets(phrases: Phrases) -> Phrases:
    """True where a note starts, `(n, tracks, bars * steps, pitches)`."""
    starts = timeline(phrases).copy()
    starts[:, :, 1:] &= ~timeline(phrases)[:, :, :-1]
    return starts


def note_pitch_classes(phrases: Phrases, lowest_pitch: int) -> Values:
    """Number of notes of each pitch class, `(n, 12)`, C first."""
    return fold(onsets(phrases).sum(axis=(1, 2), dtype=np.float64), lowest_pitch)


def fold(counts: Values, lowest_pitch: int) -> Values:
    """Counts over pitches, `(..., pitches)`, to counts over pitch classes, `(..., 12)`, C first."""
    pitch_class = (lowest_pitch + np.arange(counts.shape[-1])) % 12
    return counts @ np.eye(12)[pitch_class]


def tonal_centroids(chroma: Values) -> Values:
    """Counts of pitch classes, `(..., 12)`, to points in the six-dimensional tonal space.

    Returns `(..., 6)`, NaN where nothing sounds.
    """
    pitch_class = np.arange(12)
    circles = (
        (1.0, 7 * np.pi / 6),
        (1.0, 3 * np.pi / 2),
        (0.5, 2 * np.pi / 3),
    )  # fifths, minor thirds, major thirds
    axes = [
        radius * turn(angle * pitch_class) for radius, angle in circles for turn in (np.sin, np.cos)
    ]
    return share(chroma, chroma.sum(axis=-1, keepdims=True)) @ np.stack(axes, axis=1)


def entropy(counts: Values) -> Values:
    """Entropy in bits of each row of counts, `(n, kinds)`; NaN for a row of nothing."""
    shares = share(counts, counts.sum(axis=1, keepdims=True))
    # A sum of what is at most 0; its size, so that none is -0.
    return abs((shares * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1))


def share(part: NDArray[Any], whole: NDArray[Any]) -> Values:
    """`part / whole`, NaN where `whole` is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def mean_of_defined(values: Values) -> Values:
    """Mean of each row's defined values, NaN where it has none."""
    return share(np.nansum(values, axis=1), (~np.isnan(values)).sum(axis=1))
