"""How many pulses those that arrive stand for, where a JACK server loses some, or says them twice.

JACK2 exchanges messages through memory that its clients take turns at. If one of them is late a
period may be read by the next one after it was emptied, or twice. Times that know no interruption
(see `timelines`) give that away, as long as they are much more even than pulses are long: a beat
that was even has a gap, and goes on as before, a whole number of pulses later.
"""

from __future__ import annotations

#: How many pulses must have been even before.
_EVEN = 12
#: How many may be lost at once, or so many more where none is on the beat by chance: a pulse is as
#: long as so many times the distance it may be off.
_MOST, _MOST_SURE, _SURE = 4, 24, 40
#: How many that are off the beat wait for one that tells what they are.
_WAITING = 2
#: How much shorter than a pulse the band must be in which pulses lie, and in its widths how far
#: one may be from the beat.
_SHARE, _OFF = 3.0, 1.1
#: In periods of the server, and in pulses: what comes sooner is said again. One in so many pulses
#: may be that; more are a tempo.
_AGAIN, _SOON, _RARELY = 1.5, 0.45, 24


class Regular:
    """Counts pulses by times that are multiples of `step_s`; 0 if they are not, nor without gaps.

    What is said again is heard `again_s` later.
    """

    def __init__(self, step_s: float, again_s: float) -> None:
        self._step_s, self._again_s = step_s, again_s
        self._off_s = 0.0
        self.begin_anew()

    def begin_anew(self) -> None:
        """The next pulse need not follow the last one."""
        self._last_s: float | None = None
        self._waiting: list[float] = []
        self._even = 0
        self._since_again = _RARELY

    def flush(self) -> list[float]:
        """The pulses that wait for others to tell what they are, if any; they wait no more."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._last_s, self._even = waiting[-1], 0
        return waiting

    def take(self, at_s: float, period_s: float | None, width_s: float) -> list[float]:
        """The times of the pulses that one at `at_s` adds.

        They last `period_s`, and lie in a band of this width around their beat.
        """
        self._off_s = max(width_s, self._step_s) * _OFF
        if period_s is None or self._step_s == 0 or self._off_s / _OFF * _SHARE > period_s:
            waiting = self.flush()
            self._last_s = at_s
            return [*waiting, at_s]
        if self._last_s is None:
            self._last_s = at_s
            return [at_s]
        gap_s = at_s - (self._waiting[-1] if self._waiting else self._last_s)
        self._since_again += 1
        even = self._even >= _EVEN
        if even and self._is_again(gap_s, period_s):
            self._since_again = 0
            return []
        on_the_beat = self._count(gap_s, period_s) == 1
        if on_the_beat and (added := self._explained(at_s, period_s)):
            self._last_s, self._even = at_s, self._even + 1
            self._waiting = []
            return added
        if even and len(self._waiting) < _WAITING:
            self._waiting.append(at_s)
            return []
        waiting = self.flush()
        self._last_s, self._even = at_s, 0
        return [*waiting, at_s]

    def _is_again(self, gap_s: float, period_s: float) -> bool:
        soon = gap_s <= self._again_s * _AGAIN and gap_s < _SOON * period_s
        return soon and self._since_again > _RARELY

    def _explained(self, at_s: float, period_s: float) -> list[float]:
        """This pulse, and those since the last one, where the beat says; none if it says nothing.

        What those say that wait is of no use then: some may have been lost, and others moved.
        """
        assert self._last_s is not None
        missing = self._count(at_s - self._last_s, period_s) - 1
        most = _MOST_SURE if self._off_s * _SURE < period_s else _MOST
        if not len(self._waiting) <= missing <= len(self._waiting) + most:
            return []
        return [at_s - (missing - k) * period_s for k in range(missing)] + [at_s]

    def _count(self, gap_s: float, period_s: float) -> int:
        """How many pulses a gap is; 0 if it is no whole number of them."""
        count = round(gap_s / period_s)
        return count if abs(gap_s - count * period_s) <= self._off_s else 0
