"""Duplicates: files and songs that a run has met before, under another name."""

from __future__ import annotations

from hashlib import blake2b

from midigan.song import Song


class Duplicates:
    """What a run has met so far, as digests of 16 bytes: half of some archives are copies."""

    def __init__(self) -> None:
        self._first: dict[bytes, str] = {}

    def of_file(self, data: bytes, split: str | None, path: str) -> str | None:
        """Why these bytes are not wanted again; None, and remembered, where they are new."""
        earlier = self._met(blake2b(data, digest_size=16, key=(split or "").encode()[:64]), path)
        return f"the same bytes as another file: {earlier}" if earlier else None

    def of_song(self, song: Song, path: str) -> str | None:
        """Like `of_file`, for a song whose notes may be those of an earlier one."""
        digest = blake2b(song.notes.tobytes(), digest_size=16, person=b"notes")
        digest.update(song.bar_steps.tobytes())
        earlier = self._met(digest, path)
        return f"the same notes as another file: {earlier}" if earlier else None

    def _met(self, digest: blake2b, path: str) -> str | None:
        """The path under which a digest was met first; None if this is the first time."""
        earlier = self._first.setdefault(digest.digest(), path)
        return None if earlier is path else earlier
