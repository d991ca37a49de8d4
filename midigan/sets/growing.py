"""Arrays that grow by their first axis: on disk, where they need no memory, and in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.sets.timeline import join


class Column:
    """A `.npy` file of records that grows. A new one is empty, an old one is taken up.

    width: the shape of a record, `()` for a plain number.
    """

    def __init__(self, path: Path, dtype: Any, width: tuple[int, ...] = ()) -> None:
        self.dtype, self.width = np.dtype(dtype), width
        self.file = path.open("r+b" if path.exists() else "w+b")
        self._write_header(0)
        self._begin = self.file.tell()
        self._record = self.dtype.itemsize * int(np.prod(width, dtype=np.int64))
        self.count = (self.file.seek(0, os.SEEK_END) - self._begin) // self._record

    def append(self, array: NDArray[Any]) -> None:
        """Write records `(n, *width)` behind those that are there."""
        self.file.write(np.ascontiguousarray(array, self.dtype).tobytes())
        self.count += len(array)

    def cut(self, count: int) -> None:
        """Forget all records but the first `count`. Raises ValueError if there are fewer."""
        if count > self.count:
            raise ValueError("a column is shorter than it was")
        self.file.truncate(self._begin + count * self._record)
        self.file.seek(0, os.SEEK_END)
        self.count = count

    def settle(self, *, sync: bool = False) -> None:
        """Make the file a whole `.npy`; `sync` waits until the disk has it."""
        self._write_header(self.count)
        self.file.seek(0, os.SEEK_END)
        self.file.flush()
        if sync:
            os.fsync(self.file.fileno())

    def _write_header(self, count: int) -> None:
        """Numpy leaves room in a header, so that it stays as long for any count."""
        self.file.seek(0)
        descr = np.lib.format.dtype_to_descr(self.dtype)
        header = {"descr": descr, "fortran_order": False, "shape": (count, *self.width)}
        np.lib.format.write_array_header_1_0(self.file, header)


class MemoryColumn:
    """Records in memory, like `Column`."""

    def __init__(self, dtype: Any, width: tuple[int, ...] = ()) -> None:
        self._parts = [np.empty((0, *width), dtype)]
        self.count = 0

    def append(self, array: NDArray[Any]) -> None:
        """Take records `(n, *width)` behind those that are there."""
        self._parts.append(array)
        self.count += len(array)

    def joined(self) -> NDArray[Any]:
        """All records, in one array."""
        return join(self._parts, self._parts[0].dtype)
