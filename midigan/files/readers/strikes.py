"""Which release ends which note: strikes and releases of keys, paired many at once.

A release ends the oldest note of its key, a pitch on a channel, that still sounds; one
without a note is nothing. MIDI 1.0 leaves open which of several it is.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.files.score import TICK_NOTE, TickArray, tick_notes

#: A key struck, or with velocity 0 released, at `tick`. `key` is channel << 7 | pitch.
STRIKE = np.dtype([("tick", "<i8"), ("source", "<i4"), ("key", "<u2"), ("velocity", "u1")])

_KEYS = 16 << 7
#: As many are kept before they are paired, so that memory is for the notes alone.
_AT_ONCE = 1 << 18
#: So few are paired one by one: a file may have thousands of tracks with one note.
_FEW = 64


class Strikes:
    """Collects the strikes and releases of one track, in order."""

    def __init__(self) -> None:
        self._few: list[tuple[int, int, int, int]] = []
        self._many: list[TickArray] = []
        self._count, self._pair_at = 0, _AT_ONCE
        self._notes: list[TickArray] = []
        #: The keys that have been struck, in the order in which they first were.
        self._rank: dict[int, int] = {}

    def add(self, tick: int, source: int, key: int, velocity: int) -> None:
        """One more, its fields as in STRIKE."""
        self._few.append((tick, source, key, velocity))
        if len(self._few) >= _AT_ONCE:
            self._gather()

    def extend(self, strikes: TickArray) -> None:
        """A STRIKE array more."""
        self._gather()
        self._many.append(strikes)
        self._count += len(strikes)
        if self._count >= self._pair_at:
            left = self._pair()
            self._many, self._count = [left], len(left)
            self._pair_at = _AT_ONCE + 2 * len(left)

    def notes(self, end: int) -> tuple[TickArray, int]:
        """A TICK_NOTE array of the notes, by their ends, and how many of them never end.

        Those last until the tick `end` and come last, by when their keys were first struck.
        """
        if not self._many and len(self._few) <= _FEW:
            return _paired_singly(self._few, end)
        self._gather()
        left = self._pair()
        rank = np.zeros(_KEYS, np.int64)
        rank[list(self._rank)] = list(self._rank.values())
        left = left[np.argsort(rank[left["key"]], kind="stable")]
        self._notes.append(_notes(left, np.full(len(left), end)))
        return np.concatenate(self._notes), len(left)

    def _gather(self) -> None:
        if self._few:
            few, self._few = self._few, []
            self.extend(np.array(few, STRIKE))

    def _pair(self) -> TickArray:
        """Make notes of all that have been released; the strikes that are left."""
        strikes = np.concatenate([np.empty(0, STRIKE), *self._many])
        self._many = []
        struck = strikes["velocity"] > 0
        self._rank_keys(strikes["key"][struck])
        strike, release = _pairs(strikes["key"], struck)
        self._notes.append(_notes(strikes[strike], strikes["tick"][release]))
        struck[strike] = False
        return strikes[struck]

    def _rank_keys(self, struck: NDArray[np.uint16]) -> None:
        for key in by_appearance(struck, _KEYS):
            self._rank.setdefault(key, len(self._rank))


def by_appearance(numbers: NDArray[np.integer[Any]], below: int) -> list[int]:
    """The numbers that appear, each once, by when it first does. numbers: (n,), 0..below-1."""
    first = np.full(below, -1)
    # Of several values for a place the last one stays: backwards, the first.
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    found = np.flatnonzero(first >= 0)
    return [int(number) for number in found[np.argsort(first[found])]]


def _notes(strikes: TickArray, ends: NDArray[np.int64]) -> TickArray:
    start, key = strikes["tick"], strikes["key"]
    return tick_notes(start, ends - start, strikes["source"], key & 127, strikes["velocity"])


def _pairs(
    key: NDArray[np.uint16], struck: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the strikes that end, and of the releases that end them, by the latter."""
    # Key by key, each in order of time. `begin`: where each key begins among them.
    order = np.argsort(key, kind="stable")
    key, struck = key[order], struck[order]
    begin = np.flatnonzero(np.diff(key, prepend=-1) != 0)
    number = np.repeat(np.arange(len(begin)), np.diff(begin, append=len(key)))
    # Strikes less releases since the key began. Each time they are fewer than ever, and less
    # than none, a release has come without a note. Keys are set far apart for the minimum.
    step = np.where(struck, 1, -1)
    above = np.cumsum(step)
    above -= (above[begin] - step[begin])[number]
    far = number * (len(key) + 1)
    idle = -(np.minimum.accumulate(np.minimum(above, 0) - far) + far)
    idle_before = np.concatenate([[0], idle[:-1]])
    idle_before[begin] = 0
    strikes = np.flatnonzero(struck)
    releases = np.flatnonzero(~struck & (idle == idle_before))
    # The nth release of a key that has a note ends the nth strike of it.
    shift = np.searchsorted(strikes, begin) - np.searchsorted(releases, begin)
    ended = strikes[np.arange(len(releases)) + shift[number[releases]]]
    ended_by = np.full(len(key), -1)
    ended_by[order[releases]] = order[ended]
    found = np.flatnonzero(ended_by >= 0)
    return ended_by[found], found


def _paired_singly(strikes: list[tuple[int, int, int, int]], end: int) -> tuple[TickArray, int]:
    """What `Strikes.notes` gives."""
    sounding: dict[int, deque[tuple[int, int, int]]] = {}
    notes = []
    for tick, source, key, velocity in strikes:
        if velocity:
            sounding.setdefault(key, deque()).append((tick, source, velocity))
        elif struck := sounding.get(key):
            start, own, loud = struck.popleft()
            notes.append((start, tick - start, own, key & 127, loud))
    ended = len(notes)
    for key, struck in sounding.items():
        notes += [(start, end - start, s, key & 127, v) for start, s, v in struck]
    return np.array(notes, TICK_NOTE), len(notes) - ended
