"""A log of files on disk: a line for each, so that memory does not grow with them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from midigan.files.encoding.report import FileReport
from midigan.files.opening.sources import Source

#: What tells whether a file is still the same: path, split, name, size in bytes, time in ns.
Identity = list[Any]


class FileLog:
    """Reports of files as lines of a file, which looks like a list of them.

    A line is a JSON array of the file's identity, None for what is no file, and its report.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("a+b")
        self._count = 0
        #: Whose report `append` takes next.
        self.identity: Identity | None = None

    def append(self, file: FileReport) -> None:
        """Write the next report."""
        self.file.write(json.dumps([self.identity, file.to_dict()]).encode() + b"\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[FileReport]:
        if not self.file.closed:
            self.file.flush()
        return (FileReport.from_dict(values) for _, values in read_lines(self.path))

    def cut(self, size: int, count: int) -> None:
        """Forget all but the first `count` lines, which are `size` bytes."""
        self.file.truncate(size)
        self._count = count


def read_lines(path: Path) -> Iterator[tuple[Identity | None, dict[str, Any]]]:
    """The lines of a log: identities, and reports as plain values."""
    with path.open("rb") as file:
        for line in file:
            identity, values = json.loads(line)
            yield identity, values


def identity_of(source: Source) -> Identity:
    """What a file is like now; size and time are None if it cannot be looked at."""
    try:
        found = os.stat(source.path)  # noqa: PTH116
    except OSError:
        return [source.path, source.split, source.name, None, None]
    return [source.path, source.split, source.name, found.st_size, found.st_mtime_ns]
