"""By which clock what arrives is timed: ours, or the frames of a JACK server.

Whoever follows by frames sees a beat as even as it was sent, whenever he is woken up, and however
a server stumbles, and only has to know how far frames are behind our own clock.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

from midigan.live.connections.jack_input import JackInput


class Timeline(Protocol):
    """Times arrivals, in seconds from somewhere."""

    #: What all times are multiples of, and know no interruption; 0 if they are not.
    step_s: float
    #: How much later what is said twice is said again.
    again_s: float

    def now_s(self) -> float:
        """For the thread in which something arrives: nothing but the readings."""

    def ours_s(self, at_s: float) -> float:
        """A time in seconds of our clock, by all that is known now."""

    def theirs_s(self, ours_s: float) -> float:
        """A second of our clock as one of these times."""


class OurTimeline:
    """Our own clock."""

    step_s = again_s = 0.0

    def now_s(self) -> float:
        """Our clock."""
        return time.perf_counter()

    def ours_s(self, at_s: float) -> float:
        """The same."""
        return at_s

    def theirs_s(self, ours_s: float) -> float:
        """The same."""
        return ours_s


class FrameTimeline:
    """The frames of a JACK server, at which messages come to an input of ours."""

    def __init__(self, heard: JackInput) -> None:
        self._input, self._clock = heard, heard.clock
        self.step_s, self.again_s = 1 / self._clock.rate, self._clock.period_s

    def now_s(self) -> float:
        """The frame of the message that is heard, in seconds since the input was opened."""
        return self._input.frames / self._clock.rate

    def ours_s(self, at_s: float) -> float:
        """After the first period only."""
        ahead_s = self._clock.ahead_s
        assert ahead_s is not None
        return at_s + ahead_s

    def theirs_s(self, ours_s: float) -> float:
        """0 before the first period."""
        ahead_s = self._clock.ahead_s
        return 0.0 if ahead_s is None else ours_s - ahead_s


def timeline(client: Any) -> Timeline:
    """That of a client of `connections.clients`."""
    return FrameTimeline(client) if isinstance(client, JackInput) else OurTimeline()
