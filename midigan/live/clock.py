"""Time: ticks on a timeline, seconds on a clock, and waiting for one to reach the other.

A deadline is always absolute, so that no error ever adds up. Everything that plays reads
time through a `Clock`; its sibling `OfflineClock` runs the same code as fast as it can.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

from midigan.performance.ticks import PPQN as PPQN  # noqa: PLC0414 - whoever reads clocks needs it

#: The end of a wait is spent spinning: sleeping longer than asked is what makes late.
_SPIN_S = 0.0003


class Moment(NamedTuple):
    """When something was due, and when it was: both in seconds of the same clock."""

    due_s: float
    now_s: float

    @property
    def late_s(self) -> float:
        """How late it is; never below 0."""
        return max(0.0, self.now_s - self.due_s)


class Clock:
    """The system's monotonic clock."""

    def now(self) -> float:
        """Seconds since some fixed moment, the same for all processes of a computer.

        That holds on Linux (CLOCK_MONOTONIC), macOS (mach_absolute_time) and, from Python
        3.10 on, on Windows (QueryPerformanceCounter).
        """
        return time.perf_counter()

    def approach(self, due_s: float) -> None:
        """Sleep until shortly before `due_s`: there is still time to make something ready."""
        while (left := due_s - self.now()) > _SPIN_S:
            time.sleep(left - _SPIN_S)

    def reach(self, due_s: float) -> Moment:
        """Wait until `due_s`: sleep first, then spin for the last moment."""
        self.approach(due_s)
        while (now := self.now()) < due_s:
            pass
        return Moment(due_s, now)


class OfflineClock(Clock):
    """A clock that stands still until someone waits, and then is there at once."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Seconds since this clock was made, as far as anybody waited."""
        return self._now

    def approach(self, due_s: float) -> None:
        """Nothing takes time here."""

    def reach(self, due_s: float) -> Moment:
        """Be at `due_s` without waiting."""
        self._now = max(self._now, due_s)
        return Moment(due_s, self._now)


@dataclass(frozen=True)
class Timeline:
    """Where ticks lie on a clock: tick 0 at `origin_s`, then at a steady tempo."""

    origin_s: float
    tempo_bpm: float

    @property
    def _tick_s(self) -> float:
        return 60 / (self.tempo_bpm * PPQN)

    def seconds_at(self, tick: int) -> float:
        """The clock's seconds at a tick."""
        return self.origin_s + tick * self._tick_s

    def tick_at(self, seconds: float) -> int:
        """The last tick that lies at or before the clock's `seconds`."""
        return int((seconds - self.origin_s) // self._tick_s)

    @classmethod
    def through(cls, tick: float, at_s: float, tempo_bpm: float) -> Timeline:
        """The timeline at this tempo that is at `tick` at `at_s`."""
        return cls(at_s - tick * 60 / (tempo_bpm * PPQN), tempo_bpm)
