"""How many pulses those that arrive stand for, where a JACK server loses some, or says them twice.

JACK2 exchanges messages through memory that its clients take turns at. If one of them is late a
period may be read by the next one after it was emptied, or twice. Times that are multiples of a
period and know no interruption (see `timelines`) give that away, as long as periods are
much shorter than pulses: a beat that was even has a gap of two pulses, and goes on as before.
"""

from __future__ import annotations

#: How many pulses must have been even before.
_EVEN = 24
#: How many may be lost at once.
_MOST = 4
#: How much shorter than a pulse a step must be, and how many steps later one is said again. One in
#: so many may be that; more are a tempo.
_SHARE, _AGAIN, _RARELY = 3.0, 1.5, 24
#: In steps: how far an even gap may be from a whole number of pulses.
_OFF = 1.1


class Regular:
    """Counts pulses; `step_s` is what their times are multiples of, 0 if they are not."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self.begin_anew()

    def begin_anew(self) -> None:
        """The next pulse need not follow the last one."""
        self._last_s: float | None = None
        self._held_s: float | None = None
        self._even = 0
        self._since_again = _RARELY

    def flush(self) -> list[float]:
        """The pulse that waits for the next one to tell what it is, if any; it waits no more."""
        held = [] if self._held_s is None else [self._held_s]
        self._held_s = None
        return held

    def take(self, at_s: float, period_s: float | None) -> list[float]:
        """The times of the pulses that one at `at_s` adds, where they last `period_s`."""
        if period_s is None or self._step_s == 0 or self._step_s * _SHARE > period_s:
            self._last_s = at_s
            return [*self.flush(), at_s]
        if self._held_s is not None:
            return self._after_a_gap(self._held_s, at_s, period_s)
        gap_s = 0.0 if self._last_s is None else at_s - self._last_s
        count = self._pulses(gap_s, period_s)
        self._since_again += 1
        if self._even >= _EVEN and self._last_s is not None:
            again = gap_s <= self._step_s * _AGAIN and gap_s < period_s / 2
            if again and self._since_again > _RARELY:
                self._since_again = 0
                return []
            if 2 <= count <= _MOST + 1:
                self._held_s = at_s
                return []
        self._even = self._even + 1 if count == 1 else 0
        self._last_s = at_s
        return [at_s]

    def _after_a_gap(self, held_s: float, at_s: float, period_s: float) -> list[float]:
        """As `take`, where one waits that came after a gap: a loss if this one is even."""
        assert self._last_s is not None
        lost = self._pulses(held_s - self._last_s, period_s) - 1
        if self._pulses(at_s - held_s, period_s) != 1:
            lost = self._even = 0
        missing = [held_s - (lost - k) * period_s for k in range(lost)]
        self._last_s = at_s
        return [*missing, *self.flush(), at_s]

    def _pulses(self, gap_s: float, period_s: float) -> int:
        """How many pulses a gap is; 0 if it is no whole number of them."""
        count = round(gap_s / period_s)
        return count if abs(gap_s - count * period_s) <= self._step_s * _OFF else 0
