"""Lanes: stretches of songs, whose chords can be dealt out side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.files.placing.chords import Chords, Ints
from midigan.files.placing.dealer import first_pitches


@dataclass(frozen=True, eq=False)
class Lanes:
    """Chords one after another, and what the voices sang before them.

    first, count: int64 `(lanes,)`, the first chord of each lane, and how many it has, at least 1.
    held, until: `(voices, lanes)`, the pitch that each voice sang last, and until when; 0 if
        no longer than until the lane begins.
    goes_on: bool `(lanes,)`, whether the next lane is the rest of the same stretch.
    """

    first: Ints
    count: Ints
    held: NDArray[np.float64]
    until: Ints
    goes_on: NDArray[np.bool_]

    @classmethod
    def of(cls, chords: Chords, songs: Ints, voices: int, longest: int | None = None) -> Lanes:
        """Songs in stretches between chords of one note for each voice, which are in no lane.

        After such a chord nothing counts that the voices sang before it. songs: the first
        chord of each. A stretch of more chords than `longest` is several lanes, of which what
        was sung before is known for the first one alone, and the others begin like songs.
        """
        size = np.diff(chords.first)
        full = size == voices
        begins = full.copy()
        begins[songs] = True
        first = np.flatnonzero(begins)
        full = full.take(first)
        count = np.diff(np.append(first, len(size))) - full
        parts = -(-count // longest) if longest else np.minimum(count, 1)
        own = np.repeat(np.arange(len(first)), parts)
        number = np.arange(len(own)) - np.repeat(np.cumsum(parts) - parts, parts)
        held = np.repeat(np.array(first_pitches(voices))[:, None], len(own), axis=1)
        until = np.zeros(held.shape, np.int64)
        known = np.flatnonzero(full.take(own) & (number == 0))
        sung = chords.first.take(first.take(own.take(known))) + np.arange(voices)[:, None]
        held[:, known], until[:, known] = chords.pitch.take(sung), chords.end.take(sung)
        passed = number * (longest or 0)
        first, count = (first + full).take(own) + passed, count.take(own) - passed
        until[until <= chords.step.take(first)] = 0
        goes_on = np.append(number[1:] > 0, False)[: len(own)]
        return cls(first, np.minimum(count, longest) if longest else count, held, until, goes_on)

    def take(self, lanes: Ints) -> Lanes:
        """Some of the lanes."""
        return Lanes(
            self.first.take(lanes),
            self.count.take(lanes),
            self.held.take(lanes, axis=1),
            self.until.take(lanes, axis=1),
            self.goes_on.take(lanes),
        )

    def go_on(self, chords: Chords, lanes: Ints, held: NDArray[np.float64], until: Ints) -> Ints:
        """The lanes that turn out to begin otherwise, now that it is known how others end.

        held, until: what the voices sang last in `lanes`. What is before those that go on with
        it is set to that.
        """
        ended = np.flatnonzero(self.goes_on.take(lanes))
        after = lanes.take(ended) + 1
        held, until = held.take(ended, axis=1), until.take(ended, axis=1)
        until[until <= chords.step.take(self.first.take(after))] = 0
        same = (held == self.held.take(after, axis=1)) & (until == self.until.take(after, axis=1))
        other = np.flatnonzero(~same.all(axis=0))
        after = after.take(other)
        self.held[:, after], self.until[:, after] = held.take(other, 1), until.take(other, 1)
        return after

    def begins_with(self, lane: int, held: list[float], until: list[int]) -> bool:
        """Whether this was before a lane, as it is from now on."""
        if self.held[:, lane].tolist() == held and self.until[:, lane].tolist() == until:
            return True
        self.held[:, lane], self.until[:, lane] = held, until
        return False
