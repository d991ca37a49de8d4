"""What source tracks are like: how many notes each has, how high, and whether chords."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from midigan.files.aligning.grid import Gridded
from midigan.sets.parts import sums_of_parts

#: Steps further than any song goes on.
_FAR = 1 << 32


@dataclass(frozen=True)
class Features:
    """The source tracks of one song, one number for each.

    notes: how many; pitch: their mean, 0..127; overlaps: the share of them, 0..1, that
    begin before the one before has ended, on the grid. off_grid: the share of all of the song's
    that begin between steps, and may overlap there for that alone.
    """

    notes: list[int]
    pitch: list[float]
    overlaps: list[float]
    off_grid: float

    @classmethod
    def of(cls, gridded: Gridded) -> list[Features]:
        """The features of each song's sources."""
        source, pitch = gridded.source, gridded.pitch
        # One number to sort by, and to tell the sources far apart, is faster than two.
        begin = source * _FAR
        begin += gridded.start
        end = begin + gridded.length
        if np.any(begin[1:] < begin[:-1]):
            order = np.argsort(begin, kind="stable")
            source, pitch = source.take(order), pitch.take(order)
            begin, end = begin.take(order), end.take(order)
        overlapping = np.flatnonzero(begin[1:] < end[:-1]) + 1
        edges = np.searchsorted(source, np.arange(int(gridded.first_source[-1]) + 1))
        counts, some = np.diff(edges), np.maximum(np.diff(edges), 1)
        notes, pitches = counts.tolist(), (sums_of_parts(pitch, edges) / some).tolist()
        overlaps = (np.diff(np.searchsorted(overlapping, edges)) / some).tolist()
        off_grid = (np.array(gridded.off_grid) / np.maximum(np.diff(gridded.first), 1)).tolist()
        return [
            cls(notes[a:b], pitches[a:b], overlaps[a:b], share)
            for (a, b), share in zip(pairwise(gridded.first_source.tolist()), off_grid, strict=True)
        ]
