"""Columns: a timeline as a folder of uncompressed `.npy` files, written as songs come.

Each file holds one array; `header.json` says what they mean. What is written can be cut back to
any earlier state, so that a writer that was killed is taken up again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.growing import Column, MemoryColumn
from midigan.layout import Layout
from midigan.maps import part_of
from midigan.song import METER, NOTE, TEMPO, Song
from midigan.timeline import Timeline, check_length, lay_songs
from midigan.windows import Looks, Windows

#: Notes and songs after which a block is written: so few that the block stays in the
#: processor's cache while it is worked on.
BLOCK_NOTES, BLOCK_SONGS = 1 << 17, 256

#: Called with each block that is written, and the windows on it.
Watch = Callable[[Timeline, Windows], None]

#: Columns that say where each song begins, and where the last one ends.
_FIRSTS = {
    **{"first_bar": "bar_steps", "first_note": "notes"},
    **{"first_tempo": "tempos", "first_meter": "meters"},
}

#: Columns that a reader maps; the others hold a few numbers a song and are read.
_MAPPED = ("notes", "bar_steps", "tempos", "meters", "windows", "spans")


class _Layer:
    """Lays songs on a timeline of columns, a block of them at a time."""

    def __init__(
        self,
        columns: Mapping[str, Column | MemoryColumn],
        layout: Layout,
        looks: Looks,
        watch: Watch | None = None,
    ) -> None:
        self.layout, self.looks, self._watch = layout, looks, watch
        self._columns = columns
        for name in _FIRSTS:
            if not columns[name].count:
                columns[name].append(np.zeros(1, np.int64))
        self._waiting: list[Song] = []
        self._waiting_notes = 0

    def add(self, song: Song) -> None:
        """Take a song, which is written with the next block."""
        self._waiting.append(song)
        self._waiting_notes += len(song.notes)
        if self._waiting_notes >= BLOCK_NOTES or len(self._waiting) >= BLOCK_SONGS:
            self.flush()

    def flush(self) -> None:
        """Write the songs that wait. Raises MidiganError if the timeline is full."""
        if self._waiting:
            waiting, self._waiting, self._waiting_notes = self._waiting, [], 0
            self.append(lay_songs(waiting, self.layout))

    def append(self, block: Timeline) -> None:
        """Write a timeline behind what is there, with its windows."""
        count = {name: self._columns[of].count for name, of in _FIRSTS.items()}
        bars, notes = count["first_bar"], count["first_note"]
        check_length(bars + int(block.first_bar[-1]), self.layout)
        seen = Windows.on(block.first_bar, block.notes, self.layout, self.looks.hop)
        windows, spans = seen.chosen(self.looks)
        if self._watch:
            self._watch(block, seen)
        arrays = {
            **{name: getattr(block, name)[1:] + count[name] for name in _FIRSTS},
            "notes": _shifted(block.notes, "start", bars * self.layout.steps),
            "bar_steps": block.bar_steps,
            "tempos": _shifted(block.tempos, "start", bars * self.layout.steps),
            "meters": _shifted(block.meters, "bar", bars),
            "programs": block.programs,
            "keys": block.keys,
            "names": _lines(block.names),
            "windows": windows + bars,
            "spans": spans + notes,
        }
        for name, column in self._columns.items():
            column.append(arrays[name])


class ColumnWriter(_Layer):
    """Lays songs on a timeline of a folder, a block of them at a time.

    A folder with columns in it is taken up where it ended; `cut_back` goes further back.
    """

    def __init__(self, folder: Path, layout: Layout, looks: Looks) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._files = {
            name: Column(folder / f"{name}.npy", dtype, width)
            for name, (dtype, width) in _columns_of(layout).items()
        }
        super().__init__(self._files, layout, looks)

    def commit(self, *, sync: bool = True) -> dict[str, int]:
        """Write all that waits, safe from a crash. Returns the length of each column."""
        self.flush()
        for column in self._files.values():
            column.settle(sync=sync)
        return {name: column.count for name, column in self._files.items()}

    def cut_back(self, counts: Mapping[str, int]) -> None:
        """Go back to what a commit returned. Raises ValueError, KeyError if it is not there."""
        for name, column in self._files.items():
            column.cut(counts[name])

    def close(self) -> None:
        """Make the folder one that `open_columns` reads."""
        self.commit(sync=False)
        header = {"layout": self.layout.to_dict(), **asdict(self.looks)}
        (self.folder / "header.json").write_text(json.dumps(header), "utf-8")
        self.release()

    def release(self) -> None:
        """Close the files as they are."""
        for column in self._files.values():
            column.file.close()


class ColumnGatherer(_Layer):
    """Lays songs on a timeline in memory, a block of them at a time.

    watch: gets to see each block.
    """

    def __init__(self, layout: Layout, looks: Looks, watch: Watch | None = None) -> None:
        columns = {name: MemoryColumn(*kind) for name, kind in _columns_of(layout).items()}
        super().__init__(columns, layout, looks, watch)
        self._gathered = columns

    def finish(self) -> tuple[Timeline, NDArray[np.int64], NDArray[np.int64]]:
        """The timeline, the windows and their spans. Raises MidiganError if it is too long."""
        self.flush()
        arrays = {name: column.joined() for name, column in self._gathered.items()}
        windows, spans = arrays.pop("windows"), arrays.pop("spans")
        return _timeline(arrays, self.layout), windows, spans


def open_columns(
    folder: Path,
) -> tuple[Timeline, Looks, NDArray[np.int64], NDArray[np.int64]]:
    """The timeline, the looks, the windows and their spans of a folder, memory-mapped.

    Raises one of `DAMAGED_ARRAYS` if the folder is not whole.
    """
    header = json.loads((folder / "header.json").read_text("utf-8"))
    layout = Layout.from_dict(header.pop("layout"))
    columns = {
        name: np.load(
            folder / f"{name}.npy", mmap_mode="r" if name in _MAPPED else None, allow_pickle=False
        )
        for name in _columns_of(layout)
    }
    windows, spans = columns.pop("windows"), columns.pop("spans")
    return _timeline(columns, layout), Looks(**header), windows, spans


def _timeline(columns: dict[str, NDArray[Any]], layout: Layout) -> Timeline:
    """The timeline of columns as they are written."""
    # Line ends inside a name are escaped: each of these is between two names. Some at a time, as
    # there may be very many.
    lines = io.BytesIO(columns.pop("names").tobytes())
    some = iter(lambda: list(islice(lines, BLOCK_SONGS)), [])
    names = tuple(name for own in some for name in json.loads(b"[%b]" % b",".join(own)))
    return Timeline(layout=layout, names=names, **columns)


def _columns_of(layout: Layout) -> dict[str, tuple[Any, tuple[int, ...]]]:
    """What type and width the records of each column have."""
    return {
        **dict.fromkeys(_FIRSTS, ("<i8", ())),
        "names": ("u1", ()),
        **{"notes": (NOTE, ()), "tempos": (TEMPO, ()), "meters": (METER, ())},
        **{"bar_steps": ("<u2", ()), "programs": ("<i2", (len(layout.tracks),))},
        **{"keys": ("u1", ()), "windows": ("<i8", ()), "spans": ("<i8", (2,))},
    }


def _shifted(array: NDArray[Any], column: str, by: int) -> NDArray[Any]:
    moved = part_of(array, 0, len(array))
    moved[column] += by
    return moved


def _lines(names: tuple[str, ...]) -> NDArray[np.uint8]:
    """Names as JSON, one a line."""
    text = json.dumps(names, separators=("\n", ":")).strip("[]") + "\n"
    return np.frombuffer(text.encode() if names else b"", np.uint8)
