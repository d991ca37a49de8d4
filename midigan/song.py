"""A song on the grid: what encoding keeps of one file, and decoding gives back.

Everything is counted in steps from the start of the song. A bar has `layout.steps`
steps whatever its meter: a shorter bar ends in silent steps, and `bar_steps` says how
many of its steps belong to the music, so that decoding can take the silence out again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: A note: `start` and `length` in steps, `track` an index into the layout's tracks,
#: `pitch` a MIDI pitch 0..127, `velocity` 1..127. Held notes are stored once.
NOTE = np.dtype(
    [("start", "<i4"), ("length", "<i4"), ("track", "u1"), ("pitch", "u1"), ("velocity", "u1")]
)

#: A tempo from step `start` on, in quarter notes a minute.
TEMPO = np.dtype([("start", "<i4"), ("bpm", "<f4")])

#: A meter from bar `bar` on.
METER = np.dtype([("bar", "<i4"), ("numerator", "u1"), ("denominator", "u1")])

Notes = NDArray[np.void]


def empty_tempos() -> Notes:
    """No tempo given; players use their own."""
    return np.empty(0, TEMPO)


def empty_meters() -> Notes:
    """No meter given; every bar has the layout's own."""
    return np.empty(0, METER)


@dataclass(frozen=True, eq=False)
class Song:
    """One file's music on the grid.

    notes: NOTE array sorted by (start, track, pitch); no two notes of the same track and
        pitch overlap, and none ends after the last bar.
    bar_steps: uint16 `(bars,)`, how many steps of each bar belong to the music.
    programs: General MIDI program of each track, 0..127; empty where the file says none.
    tempos, meters: TEMPO and METER arrays, sorted; empty where the file says none.
    """

    name: str
    notes: Notes
    bar_steps: NDArray[np.uint16]
    tempos: Notes = field(default_factory=empty_tempos)
    meters: Notes = field(default_factory=empty_meters)
    programs: tuple[int, ...] = ()

    @property
    def bars(self) -> int:
        """Number of bars, the last one padded with silence."""
        return len(self.bar_steps)
