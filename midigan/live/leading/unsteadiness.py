"""How unsteadily pulses arrive: the width of the band in which they lie around their beat.

Where they are seen once a period of an audio device, the gaps between them take two values
only, which differ by that period: the width is known as soon as both have been seen, whatever
the tempo.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

#: What is believed at first, in seconds: 256 frames at 48 kHz.
_FIRST_S = 256 / 48_000
#: No receiver is steadier than this, and none so bad.
_LEAST_S, _MOST_S = 0.0001, 0.05
#: The width is what the gaps say once there are this many.
_ENOUGH_GAPS = 48
#: Gaps that are looked at together, how many of them at each side must agree that the tempo
#: is the same, and for how many pulses their spread is remembered.
_TOGETHER, _SIDE = 12, 3
_MEMORY = 2000
#: A gap so many times as long as the longest is a pause.
_PAUSE = 3
#: A tempo that seems to change again after so few pulses did not: the band is wider. If gaps differ
#: from one to the next by less than this share of it, it did: it is being drawn out.
_TOO_SOON, _DRAWN_OUT = 24, 0.5


class Unsteadiness:
    """Learns the band's width from the gaps between pulses."""

    def __init__(self) -> None:
        self.width_s = _FIRST_S
        self._gaps: deque[float] = deque(maxlen=_TOGETHER)
        self._last_s: float | None = None
        self._seen_s = 0.0
        self._count = 0
        self._since_change = _TOO_SOON

    @property
    def variance(self) -> float:
        """The variance of a pulse that lies anywhere in the band, in square seconds."""
        return self.width_s**2 / 12

    def gap(self) -> None:
        """The next pulse does not follow the last one."""
        self._last_s = None
        self._gaps.clear()
        self._since_change = _TOO_SOON

    def begin_anew(self) -> None:
        """Pulses left the band: it is too narrow, or the tempo has changed."""
        if self._since_change < _TOO_SOON and self._unevenness_s() > _DRAWN_OUT * self.width_s:
            self.width_s = self._seen_s = min(self.width_s * 1.5, _MOST_S)
        self._since_change = 0

    def pulse(self, at_s: float) -> None:
        """Take in a pulse."""
        self._since_change += 1
        last_s = at_s if self._last_s is None else self._last_s
        if self._gaps and at_s - last_s > _PAUSE * max(self._gaps):
            self.gap()
        if self._last_s is not None:
            self._gaps.append(at_s - self._last_s)
            self._count += 1
            self._seen_s = max(self._seen_s * (1 - 1 / _MEMORY), self._spread_s())
            if self._count > _ENOUGH_GAPS:
                self.width_s = min(max(self._seen_s, _LEAST_S), _MOST_S)
        self._last_s = at_s

    def _spread_s(self) -> float:
        """How much gaps differ where the tempo is the same before and after them."""
        if len(self._gaps) < _TOGETHER:
            return 0.0
        gaps = list(self._gaps)
        inner = gaps[_SIDE:-_SIDE]
        spread_s = max(inner) - min(inner)
        drift_s = abs(sum(gaps[:_SIDE]) - sum(gaps[-_SIDE:])) / _SIDE
        return spread_s if drift_s <= spread_s / 2 else 0.0

    def _unevenness_s(self) -> float:
        """How much gaps differ from the ones before them."""
        return max((abs(b - a) for a, b in pairwise(self._gaps)), default=0.0)
