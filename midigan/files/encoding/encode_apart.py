"""Encoding in worker processes: files go there in groups, and a bad one is lost alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat, tee
from typing import Any

from midigan.files.encoding.duplicates import Duplicates, Met
from midigan.files.encoding.encode_file import encode_each
from midigan.files.encoding.report import FileReport
from midigan.files.encoding.workers import Lost, each_in_workers
from midigan.files.opening.limits import limited_memory, megabytes_for, seconds_for
from midigan.files.opening.read import is_printed
from midigan.files.opening.rules import Rules
from midigan.files.opening.sources import Source, printable
from midigan.song import Song

#: How many files, and bytes of them, a worker takes at a time: enough that handing them over
#: costs little a file, so few that all of them together keep far within the limits of one.
_GROUP_FILES, _GROUP_BYTES = 64, 1 << 20

#: Groups for each worker, at least, so that all are busy to the end.
_GROUPS_EACH = 4

#: What comes of a file, and what tells whether it is a copy.
_Encoded = tuple[list[Song], FileReport, Met]


def encode_in_workers(
    files: Sequence[Source], rules: Rules, met: Duplicates | None, jobs: int
) -> Iterator[tuple[list[Song], FileReport]]:
    """Like `encode_file.encode_files`, in `jobs` processes.

    A file that crashes its process, or takes more than `limits` grants, has a report that says
    so.
    """
    for source, found in each_file(files, partial(_encoded, rules, met is not None), jobs):
        if isinstance(found, Lost):
            yield [], FileReport(printable(source.path), found.reason)
            continue
        songs, file, own = found
        if met and (reason := met.of_other(own)):
            songs, file.songs, file.reason = [], 0, reason
        yield songs, file


def each_file(
    files: Sequence[Source], work: Callable[[list[Source]], list[Any]], jobs: int
) -> Iterator[tuple[Source, Any | Lost]]:
    """Each file and what `work` gives for it, which gets groups of them; `Lost` where it fails.

    The files of a group that failed are tried again one by one.
    """
    most = min(_GROUP_FILES, -(-len(files) // (jobs * _GROUPS_EACH)))
    groups, handed = tee(_groups(files, most))
    for group, found in zip(groups, each_in_workers(work, handed, jobs, _patience), strict=True):
        if not isinstance(found, Lost):
            yield from zip(group, found, strict=True)
        elif len(group) == 1:
            yield group[0], found
        else:
            singles = each_in_workers(work, [[source] for source in group], 1, _patience)
            for source, one in zip(group, singles, strict=True):
                yield source, one if isinstance(one, Lost) else one[0]


def _groups(files: Iterable[Source], most: int) -> Iterator[list[Source]]:
    """The files in groups of at most so many, all of a group with the same limits."""
    group: list[Source] = []
    total = 0
    for source in files:
        # Reading print takes long: a group of it would come near the limit of one.
        size = _GROUP_BYTES if is_printed(source.path) else _size(source)
        if group and (len(group) == most or total + size > _GROUP_BYTES):
            yield group
            group, total = [], 0
        group.append(source)
        total += size
    if group:
        yield group


def _size(source: Source) -> int:
    """The bytes of a file; 0 where it cannot be looked at, which its reader will say."""
    try:
        return os.stat(source.path).st_size  # noqa: PTH116
    except OSError:
        return 0


def _patience(group: Sequence[Source]) -> float:
    """Seconds for a group: no more than for one file, since they take a hundredth of it."""
    return max(seconds_for(source.path) for source in group)


def _encoded(rules: Rules, look_for_copies: bool, group: Sequence[Source]) -> list[_Encoded]:
    """What comes of each file of a group, in a process of its own."""
    most = max(megabytes_for(source.path) for source in group)
    own = [Duplicates() for _ in group]
    known = zip(group, own if look_for_copies else repeat(None), strict=False)
    try:
        with limited_memory(most):
            found = encode_each(known, rules)
            return [(*one, met.met()) for one, met in zip(found, own, strict=True)]
    except MemoryError:
        if len(group) > 1:
            return [_encoded(rules, look_for_copies, [source])[0] for source in group]
        reason = f"reading it takes more than {most} MB of memory"
        return [([], FileReport(printable(group[0].path), reason), {})]
