"""Files' bytes joined, so that many small files are searched for little more than one's cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: As many bytes are searched at a time: what is made of them stays in the processor's cache.
_AT_ONCE = 1 << 16


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

    def find(
        self, test: Callable[[NDArray[np.uint8]], NDArray[np.bool_]], behind: int = 0
    ) -> NDArray[np.int64]:
        """Where in all bytes a test says yes: `(n,)`.

        test: of some bytes, each but the last `behind`; those are the next ones' first.
        """
        found = [np.empty(0, np.int64)]
        for first in range(0, len(self.numbers), _AT_ONCE):
            own = np.flatnonzero(test(self.numbers[first : first + _AT_ONCE + behind]))
            own += first
            found.append(own)
        return np.concatenate(found)

    def places(self, found: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which file each of some bytes `(n,)` of all is in, and where in that file it is."""
        file = np.searchsorted(self.first, found, side="right") - 1
        return file, found - self.first.take(file)
