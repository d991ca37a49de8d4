"""Archives, which music often comes in: they are not opened, but their owner is told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

#: What an archive begins with, or has at such a place.
_MAGIC = (
    ("zip", 0, b"PK\3\4"),
    ("gzip", 0, b"\x1f\x8b"),
    ("7z", 0, b"7z\xbc\xaf\x27\x1c"),
    ("rar", 0, b"Rar!\x1a\7"),
    ("xz", 0, b"\xfd7zXZ\0"),
    ("bzip2", 0, b"BZh"),
    ("tar", 257, b"ustar"),
)
#: So many bytes tell.
HEAD_BYTES = 512

_SUFFIXES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".xz", ".bz2", ".tar")


def archive_in(data: bytes) -> str | None:
    """What a file is that begins with `data`, if it is an archive, and what to do with it."""
    for kind, place, magic in _MAGIC:
        if data.startswith(magic, place):
            return f"a {kind} archive: unpack it first"
    return None


def archives_among(folders: Iterable[str | Path]) -> list[str]:
    """The names of the files in some folders that seem to be archives, in order."""
    inside = (file for folder in map(Path, folders) if folder.is_dir() for file in folder.iterdir())
    return sorted(file.name for file in inside if file.suffix.lower() in _SUFFIXES)
