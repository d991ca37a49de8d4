"""From what a user names (files, folders, patterns) to a list of files to read."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from midigan.errors import MidiganError, SourceError
from midigan.files.opening.read import MIDI_SUFFIXES, PRINTED_SUFFIXES, read_bytes


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `name` is what its song is called, `split` a part of an `.npz`."""

    path: Path
    name: str
    split: str | None = None


def find_sources(sources: Sequence[str | Path]) -> tuple[list[Source], list[tuple[str, str]]]:
    """All files that the sources mean, in order, and what could not be followed, with reasons.

    A file is taken whatever its suffix; a folder is walked in sorted order for music,
    hidden ones left out; `FILE.npz:train` means one part of an `.npz`; anything else is a
    pattern such as `*.mid`. A file found twice is read once. Raises MidiganError for a
    source that means nothing.
    """
    found: list[Source] = []
    problems: list[tuple[str, str]] = []
    for source in sources:
        for path, split in _expanded(source):
            if os.path.isdir(path):  # noqa: PTH112 - faster, and there may be many
                found += _walk(path, problems)
            else:
                suffix = f"-{split}" if split and split != "*" else ""
                found.append(Source(path, printable(path.stem) + suffix, split))
    return _with_unique_names(found), problems


def printable(text: str) -> str:
    """The text with escapes for what cannot be printed: names of files may hold anything."""
    if text.isprintable():
        return text
    clean = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in clean)


def _expanded(source: str | Path) -> list[tuple[Path, str | None]]:
    """The files or folders that one source names, each with the split that it asks for."""
    text = os.fspath(source)
    if os.path.lexists(text):
        return [(source if isinstance(source, Path) else Path(source), None)]
    file, colon, split = text.rpartition(":")
    if colon and split and file.lower().endswith(".npz") and os.path.lexists(file):
        return [(Path(file), split)]
    matches = sorted(glob.glob(text, recursive=True))  # noqa: PTH207
    if not matches:
        raise MidiganError(f"no file or folder {printable(text)!r}")
    return [(Path(match), None) for match in matches]


def _walk(folder: Path, problems: list[tuple[str, str]]) -> list[Source]:
    """The files of music in a folder and the folders in it, each folder entered once."""
    entered: set[tuple[int, int]] = set()

    def files(inside: Path) -> Iterator[Path]:
        try:
            own = inside.stat()
            entries = sorted(os.scandir(inside), key=lambda entry: entry.name)
        except OSError as error:
            problems.append((printable(str(inside)), f"cannot be opened: {error.strerror}"))
            return
        if (own.st_dev, own.st_ino) in entered:
            problems.append((printable(str(inside)), "a link to a folder already read"))
            return
        entered.add((own.st_dev, own.st_ino))
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = inside / entry.name
            if _is_folder(entry):
                yield from files(path)
            elif _is_music(path):
                yield path

    return [
        Source(path, printable(path.relative_to(folder).with_suffix("").as_posix()))
        for path in files(folder)
    ]


def _is_music(path: Path) -> bool:
    """Whether a file is music by its suffix, or without one by its first bytes."""
    if path.suffix:
        return path.suffix.lower() in (*MIDI_SUFFIXES, *PRINTED_SUFFIXES)
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


def _with_unique_names(sources: list[Source]) -> list[Source]:
    """Each file once, and a number behind the name of each that is not the first of its name."""
    seen: set[tuple[str, str | None]] = set()
    names: set[str] = set()
    kept = []
    for source in sources:
        key = os.path.normcase(source.path.absolute()), source.split
        if key in seen:
            continue
        seen.add(key)
        name, number = source.name, 1
        while name in names:
            number += 1
            name = f"{source.name}-{number}"
        names.add(name)
        kept.append(Source(source.path, name, source.split))
    return kept
