"""Lanes: stretches of songs, whose chords can be dealt out side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midigan.files.placing.chords import Chords, Ints


@dataclass(frozen=True, eq=False)
class Lanes:
    """Chords one after another, and what the voices sang before them.

    first, count: int64 `(lanes,)`, the first chord of each lane, and how many it has, at least 1.
    stop: int64 `(lanes,)`, the chord before which the stretch ends that it is of.
    sung: int64 `(voices, lanes)`, the note that each voice sang last. Before a song there is one
        for each voice, which are counted from -voices to -1.
    """

    first: Ints
    count: Ints
    stop: Ints
    sung: Ints

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
        stop, full = np.append(first[1:], len(size)), full.take(first)
        count = stop - first - full
        parts = -(-count // longest) if longest else np.minimum(count, 1)
        own = np.repeat(np.arange(len(first)), parts)
        number = np.arange(len(own)) - np.repeat(np.cumsum(parts) - parts, parts)
        voice = np.arange(voices)[:, None]
        sung = np.repeat(voice - voices, len(own), axis=1)
        known = np.flatnonzero(full.take(own) & (number == 0))
        sung[:, known] = chords.first.take(first.take(own.take(known))) + voice
        passed = number * (longest or 0)
        first, count = (first + full).take(own) + passed, count.take(own) - passed
        count = np.minimum(count, longest) if longest else count
        return cls(first, count, stop.take(own), sung)
