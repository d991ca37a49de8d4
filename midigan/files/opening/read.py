"""Opening music files: which reader a file needs, and what may be opened at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from midigan.errors import NotMusicError, SourceError
from midigan.files.aligning.align import Align, align
from midigan.files.foreign import HEAD_BYTES, archive_in, foreign_by_name
from midigan.files.readers.jsb import read_jsb
from midigan.files.readers.midi import read_midi
from midigan.files.readers.scores import read_printed_scores
from midigan.files.score import Score

#: Files with these suffixes are picked up from folders. Others are read if they are named.
MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi", ".smf")
PRINTED_SUFFIXES = (".musicxml", ".mxl", ".xml", ".abc", ".krn")

#: The largest file that is read; the largest real MIDI files are a tenth of it.
MAX_BYTES = 64 * 2**20

#: How much to ask for at once where the size of a file is not known before.
_AT_ONCE = 2**16


@dataclass(frozen=True)
class Reading:
    """What is asked of MIDI files; scores and arrays say what they mean.

    channels: whether source tracks must come with their channels, which takes longer.
    pedal: whether notes last as long as the sustain pedal holds them.
    align: `auto` finds bar lines where the file's own are not credible, see `align`.
    """

    channels: bool = False
    pedal: bool = False
    align: Align = "file"


AS_WRITTEN = Reading()


def read_scores(path: str | Path, split: str | None = None) -> Iterator[tuple[str, Score]]:
    """The pieces in a file: each with its name in the file, "" where it is the only one.

    split: which part of an `.npz` of JSB chorales to read; None reads all.
    Raises SourceError if the file cannot be opened or is no music that midigan reads.
    """
    yield from scores_in(read_bytes(path), path, split)


def scores_in(
    data: bytes, path: str | Path, split: str | None = None, reading: Reading = AS_WRITTEN
) -> Iterator[tuple[str, Score]]:
    """Like `read_scores`, from the bytes of the file `path`."""
    suffix = suffix_of(path)
    if suffix == ".npz":
        yield from read_jsb(data, split)
    elif suffix in PRINTED_SUFFIXES:
        yield from read_printed_scores(data, Path(path))
    else:
        try:
            score = read_midi(data, channels=reading.channels, pedal=reading.pedal)
        except NotMusicError as error:
            raise NotMusicError(why_unread(error, path)) from error
        yield "", align(score) if reading.align == "auto" else score


def why_unread(error: SourceError, path: str | Path) -> str:
    """Why a file cannot be used; of one that holds no music, what it is by its name."""
    known = foreign_by_name(path) if isinstance(error, NotMusicError) else None
    return known or str(error)


def is_midi(path: str | Path) -> bool:
    """Whether a file is read as MIDI, by its suffix."""
    return suffix_of(path) not in (*PRINTED_SUFFIXES, ".npz")


def is_printed(path: str | Path) -> bool:
    """Whether a file is read as printed music, by its suffix."""
    return suffix_of(path) in PRINTED_SUFFIXES


def suffix_of(path: str | Path) -> str:
    """The suffix of a file, in small letters: as `Path.suffix`, but faster; "." may be one."""
    return os.path.splitext(path)[1].lower()  # noqa: PTH122


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a regular file of at most MAX_BYTES; SourceError otherwise.

    Opening never waits, so that a pipe without a writer cannot stop the program.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        raise SourceError(f"cannot be opened: {error.strerror or error}") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise SourceError("not a regular file")
        if found.st_size > MAX_BYTES:
            known = foreign_by_name(path) or archive_in(os.read(handle, HEAD_BYTES))
            raise SourceError(known or f"larger than {MAX_BYTES >> 20} MB")
        size = found.st_size
        # A byte more than there should be: getting less than asked for, one knows it is all.
        first = os.read(handle, size + 1)
        return first if len(first) == size > 0 else first + b"".join(_parts(handle, len(first)))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}") from error
    finally:
        os.close(handle)


def _parts(handle: int, done: int) -> Iterator[bytes]:
    """What is left of an open file, of which `done` bytes are read, up to MAX_BYTES."""
    left = MAX_BYTES - done
    while left > 0 and (part := os.read(handle, min(_AT_ONCE, left))):
        left -= len(part)
        yield part
