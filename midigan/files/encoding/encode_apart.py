"""Encoding in worker processes: files go there in groups, and a bad one is lost alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate, repeat, tee
from typing import Any

from midigan.files.encoding.duplicates import SAME_BYTES, Duplicates, Met
from midigan.files.encoding.encode_file import encode_each
from midigan.files.encoding.report import FileReport
from midigan.files.encoding.workers import Lost, each_in_workers
from midigan.files.opening.limits import limited_memory, megabytes_for, seconds_for
from midigan.files.opening.read import is_printed
from midigan.files.opening.rules import Rules
from midigan.files.opening.sources import Source, printable
from midigan.layout import Layout
from midigan.sets.blocks import Block, Part
from midigan.sets.timeline import lay_songs
from midigan.sets.windows import Looks
from midigan.song import Song

#: How many files, and bytes of them, a worker takes at a time: enough that handing them over
#: costs little a file, so few that all of them together keep far within the limits of one.
_GROUP_FILES, _GROUP_BYTES = 64, 1 << 20

#: Towards the end a group is this part of a worker's share of what is left, so that all are busy
#: to the end, but no less than so many files.
_SHARE, _FEWEST_FILES = 2, 16

#: What comes of a file, and what tells whether it is a copy. Its songs are part of what the
#: group makes, all of which is found of them where they are read.
_Encoded = tuple[Part | tuple[()], FileReport, Met]


def encode_in_workers(
    files: Sequence[Source], rules: Rules, looks: Looks, met: Duplicates | None, jobs: int
) -> Iterator[tuple[Part | tuple[()], FileReport]]:
    """Like `encode_file.encode_files`, in `jobs` processes that also lay the songs.

    A file that crashes its process, or takes more than `limits` grants, has a report that says
    so.
    """
    for source, found in each_file(files, partial(_encoded, rules, looks, met is not None), jobs):
        if isinstance(found, Lost):
            yield (), FileReport(printable(source.path), found.reason)
            continue
        songs, file, own = found
        if met and (reason := met.of_other(own)):
            songs, file = (), _of_copy(file, reason)
        yield songs, file


def _of_copy(file: FileReport, reason: str) -> FileReport:
    """The report of a file that turns out to be a copy, as if the earlier one had been known."""
    if reason.startswith(SAME_BYTES):
        return FileReport(file.path, reason)
    file.songs, file.reason = 0, reason
    return file


def each_file(
    files: Sequence[Source], work: Callable[[list[Source]], list[Any]], jobs: int
) -> Iterator[tuple[Source, Any | Lost]]:
    """Each file and what `work` gives for it, which gets groups of them; `Lost` where it fails.

    The files of a group that failed are tried again one by one.
    """
    groups, handed = tee(_groups(files, jobs))
    for group, found in zip(groups, each_in_workers(work, handed, jobs, _patience), strict=True):
        if not isinstance(found, Lost):
            yield from zip(group, found, strict=True)
        elif len(group) == 1:
            yield group[0], found
        else:
            singles = each_in_workers(work, [[source] for source in group], 1, _patience)
            for source, one in zip(group, singles, strict=True):
                yield source, one if isinstance(one, Lost) else one[0]


def _groups(files: Sequence[Source], jobs: int) -> Iterator[list[Source]]:
    """The files in groups for so many workers, all of a group with the same limits."""
    group: list[Source] = []
    total, left = 0, len(files)
    most = _most_files(left, jobs)
    for source in files:
        # Reading print takes long: a group of it would come near the limit of one.
        size = _GROUP_BYTES if is_printed(source.path) else _size(source)
        if group and (len(group) == most or total + size > _GROUP_BYTES):
            yield group
            left -= len(group)
            group, total, most = [], 0, _most_files(left, jobs)
        group.append(source)
        total += size
    if group:
        yield group


def _most_files(left: int, jobs: int) -> int:
    """How many of the files that are left a group has at most."""
    return max(_FEWEST_FILES, min(_GROUP_FILES, left // (_SHARE * jobs)))


def _size(source: Source) -> int:
    """The bytes of a file; 0 where it cannot be looked at, which its reader will say."""
    try:
        return os.stat(source.path).st_size  # noqa: PTH116
    except OSError:
        return 0


def _patience(group: Sequence[Source]) -> float:
    """Seconds for a group: no more than for one file, since they take a hundredth of it."""
    return max(seconds_for(source.path) for source in group)


def _encoded(
    rules: Rules, looks: Looks, look_for_copies: bool, group: Sequence[Source]
) -> list[_Encoded]:
    """What comes of each file of a group, in a process of its own."""
    most = max(megabytes_for(source.path) for source in group)
    own = [Duplicates() for _ in group]
    known = zip(group, own if look_for_copies else repeat(None), strict=False)
    try:
        with limited_memory(most):
            found = list(encode_each(known, rules))
    except MemoryError:
        if len(group) > 1:
            return [_encoded(rules, looks, look_for_copies, [source])[0] for source in group]
        reason = f"reading it takes more than {most} MB of memory"
        return [((), FileReport(printable(group[0].path), reason), {})]
    parts = _laid([songs for songs, _ in found], rules.layout, looks)
    return [(part, file, met.met()) for part, (_, file), met in zip(parts, found, own, strict=True)]


def _laid(files: Sequence[Sequence[Song]], layout: Layout, looks: Looks) -> list[Part | tuple[()]]:
    """The songs of each file as a part of a block of all of them."""
    songs = [song for own in files for song in own]
    if not songs:
        return [()] * len(files)
    block = Block.on(lay_songs(songs, layout), looks, counted=True)
    ends = accumulate(len(own) for own in files)
    return [
        Part(block, end - len(own), end) if own else ()
        for own, end in zip(files, ends, strict=True)
    ]
