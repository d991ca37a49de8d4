"""Files' bytes joined, so that many small files are searched for little more than one's cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Joined:
    """The bytes of files, one after another.

    files: each one's bytes; numbers: uint8 `(bytes,)`, those of all of them; first: int64
    `(files,)`, where those of each begin.
    """

    files: Sequence[bytes]
    numbers: NDArray[np.uint8]
    first: NDArray[np.int64]

    @classmethod
    def of(cls, files: Sequence[bytes]) -> Joined:
        """These files; at least one."""
        numbers = np.frombuffer(b"".join(files), np.uint8)
        return cls(files, numbers, np.cumsum([0, *map(len, files[:-1])]))

    def places(self, found: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which file each of some bytes `(n,)` of all is in, and where in that file it is."""
        file = np.searchsorted(self.first, found, side="right") - 1
        return file, found - self.first.take(file)
