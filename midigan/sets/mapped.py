"""A large phrase set to train on, memory-mapped: unpacked once into columns beside it.

`NAME.columns/` is made when a large `NAME.npz` is first trained on, and again when that has
changed. It can be deleted at any time.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.sets.columns import BLOCK_SONGS, ColumnWriter
from midigan.sets.damage import DAMAGED_ARRAYS
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.set_file import CHUNK, SetReader, open_set
from midigan.sets.timeline import Timeline, keys_of_songs
from midigan.song import Notes

#: A smaller `.npz` is read into memory, where it takes some ten times as much.
SMALL_BYTES = 8 << 20

_SOURCE = "source.json"


def map_set(path: Path) -> PhraseSet:
    """The phrase set of an `.npz`, memory-mapped; in memory if small, or nothing can be written.

    Raises FormatError like `PhraseSet.load`.
    """
    folder = path.with_suffix(".columns")
    if not path.exists() or path.stat().st_size < SMALL_BYTES:
        return PhraseSet.load(path)
    try:
        if _is_of(folder, path):
            return PhraseSet.open_folder(folder)
    except DAMAGED_ARRAYS:
        pass  # made again
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{path.stem}-", dir=path.parent))
    except OSError:
        return PhraseSet.load(path)
    try:
        unpack(path, beside)
        (beside / _SOURCE).write_text(_identity(path), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return PhraseSet.open_folder(folder)


def unpack(path: Path, folder: Path) -> None:
    """Write the columns of an `.npz` phrase set into a folder, a block of songs at a time."""
    with open_set(path) as file:
        writer = ColumnWriter(folder, file.layout, file.looks)
        try:
            for block in _blocks(file):
                block.check()
                writer.append(block)
            writer.close()
        finally:
            writer.release()


def _blocks(file: SetReader) -> Iterator[Timeline]:
    """The timeline of a file in parts of BLOCK_SONGS songs, each from its own step 0."""
    layout, first_bar = file.layout, file.column("first_bar")
    bar_steps, programs = file.column("bar_steps"), file.column("programs")
    keys = file.column("keys") if file.has("keys") else None
    events = {name: _Events(file, name) for name in ("notes", "tempos", "meters")}
    for first in range(0, len(file.names), BLOCK_SONGS):
        songs, ends = slice(first, first + BLOCK_SONGS), slice(first, first + BLOCK_SONGS + 1)
        bars = first_bar[ends]
        steps = bars * layout.steps
        notes, first_note = events["notes"].until(steps)
        tempos, first_tempo = events["tempos"].until(steps)
        meters, first_meter = events["meters"].until(bars)
        yield Timeline(
            layout=layout,
            names=file.names[songs],
            first_bar=bars - bars[0],
            first_note=first_note,
            first_tempo=first_tempo,
            first_meter=first_meter,
            notes=notes,
            bar_steps=bar_steps[bars[0] : bars[-1]],
            tempos=tempos,
            meters=meters,
            programs=programs[songs],
            keys=keys_of_songs(notes, first_note, layout) if keys is None else keys[songs],
        )


class _Events:
    """Events of a file, in order, taken as far as a position at a time."""

    def __init__(self, file: SetReader, name: str) -> None:
        self._chunks = file.events(name, CHUNK)
        self._column = "bar" if name == "meters" else "start"
        self._waiting = next(self._chunks)

    def until(self, ends: NDArray[np.int64]) -> tuple[Notes, NDArray[np.int64]]:
        """The events before the last of the ends, counted from the first of them.

        ends: int64 `(songs + 1,)`, positions of songs. Returns events, and the index of each
        song's first one.
        """
        while not len(self._waiting) or self._waiting[self._column][-1] < ends[-1]:
            more = next(self._chunks, None)
            if more is None:
                break
            self._waiting = np.concatenate([self._waiting, more])
        found = np.searchsorted(np.ascontiguousarray(self._waiting[self._column]), ends)
        taken = self._waiting[: found[-1]].copy()
        taken[self._column] -= ends[0]
        self._waiting = self._waiting[found[-1] :]
        return taken, found


def _is_of(folder: Path, path: Path) -> bool:
    """Whether a folder was made from a file as it is now."""
    try:
        return (folder / _SOURCE).read_text("utf-8") == _identity(path)
    except FileNotFoundError:
        return False


def _identity(path: Path) -> str:
    found = path.stat()
    values: dict[str, Any] = {"bytes": found.st_size, "time_ns": found.st_mtime_ns}
    return json.dumps(values)
