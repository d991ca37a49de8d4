"""What the tables of `live.py` share: rows, and when a JACK client hears what by our clock."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any


def row(name: str, *cells: str) -> None:
    """Print a row of a table."""
    print(f"{name:28}" + "".join(f"{cell:>12}" for cell in cells), flush=True)


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def on_our_clock(frames_s: Sequence[float], cycles: Sequence[tuple[float, float]]) -> list[float]:
    """When frames were, by the periods around them: those that were woken up the quickest."""
    found = []
    for at in frames_s:
        near = bisect_left(cycles, (at, 0.0))
        found.append(
            at + min(ours - theirs for theirs, ours in cycles[max(near - 9, 0) : near + 9])
        )
    return found


def timed(name: str) -> Any:
    """A receiver that keeps when each period began, by its frames and by our clock."""
    from real_parts import RATE, Receiver

    class Timed(Receiver):
        def __init__(self) -> None:
            self.cycles: list[tuple[float, float]] = []
            super().__init__(name)

        def _process(self, frames: int) -> None:
            self.cycles.append((self.client.last_frame_time / RATE, time.perf_counter()))
            super()._process(frames)

    return Timed()
