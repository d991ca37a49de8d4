"""Octaves: where a pitch goes that may not be played where it lies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def nearest_octaves(legal: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each pitch the nearest legal one that lies whole octaves away: int64 `(pitches,)`.

    legal: bool `(pitches,)`. A legal pitch is its own; the lower one of two that are as near; -1
    where the pitch class has no legal pitch at all.
    """
    each = np.arange(len(legal))
    apart = np.abs(each - each[:, None])
    apart[(apart % 12 != 0) | ~legal] = len(legal)
    return np.where(apart.min(axis=1) < len(legal), apart.argmin(axis=1), -1)
