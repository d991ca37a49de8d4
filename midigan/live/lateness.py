"""How late notes were sent: percentiles from a histogram, whose size never grows."""

from __future__ import annotations

import math

#: Buckets have the same width on a logarithmic scale: 12% each, from a microsecond on.
_PER_DECADE = 20
_SMALLEST_S = 1e-6


class Lateness:
    """Counts lateness by size; `percentile_ms` is right to 12%, `max_ms` exactly."""

    def __init__(self) -> None:
        self._counts = [0] * (8 * _PER_DECADE)
        self._max_s = 0.0

    def add(self, late_s: float) -> None:
        """Count one note, sent `late_s` seconds after it was due."""
        bucket = 0
        if late_s > _SMALLEST_S:
            bucket = math.ceil(_PER_DECADE * math.log10(late_s / _SMALLEST_S))
        self._counts[min(bucket, len(self._counts) - 1)] += 1
        self._max_s = max(self._max_s, late_s)

    @property
    def max_ms(self) -> float:
        """The greatest lateness in milliseconds; 0 if nothing was counted."""
        return self._max_s * 1000

    def percentile_ms(self, percent: float) -> float:
        """Milliseconds within which `percent` of all notes were sent; 0 if there were none."""
        wanted = sum(self._counts) * percent / 100
        seen = 0
        for bucket, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return min(_SMALLEST_S * 10 ** (bucket / _PER_DECADE) * 1000, self.max_ms)
        return 0.0
