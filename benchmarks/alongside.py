"""Other programs that run while something is measured."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Iterator, Sequence


@contextlib.contextmanager
def alongside(commands: Iterable[Sequence[str]]) -> Iterator[None]:
    """Let these run within the block, and kill them after it."""
    processes = [subprocess.Popen(command) for command in commands]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
