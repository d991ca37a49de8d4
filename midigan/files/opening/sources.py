"""From what a user names (files, folders, patterns) to a list of files to read."""

from __future__ import annotations

import glob
import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError, SourceError
from midigan.files.opening.read import MIDI_SUFFIXES, PRINTED_SUFFIXES, read_bytes, suffix_of
from midigan.sets.packed import Packed


class Source(NamedTuple):
    """One file to read. `name` is what its song is called, `split` a part of an `.npz`.

    Its path is text: there may be very many, and a Path takes as long as reading a small file.
    """

    path: str
    name: str
    split: str | None = None


def find_sources(sources: Sequence[str | Path]) -> tuple[Packed[Source], list[tuple[str, str]]]:
    """All files that the sources mean, in order, and what could not be followed, with reasons.

    A file is taken whatever its suffix; a folder is walked in sorted order for music,
    hidden ones left out; `FILE.npz:train` means one part of an `.npz`; anything else is a
    pattern such as `*.mid`. A file found twice is read once. Raises MidiganError for a
    source that means nothing.
    """
    found = _packed()
    problems: list[tuple[str, str]] = []
    for source in sources:
        for path, split in _expanded(source):
            if os.path.isdir(path):  # noqa: PTH112 - faster, and there may be many
                for file in _walk(path, problems):
                    found.append(file)
            else:
                suffix = f"-{split}" if split and split != "*" else ""
                stem = _stem(os.path.basename(path))  # noqa: PTH119
                found.append(Source(path, printable(stem) + suffix, split))
    return _with_unique_names(found), problems


def printable(text: str) -> str:
    """The text with escapes for what cannot be printed: names of files may hold anything."""
    if text.isprintable():
        return text
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in clean)


def _expanded(source: str | Path) -> list[tuple[str, str | None]]:
    """The files or folders that one source names, each with the split that it asks for."""
    text = os.fspath(source)
    if os.path.lexists(text):
        # A Path is in order already, and takes its time.
        return [(text if isinstance(source, Path) else str(Path(source)), None)]
    file, colon, split = text.rpartition(":")
    if colon and split and file.lower().endswith(".npz") and os.path.lexists(file):
        return [(str(Path(file)), split)]
    matches = sorted(glob.glob(text, recursive=True))  # noqa: PTH207
    if not matches:
        raise MidiganError(f"no file or folder {printable(text)!r}")
    return [(str(Path(match)), None) for match in matches]


def _packed() -> Packed[Source]:
    """A list of sources, of which there may be very many."""
    return Packed(tuple, Source._make)


def _walk(folder: str, problems: list[tuple[str, str]]) -> Iterator[Source]:
    """The files of music in a folder and the folders in it, each folder entered once."""
    entered: set[tuple[int, int]] = set()

    def files(inside: str, before: str) -> Iterator[Source]:
        try:
            own = os.stat(inside)  # noqa: PTH116
            folders, names = set(), []
            for entry in os.scandir(inside):
                if not entry.name.startswith("."):
                    names.append(entry.name)
                    if _is_folder(entry):
                        folders.add(entry.name)
        except OSError as error:
            problems.append((printable(inside), f"cannot be opened: {error.strerror}"))
            return
        if (own.st_dev, own.st_ino) in entered:
            problems.append((printable(inside), "a link to a folder already read"))
            return
        entered.add((own.st_dev, own.st_ino))
        for name in sorted(names):
            path = name if inside == "." else os.path.join(inside, name)  # noqa: PTH118
            if name in folders:
                yield from files(path, f"{before}{name}/")
            elif _is_music(path):
                yield Source(path, printable(before + _stem(name)))

    yield from files(folder, "")


def _stem(name: str) -> str:
    """The name of a file without its suffix, if it has one."""
    at = name.rfind(".")
    return name[:at] if 0 < at < len(name) - 1 else name


def _is_music(path: str) -> bool:
    """Whether a file is music by its suffix, or without one by its first bytes."""
    if len(suffix := suffix_of(path)) > 1:
        return suffix in (*MIDI_SUFFIXES, *PRINTED_SUFFIXES)
    try:
        data = read_bytes(path)
    except SourceError:
        return False
    return data.startswith(b"MThd") or (data[:4], data[8:12]) == (b"RIFF", b"RMID")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link in a circle; opening it will say so.
        return False


def _with_unique_names(sources: Packed[Source]) -> Packed[Source]:
    """Each file once, and a number behind the name of each that is not the first of its name.

    Few are met twice: of all others a number is remembered, of eight bytes.
    """
    hashes = array("q")
    for source in sources:
        hashes.append(hash(_file_of(source)))
        hashes.append(hash(source.name))
    files, names = np.sort(np.frombuffer(hashes, np.int64).reshape(-1, 2).T)
    files_twice, names_twice = (set(own[1:][np.diff(own) == 0].tolist()) for own in (files, names))
    if not files_twice and not names_twice:
        return sources
    seen: set[tuple[str, str | None]] = set()
    last: dict[str, int] = {}
    kept = _packed()
    for source in sources:
        file, name = _file_of(source), source.name
        if file in seen:
            continue
        if hash(file) in files_twice:
            seen.add(file)
        if hash(name) in names_twice:
            last[name] = number = last.get(name, 0) + 1
            while number > 1 and _holds(names, hash(name := f"{source.name}-{number}")):
                last[source.name] = number = number + 1
        kept.append(source._replace(name=name))
    return kept


def _file_of(source: Source) -> tuple[str, str | None]:
    """What tells a file, or a part of it, from others."""
    path = source.path
    if not os.path.isabs(path):  # noqa: PTH117 - faster, and there may be many
        path = os.path.join(os.getcwd(), path)  # noqa: PTH118, PTH109
    return os.path.normcase(path), source.split


def _holds(numbers: NDArray[np.int64], number: int) -> bool:
    """Whether a number is among sorted ones."""
    place = int(np.searchsorted(numbers, number))
    return place < len(numbers) and int(numbers[place]) == number
