"""What is listened to of music, to find its phase: when in a sixteenth its notes begin.

Many songs are listened to at a time, their notes one after another in the same arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.files.score import Score
from midigan.sets.parts import offsets

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

#: Bins in a sixteenth, to find where in it notes begin; and how many on either side of the
#: fullest one count as on the grid (a sixteenth of a sixteenth, as in `grid`). Notes less than
#: _EARLY sixteenths before tick 0, or after it, are meant to begin there.
_BINS, _SHIFT, _NEAR = 64, 6, 4
_EARLY = 1 / 8
_AROUND, _WINDOW = np.arange(-_NEAR - 1, _BINS + _NEAR) % _BINS, 2 * _NEAR + 1

#: How many notes are looked at to tell where exactly in its bin a sixteenth begins.
_FEW = 512

#: Beats from the first note on that are listened to (half an hour at 120 bpm), and beats
#: that a song may be moved by without a difference to any bar.
_HEARD_BEATS, ANY_BAR = 4096, 12


@dataclass(frozen=True, eq=False)
class Heard:
    """The notes of songs that are listened to.

    scores: where they are from.
    first: int64 `(songs + 1,)`, where the notes of each song begin in the arrays.
    index: int64 `(notes,)`, which of all notes of the scores each one is.
    start: int64 `(notes,)`, when each begins, in bins of a sixteenth, from `origin`.
    exact: float `(notes,)`, when each begins, in bins of a sixteenth, from tick 0.
    origin: int64 `(songs,)`, beats from tick 0, a multiple of any bar.
    """

    scores: tuple[Score, ...]
    first: Ints
    index: Ints
    start: Ints
    exact: Floats
    origin: Ints

    @classmethod
    def of(cls, scores: Sequence[Score]) -> Heard:
        """The notes of scores that all have some; drums only where there is nothing else."""
        first = offsets([len(score.notes) for score in scores])
        index = _without_drums(scores, first)
        counts = np.diff(np.searchsorted(index, first))
        exact = _column(scores, "start", index, np.float64)
        exact *= np.repeat([4 * _BINS / score.ppq for score in scores], counts)
        start = exact.astype(np.int64)
        begin = offsets(counts)[:-1]
        origin = np.minimum.reduceat(start, begin) // (4 * _BINS * ANY_BAR) * ANY_BAR
        if origin.any():
            start -= np.repeat(origin * (4 * _BINS), counts)
        if start.max() >= 4 * _BINS * _HEARD_BEATS:
            near = np.flatnonzero(start < 4 * _BINS * _HEARD_BEATS)
            index, start, exact = index.take(near), start.take(near), exact.take(near)
            counts = np.diff(np.searchsorted(index, first))
        return cls(tuple(scores), offsets(counts), index, start, exact, origin)

    def only(self, songs: Sequence[int]) -> Heard:
        """What is listened to of some of the songs, in their order."""
        if len(songs) == len(self.scores):
            return self
        lengths = [len(score.notes) for score in self.scores]
        moved = offsets(lengths)[list(songs)] - offsets([lengths[i] for i in songs])[:-1]
        parts = [slice(*self.first[i : i + 2].tolist()) for i in songs]
        counts = [part.stop - part.start for part in parts]
        return replace(
            self,
            scores=tuple(self.scores[i] for i in songs),
            first=offsets(counts),
            index=_picked(self.index, parts) - np.repeat(moved, counts),
            start=_picked(self.start, parts),
            exact=_picked(self.exact, parts),
            origin=self.origin[list(songs)],
        )

    def column(self, name: str, dtype: type | None = None) -> NDArray[Any]:
        """A column of the scores' notes, for those that are listened to; None: of its own type."""
        return _column(self.scores, name, self.index, dtype)

    def positions(self, firsts: Sequence[float]) -> Ints:
        """The nearest sixteenth of each note, of those that are a whole number from `firsts`.

        firsts: sixteenths from `origin`, for each song.
        """
        shifts = [_BINS // 2 - round(first * _BINS) for first in firsts]
        return (self.start + np.repeat(shifts, np.diff(self.first))) >> _SHIFT


@dataclass(frozen=True)
class Grid:
    """The sixteenths of the music: where in those counted from tick 0 they begin, 0 to 1.

    Notes less than _EARLY sixteenths before tick 0 are meant to begin on it: then `offset`
    is below 0. `share` is that of the notes, 0..1, that begin on these sixteenths.
    """

    offset: float
    share: float

    @property
    def in_place(self) -> bool:
        """Whether they are those counted from tick 0, nearly."""
        return self.offset < _EARLY


def find_grids(heard: Heard) -> list[Grid]:
    """For each song the sixteenths on which most of its notes begin."""
    songs, notes = len(heard.scores), np.diff(heard.first)
    bins = heard.start & (_BINS - 1)
    bins += np.repeat(np.arange(songs) * _BINS, notes)
    counts = np.bincount(bins, minlength=songs * _BINS).reshape(songs, _BINS)
    sums = counts.take(_AROUND, axis=1).cumsum(axis=1)
    near = sums[:, _WINDOW:] - sums[:, :-_WINDOW]
    best = near.argmax(axis=1)
    shares = near[np.arange(songs), best] / notes
    middles = (best + 0.5) / _BINS
    few = np.minimum(notes, _FEW)
    parts = [slice(a, a + n) for a, n in zip(heard.first.tolist(), few.tolist(), strict=False)]
    away = _picked(heard.exact, parts) / _BINS - np.repeat(middles - 0.5, few)
    away -= np.floor(away) + 0.5
    close = np.flatnonzero(np.abs(away) * _BINS < _NEAR + 1)
    bounds = np.searchsorted(close, offsets(few))
    # A sum from 0 on for each song, which may have none that is close.
    first = bounds[:-1] + np.arange(songs)
    sums = np.add.reduceat(np.insert(away.take(close), bounds[:-1], 0), first)
    exact = (middles + sums / np.maximum(np.diff(bounds), 1) + _EARLY) % 1 - _EARLY
    return [Grid(*own) for own in zip(exact.tolist(), shares.tolist(), strict=True)]


def _column(
    scores: Sequence[Score], name: str, index: Ints, dtype: type | None = None
) -> NDArray[Any]:
    """A column of the scores' notes, for those of an `index`, all of them or some."""
    found = np.concatenate([score.notes[name] for score in scores], dtype=dtype)
    return found if len(found) == len(index) else found.take(index)


def _without_drums(scores: Sequence[Score], first: Ints) -> Ints:
    """Which of the scores' notes are no drums; all of a score's where there is nothing else."""
    drums = [track.drum for score in scores for track in score.tracks]
    if not any(drums):
        return np.arange(first[-1])
    source = np.concatenate([score.notes["source"] for score in scores])
    before = offsets([len(score.tracks) for score in scores])[:-1]
    place = np.repeat(before, np.diff(first))
    place += source
    tonal = (~np.array(drums)).take(place)
    some = np.logical_or.reduceat(tonal, first[:-1])
    if not some.all():
        tonal |= np.repeat(~some, np.diff(first))
    return np.flatnonzero(tonal)


def _picked(array: NDArray[Any], parts: Sequence[slice]) -> NDArray[Any]:
    """Some parts of an array, one after another."""
    return np.concatenate([array[part] for part in parts])
