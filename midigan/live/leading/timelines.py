"""By which clock what arrives is timed: ours, or the frames of a JACK server.

A server that stumbles loses time: its clients' beats go on late by that, though by its frames they
never broke off. Whoever follows by frames sees a beat as even as it was sent, and only has to
know how far frames are behind our own clock.
"""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple, Protocol

from midigan.live.connections.jack_watch import JackWatch

#: JACK counts frames in 32 bits.
_WRAP = 1 << 32
#: Arrivals by which frames are compared with our clock: a beat of MIDI clock, and how many
#: must agree that it has lost more time than this.
_MEMORY, _AGREE, _LOST_S = 24, 4, 0.0001


class Stamp(NamedTuple):
    """When something arrived: in seconds of our clock, and the first frame of that period."""

    ours_s: float
    frame: int = 0


class Timeline(Protocol):
    """Times arrivals, in seconds from somewhere."""

    #: What all times are multiples of; 0 if they are not.
    step_s: float

    def stamp(self) -> Stamp:
        """Now, for the thread in which something arrives: nothing but the readings."""

    def take(self, stamp: Stamp) -> float:
        """The time of an arrival; to be called once for each, in their order."""

    def ours_s(self, at_s: float) -> float:
        """A time in seconds of our clock, by all that is known now."""

    def theirs_s(self, ours_s: float) -> float:
        """A second of our clock as one of these times."""


class OurTimeline:
    """Our own clock."""

    step_s = 0.0

    def stamp(self) -> Stamp:
        """Now."""
        return Stamp(time.perf_counter())

    def take(self, stamp: Stamp) -> float:
        """Our clock."""
        return stamp.ours_s

    def ours_s(self, at_s: float) -> float:
        """The same."""
        return at_s

    def theirs_s(self, ours_s: float) -> float:
        """The same."""
        return ours_s


class FrameTimeline:
    """The frames of a JACK server, a period at a time: those in which a client of its is woken."""

    def __init__(self, jack: JackWatch) -> None:
        self._jack = jack
        self.step_s = jack.period_s
        self._rate = jack.rate
        self._frame: int | None = None
        self._frames = 0  # since the first
        # How far our clock is ahead of theirs: at least by the least of these, since a client is
        # woken at best at once.
        self._ahead_s: deque[float] = deque(maxlen=_MEMORY)

    def stamp(self) -> Stamp:
        """Now, and the period that it is in."""
        return Stamp(time.perf_counter(), self._jack.frame)

    def take(self, stamp: Stamp) -> float:
        """Seconds since the period of the first arrival, and compare the clocks."""
        if self._frame is not None:
            # What wraps may also go back a little, when a server begins to count anew.
            self._frames += (stamp.frame - self._frame + _WRAP // 2) % _WRAP - _WRAP // 2
        self._frame = stamp.frame
        at_s = self._frames / self._rate
        self._ahead_s.append(stamp.ours_s - at_s)
        last = list(self._ahead_s)[-_AGREE:]
        if len(last) == _AGREE and min(last) > min(self._ahead_s) + _LOST_S:
            self._ahead_s.clear()
            self._ahead_s.extend(last)
        return at_s

    def ours_s(self, at_s: float) -> float:
        """After the first arrival only."""
        return at_s + min(self._ahead_s)

    def theirs_s(self, ours_s: float) -> float:
        """0 before the first arrival."""
        return ours_s - min(self._ahead_s, default=ours_s)


def timeline(jack: JackWatch | None) -> Timeline:
    """That of a server whose frames are counted, where there is one."""
    return FrameTimeline(jack) if jack is not None and jack.counts() else OurTimeline()
