"""The frames of a JACK server, as seconds, and how far our own clock is ahead of them.

A server that stumbles loses time: its periods go on late by that, though by its frames nothing
ever broke off.
"""

from __future__ import annotations

from collections import deque

#: JACK counts frames in 32 bits.
_WRAP = 1 << 32
#: The last second tells how far our clock is ahead, unless all of its end, in seconds and at least
#: so many periods, agrees that the server has lost more time than this.
_MEMORY_S, _END_S, _END_PERIODS, _LOST_S = 1.0, 0.08, 4, 0.0001
#: More than this is believed as soon as so many periods began as evenly as this: who was only
#: woken late is less and less late.
_MUCH_S, _EVEN_S = 0.0005, 0.0002


class FrameClock:
    """Is told of every period of a server, by a client that processes them all."""

    def __init__(self, rate: float, period: int) -> None:
        """Frames a second, and frames a period."""
        self.rate, self.period_s = rate, period / rate
        #: Frames from the first period to this one.
        self.frames = 0
        self._frame: int | None = None
        self._memory = _Least(_MEMORY_S)
        self._end = _Least(max(_END_S, _END_PERIODS * self.period_s))
        self._last: deque[float] = deque(maxlen=_END_PERIODS)

    def begin(self, frame: int, ours_s: float) -> None:
        """A period begins with this frame, of 2^32; we were woken up at a second of our clock."""
        if self._frame is not None:
            # What wraps may also go back a little, when a server begins to count anew.
            self.frames += (frame - self._frame + _WRAP // 2) % _WRAP - _WRAP // 2
        self._frame = frame
        at_s = self.frames / self.rate
        # At least by the least of these: a client is woken up at best at once.
        self._memory.add(at_s, ours_s - at_s)
        self._end.add(at_s, ours_s - at_s)
        self._last.append(ours_s - at_s)
        if self._end.least > self._memory.least + _LOST_S:
            self._memory.begin_anew(at_s, self._end.least)
        elif self._lost_much():
            self._memory.begin_anew(at_s, min(self._last))

    def _lost_much(self) -> bool:
        least = min(self._last)
        return least > self._memory.least + _MUCH_S and max(self._last) < least + _EVEN_S

    @property
    def ahead_s(self) -> float | None:
        """How far our clock is ahead of seconds since the first period; None before that."""
        return self._memory.least if self._frame is not None else None


class _Least:
    """The least of the values of the last seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # Those that are less than all that came later: the first is the least of all.
        self._steps: deque[tuple[float, float]] = deque()
        #: For threads that do not add.
        self.least = 0.0

    def add(self, at_s: float, value: float) -> None:
        """One more, at a second that is not before the last one's."""
        while self._steps and self._steps[-1][1] >= value:
            self._steps.pop()
        self._steps.append((at_s, value))
        while self._steps[0][0] <= at_s - self._seconds:
            self._steps.popleft()
        self.least = self._steps[0][1]

    def begin_anew(self, at_s: float, value: float) -> None:
        """Forget all values but this."""
        self._steps.clear()
        self.add(at_s, value)
