"""What one file may take: a hostile or broken one must not cost the others.

Time is watched from outside, see `workers`. Memory is limited by the kernel in the process
that reads, on Linux; elsewhere it is not limited.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np

from midigan.files.opening.read import is_printed

#: Megabytes that reading a file may take on top of what its process has. Large real MIDI files
#: take some ten; printed music is read by a library that takes a hundred times a file's size.
MIDI_MB, PRINTED_MB = 256, 1024

#: Bytes of the largest array of which the memory is kept, and of half of all that is.
_KEPT_BYTES = 1 << 24

#: Seconds that reading it may take; a sound MIDI file takes a thousandth of it.
MIDI_S, PRINTED_S = 10.0, 60.0


def seconds_for(path: str | Path) -> float:
    """How long reading a file may take."""
    return PRINTED_S if is_printed(path) else MIDI_S


def megabytes_for(path: str | Path) -> int:
    """How much memory reading a file may take."""
    return PRINTED_MB if is_printed(path) else MIDI_MB


@contextmanager
def limited_memory(megabytes: int) -> Iterator[None]:
    """Within the block, allocating more than that on top of what there is raises MemoryError.

    Does nothing on systems that are not Linux.
    """
    taken = _address_space()
    if taken is None:
        yield
        return
    import resource

    before, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = taken + (megabytes << 20)
    for limit in (before, most):
        wanted = wanted if limit == resource.RLIM_INFINITY else min(wanted, limit)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


@cache
def keep_freed_memory() -> None:
    """From now on the process keeps the memory that it frees, some 32 MB of it, for what is next.

    Otherwise the C library of Linux (glibc) may give the memory of each block of files back, to
    be handed the same pages anew, which takes as long as a quarter of the work. How much it
    keeps grows with the largest array that was ever freed: mallopt(3), M_MMAP_THRESHOLD. Other
    systems do not mind: nobody writes to this one.
    """
    np.empty(_KEPT_BYTES, np.uint8)


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _address_space() -> int | None:
    """Bytes of the process's address space; None where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - once a file, and fast
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None
