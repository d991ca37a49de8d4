"""Memory-mapped arrays that are larger than memory, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def part_of(array: NDArray[Any], first: int, stop: int) -> NDArray[Any]:
    """A copy of the records `first` to `stop - 1` of an array `(n, ...)`.

    Of a memory-mapped one they are read past the map, so that nothing but the copy stays in
    memory: pages of a map that were looked at count as the process's.
    """
    if not isinstance(array, np.memmap):
        # As bytes: numpy would copy records field by field.
        part = np.ascontiguousarray(array[first:stop])
        return np.frombuffer(bytearray(part.view(np.uint8)), array.dtype).reshape(part.shape)
    count, shape = max(min(stop, len(array)) - first, 0), array.shape[1:]
    width = int(np.prod(shape, dtype=np.int64))
    with Path(str(array.filename)).open("rb") as file:
        file.seek(array.offset + first * width * array.itemsize)
        return np.fromfile(file, array.dtype, count * width).reshape(count, *shape)


def parts_of(array: NDArray[Any], size: int) -> Iterator[NDArray[Any]]:
    """An array in copies of at most `size` records; none if it is empty."""
    for first in range(0, len(array), size):
        yield part_of(array, first, min(first + size, len(array)))
