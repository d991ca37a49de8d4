"""Duplicates: files and songs that a run has met before, under another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha1
from itertools import islice

from midigan.song import Song


class Duplicates:
    """What a run has met so far, as digests of 16 bytes: half of some archives are copies."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, bytes], str] = {}

    def of_file(self, data: bytes, split: str | None, path: str) -> str | None:
        """Why these bytes are not wanted again; None, and remembered, where they are new."""
        return self._met(("bytes", _digest(f"{split or ''}\0".encode(), data)), path)

    def of_song(self, song: Song, path: str) -> str | None:
        """Like `of_file`, for a song whose notes may be those of an earlier one."""
        return self._met(("notes", _digest(song.notes.data, song.bar_steps.data)), path)

    def of_other(self, other: Duplicates) -> str | None:
        """Like `of_file`, for all that was met in another process, in the order it was met."""
        for digest, path in other._first.items():
            if reason := self._met(digest, path):
                return reason
        return None

    @property
    def count(self) -> int:
        """How many digests are remembered."""
        return len(self._first)

    def since(self, count: int) -> Iterator[tuple[str, str, str]]:
        """What was met after the first `count`: what was alike, its digest in hex, the path."""
        for (what, digest), path in islice(self._first.items(), count, None):
            yield what, digest.hex(), path

    def take_up(self, entries: Iterable[Sequence[str]]) -> None:
        """Remember what `since` gave, as if it had been met."""
        for what, digest, path in entries:
            self._first[what, bytes.fromhex(digest)] = path

    def _met(self, digest: tuple[str, bytes], path: str) -> str | None:
        earlier = self._first.setdefault(digest, path)
        return None if earlier == path else f"the same {digest[0]} as another file: {earlier}"


def _digest(*parts: bytes | memoryview) -> bytes:
    """Sixteen bytes: SHA-1, for which processors have instructions; nobody forges songs."""
    digest = sha1(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return digest.digest()[:16]
