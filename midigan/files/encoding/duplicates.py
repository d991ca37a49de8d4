"""Duplicates: files and songs that a run has met before, under another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64

from midigan.sets.packed import Packed
from midigan.song import Song

#: How many digests are remembered one by one before they are put in order among the others.
_FEW = 1 << 14

#: How the reason begins for which a file is not even read.
SAME_BYTES = "the same bytes"

#: Digests by what is alike, and the path each was met at first.
Met = dict[tuple[str, int], str]


class Duplicates:
    """What a run has met so far, as digests of 8 bytes: half of some archives are copies."""

    def __init__(self) -> None:
        self._late: Met = {}
        #: How many of the late ones `news` has told.
        self._told = 0
        self._before: _Before | None = None

    def of_file(self, data: bytes, split: str | None, path: str) -> str | None:
        """Why these bytes are not wanted again; None, and remembered, where they are new."""
        return self._met(("bytes", _digest(f"{split or ''}\0".encode(), data)), path)

    def of_song(self, song: Song, path: str) -> str | None:
        """Like `of_file`, for a song whose notes may be those of an earlier one."""
        return self._met(("notes", _digest(song.notes.data, song.bar_steps.data)), path)

    def of_other(self, met: Met) -> str | None:
        """Like `of_file`, for all that was met in another process, in the order it was met."""
        for digest, path in met.items():
            if reason := self._met(digest, path):
                return reason
        return None

    def met(self) -> Met:
        """What was met of one file, for `of_other`: a plain dict is quick to hand over."""
        return self._late

    def news(self) -> Iterator[tuple[str, str, str]]:
        """What was met since this was last asked: what was alike, its digest in hex, the path.

        What has been told takes less memory from then on.
        """
        for (what, digest), path in islice(self._late.items(), self._told, None):
            yield what, f"{digest:x}", path
        self._told = len(self._late)
        if self._told >= _FEW:
            self._settle()

    def take_up(self, entries: Iterable[Sequence[str]]) -> None:
        """Remember what `news` told, as if it had been met."""
        for what, digest, path in entries:
            self._late[what, int(digest, 16)] = path
            if len(self._late) >= _FEW:
                self._settle()
        self._told = len(self._late)

    def _met(self, digest: tuple[str, int], path: str) -> str | None:
        earlier = self._before.path(digest[1]) if self._before else None
        earlier = earlier or self._late.setdefault(digest, path)
        return None if earlier == path else f"the same {digest[0]} as another file: {earlier}"

    def _settle(self) -> None:
        self._before = self._before or _Before()
        self._before.take([digest for _, digest in self._late], list(self._late.values()))
        self._late.clear()
        self._told = 0


class _Before:
    """Digests in order, and whose they are: some thirty bytes for the two of a file."""

    def __init__(self) -> None:
        self._digests: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._whose: NDArray[np.uint32] = np.empty(0, np.uint32)
        self._paths: Packed[str] = Packed(str, str)

    def path(self, digest: int) -> str | None:
        """Whose a digest is; None if it is not among them."""
        if not len(self._digests):
            return None
        place = int(np.searchsorted(self._digests, np.uint64(digest)))
        if place == len(self._digests) or int(self._digests[place]) != digest:
            return None
        return self._paths[int(self._whose[place])]

    def take(self, digests: Sequence[int], paths: Sequence[str]) -> None:
        """Take digests that are not among them, with whose they are."""
        whose = np.empty(len(paths), np.uint32)
        for number, path in enumerate(paths):
            # Those of one file come one after the other.
            if number == 0 or path != paths[number - 1]:
                self._paths.append(path)
            whose[number] = len(self._paths) - 1
        order = np.argsort(new := np.array(digests, np.uint64))
        places = np.searchsorted(self._digests, new[order])
        self._digests = np.insert(self._digests, places, new[order])
        self._whose = np.insert(self._whose, places, whose[order])


def _digest(*parts: bytes | memoryview) -> int:
    """Eight bytes: XXH3 (Yann Collet), as fast as memory is read; nobody forges songs."""
    digest = xxh3_64()
    for part in parts:
        digest.update(part)
    return digest.intdigest()
