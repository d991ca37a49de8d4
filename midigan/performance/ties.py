"""Notes that are held over the join of two phrases: one note where each phrase has its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midigan.performance.timing import Times
from midigan.song import Notes


def hold_over(notes: Notes, times: Times, tied: NDArray[np.bool_]) -> tuple[Notes, Times]:
    """Notes of phrases in a row, the tied ones as part of those that they go on from.

    notes: NOTE array `(n,)`, starts counted from the first phrase; times: when they are played,
    `(n, 2)`; tied: bool `(n,)`, as `compose.ties_of` has it. A tied note goes on from the note of
    its track and pitch that ends on the grid where it begins; without one it is struck. Returns
    notes and times in the order they came in.
    """
    order = np.lexsort((notes["start"], notes["pitch"], notes["track"]))
    if len(order) == 0:
        return notes, times
    found = notes[order]
    ends = found["start"] + found["length"]
    struck = np.ones(len(found), bool)
    struck[1:] = ~(
        tied[order][1:]
        & (found["track"][1:] == found["track"][:-1])
        & (found["pitch"][1:] == found["pitch"][:-1])
        & (found["start"][1:] == ends[:-1])
    )
    first = np.flatnonzero(struck)
    last = np.append(first[1:], len(found)) - 1
    heads, tails = order[first], order[last]
    held, played = notes.copy(), times.copy()
    held["length"][heads] = ends[last] - found["start"][first]
    played[heads, 1] = times[tails, 1]
    heads.sort()
    return held[heads], played[heads]
