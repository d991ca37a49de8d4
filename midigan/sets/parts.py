"""Parts that lie one after another in an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def offsets(counts: NDArray[np.int64] | Sequence[int]) -> NDArray[np.int64]:
    """Where each of several parts begins that lie one after another, and where the last ends."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def sums_of_parts(values: NDArray[Any], bounds: NDArray[np.int64]) -> NDArray[Any]:
    """The sum of each of several parts of integers that lie one after another, some empty.

    bounds: int64 `(parts + 1,)`, where each begins, and the last ends. Returns `(parts,)`, in 64
    bits, signed or not as the values are. Several times as fast as differences of a running sum.
    """
    wide = np.result_type(values, np.uint64 if values.dtype.kind == "u" else np.int64)
    found = np.zeros(len(bounds) - 1, wide)
    some = np.flatnonzero(np.diff(bounds))
    if len(some):
        part = values[: bounds[-1]]
        found[some] = np.add.reduceat(part, bounds.take(some), dtype=wide)
    return found
