"""What source tracks are like: how many notes each has, how high, and whether chords."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from midigan.files.grid import Gridded

#: Steps further than any song goes on.
_FAR = 1 << 32


@dataclass(frozen=True)
class Features:
    """The source tracks of one song, one number for each.

    notes: how many; pitch: their mean, 0..127; overlaps: the share of them, 0..1, that
    begin before the one before has ended.
    """

    notes: list[int]
    pitch: list[float]
    overlaps: list[float]

    @classmethod
    def of(cls, gridded: Gridded) -> list[Features]:
        """The features of each song's sources."""
        source, sources = gridded.source, int(gridded.first_source[-1])
        # One number to sort by, and to tell the sources far apart, is faster than two.
        begin = source * _FAR + gridded.start
        end = begin + gridded.length
        if np.any(begin[1:] < begin[:-1]):
            order = np.argsort(begin, kind="stable")
            source, begin, end = source[order], begin[order], end[order]
        overlapping = np.flatnonzero(begin[1:] < end[:-1]) + 1
        counts = np.bincount(source, minlength=sources)
        some = np.maximum(counts, 1)
        pitch = np.bincount(gridded.source, gridded.pitch, sources) / some
        overlaps = np.bincount(source[overlapping], minlength=sources) / some
        found = counts.tolist(), pitch.tolist(), overlaps.tolist()
        return [
            cls(*(numbers[a:b] for numbers in found))
            for a, b in pairwise(gridded.first_source.tolist())
        ]
