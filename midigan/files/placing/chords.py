"""Chords: the notes that begin together, of many songs one after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Chords:
    """Notes by when they begin, without doublings in unison.

    step: int64 `(chords,)`, where they begin, growing.
    first: int64 `(chords + 1,)`, where the notes of each begin in the other columns.
    pitch, start, end: int64 `(notes,)`, those of a chord one after another, the highest first.
    note: int64 `(notes,)`, which of the notes they were made of each is.
    """

    step: Ints
    first: Ints
    pitch: Ints
    start: Ints
    end: Ints
    note: Ints

    @classmethod
    def of(cls, start: Ints, length: Ints, pitch: Ints | NDArray[np.uint8]) -> Chords:
        """The chords of notes in any order; of several in unison, the longest one is kept."""
        # One number to sort by is several times as fast as two.
        place = start << 8 | 255 - pitch
        note = np.argsort(place, kind="stable")
        place = place.take(note)
        new = _differ_from_the_one_before(place)
        first = np.flatnonzero(new)
        if len(first) < len(note):
            place, note = place.take(first), _longest(note, new, length)
        begin = start.take(note)
        first = np.flatnonzero(_differ_from_the_one_before(begin))
        return cls(
            begin.take(first),
            np.append(first, len(note)),
            255 - (place & 255),
            begin,
            begin + length.take(note),
            note,
        )


def _differ_from_the_one_before(numbers: Ints) -> NDArray[np.bool_]:
    new = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    return new


def _longest(note: Ints, new: NDArray[np.bool_], length: Ints) -> Ints:
    """Of sorted notes in unison the longest, of these the first.

    new: which notes are not in unison with the one before.
    """
    several = np.flatnonzero(~(new & np.append(new[1:], True)))
    own, begins = note.take(several), new.take(several)
    lengths, unison = length.take(own), np.cumsum(begins) - 1
    longest = np.maximum.reduceat(lengths, np.flatnonzero(begins)).take(unison)
    kept = np.flatnonzero(lengths == longest)
    kept = kept[_differ_from_the_one_before(unison.take(kept))]
    note[several[begins]] = own.take(kept)
    return note[new]
