"""Columns: a timeline as a folder of uncompressed `.npy` files, written as songs come.

Each file holds one array; `header.json` says what they mean. What is written can be cut back to
any earlier state, so that a writer that was killed is taken up again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout
from midigan.sets.blocks import Block, Part
from midigan.sets.counts import Counts, song_counts
from midigan.sets.growing import Column, MemoryColumn
from midigan.sets.maps import part_of
from midigan.sets.timeline import Timeline, check_length, lay_songs
from midigan.sets.windows import Looks
from midigan.song import METER, NOTE, TEMPO, Song

#: Notes and songs after which a block is written: so few that the block stays in the
#: processor's cache while it is worked on.
BLOCK_NOTES, BLOCK_SONGS = 1 << 17, 256

#: Columns that say where each song begins, and where the last one ends.
_FIRSTS = {
    **{"first_bar": "bar_steps", "first_note": "notes"},
    **{"first_tempo": "tempos", "first_meter": "meters"},
}

#: Columns that a reader maps; the others hold a few numbers a song and are read.
_MAPPED = ("notes", "bar_steps", "tempos", "meters", "windows", "spans")


class _Layer:
    """Lays songs on a timeline of columns, a block of them at a time.

    counted: whether there are columns of counts, too.
    """

    def __init__(
        self,
        columns: Mapping[str, Column | MemoryColumn],
        layout: Layout,
        looks: Looks,
        *,
        counted: bool,
    ) -> None:
        self.layout, self.looks, self.counted = layout, looks, counted
        self._columns = columns
        for name in _FIRSTS:
            if not columns[name].count:
                columns[name].append(np.zeros(1, np.int64))
        self._waiting: list[Song] = []
        self._waiting_notes = 0
        self._part: Part | None = None

    def add(self, song: Song) -> None:
        """Take a song, which is written with the next block."""
        if self._part:
            self.flush()
        self._waiting.append(song)
        self._waiting_notes += len(song.notes)
        if self._waiting_notes >= BLOCK_NOTES or len(self._waiting) >= BLOCK_SONGS:
            self.flush()

    def take(self, songs: Sequence[Song] | Part) -> None:
        """Take songs, those of a block with what is found of them already."""
        if isinstance(songs, Part):
            self._take_part(songs)
        else:
            for song in songs:
                self.add(song)

    def _take_part(self, part: Part) -> None:
        """Songs of a block are written with those of it that follow on them."""
        before = self._part
        if before and before.block is part.block and before.stop == part.first:
            self._part = Part(part.block, before.first, part.stop)
        else:
            self.flush()
            self._part = part

    def flush(self) -> None:
        """Write the songs that wait. Raises MidiganError if the timeline is full."""
        if self._part:
            part, self._part = self._part, None
            self._write(part.cut())
        if self._waiting:
            waiting, self._waiting, self._waiting_notes = self._waiting, [], 0
            self.append(lay_songs(waiting, self.layout))

    def append(self, songs: Timeline) -> None:
        """Write a timeline behind what is there, with its windows."""
        self._write(Block.on(songs, self.looks, counted=self.counted))

    def _write(self, block: Block) -> None:
        songs = block.songs
        count = {name: self._columns[of].count for name, of in _FIRSTS.items()}
        bars, notes = count["first_bar"], count["first_note"]
        check_length(bars + int(songs.first_bar[-1]), self.layout)
        arrays = {
            **{name: getattr(songs, name)[1:] + count[name] for name in _FIRSTS},
            "notes": _shifted(songs.notes, "start", bars * self.layout.steps),
            "bar_steps": songs.bar_steps,
            "tempos": _shifted(songs.tempos, "start", bars * self.layout.steps),
            "meters": _shifted(songs.meters, "bar", bars),
            "programs": songs.programs,
            "keys": songs.keys,
            "names": _lines(songs.names),
            "windows": block.windows + bars,
            "spans": block.spans + notes,
        }
        if block.counts:
            arrays |= {"hashes": block.counts.hashes, "counts": block.counts.songs}
        for name, column in self._columns.items():
            column.append(arrays[name])


class ColumnWriter(_Layer):
    """Lays songs on a timeline of a folder, a block of them at a time.

    A folder with columns in it is taken up where it ended; `cut_back` goes further back.
    counted: whether it gets columns of counts, too, for `open_counts`.
    """

    def __init__(
        self, folder: Path, layout: Layout, looks: Looks, *, counted: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._files = {
            name: Column(folder / f"{name}.npy", dtype, width)
            for name, (dtype, width) in _columns_of(layout, counted=counted).items()
        }
        super().__init__(self._files, layout, looks, counted=counted)

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
    """Lays songs on a timeline in memory, a block of them at a time, and counts them."""

    def __init__(self, layout: Layout, looks: Looks) -> None:
        kinds = _columns_of(layout, counted=True)
        columns = {name: MemoryColumn(*kind) for name, kind in kinds.items()}
        super().__init__(columns, layout, looks, counted=True)
        self._gathered = columns

    def finish(self) -> tuple[Timeline, NDArray[np.int64], NDArray[np.int64], Counts]:
        """The timeline, the windows, their spans, and the counts.

        Raises MidiganError if the timeline is too long.
        """
        self.flush()
        arrays = {name: column.joined() for name, column in self._gathered.items()}
        windows, spans = arrays.pop("windows"), arrays.pop("spans")
        counts = Counts(arrays.pop("hashes"), arrays.pop("counts"))
        return _timeline(arrays, self.layout), windows, spans, counts


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
        for name in _columns_of(layout, counted=False)
    }
    windows, spans = columns.pop("windows"), columns.pop("spans")
    return _timeline(columns, layout), Looks(**header), windows, spans


def open_counts(folder: Path) -> Counts:
    """The counts of a folder that was written with them, the hashes memory-mapped."""
    hashes = np.load(folder / "hashes.npy", mmap_mode="r", allow_pickle=False)
    return Counts(hashes, np.load(folder / "counts.npy", allow_pickle=False))


def _timeline(columns: dict[str, NDArray[Any]], layout: Layout) -> Timeline:
    """The timeline of columns as they are written."""
    # Line ends inside a name are escaped: each of these is between two names. Some at a time, as
    # there may be very many.
    lines = io.BytesIO(columns.pop("names").tobytes())
    some = iter(lambda: list(islice(lines, BLOCK_SONGS)), [])
    names = tuple(name for own in some for name in json.loads(b"[%b]" % b",".join(own)))
    return Timeline(layout=layout, names=names, **columns)


def _columns_of(layout: Layout, *, counted: bool) -> dict[str, tuple[Any, tuple[int, ...]]]:
    """What type and width the records of each column have."""
    counts = {"hashes": ("<u8", ()), "counts": (song_counts(layout), ())}
    return {
        **dict.fromkeys(_FIRSTS, ("<i8", ())),
        "names": ("u1", ()),
        **{"notes": (NOTE, ()), "tempos": (TEMPO, ()), "meters": (METER, ())},
        **{"bar_steps": ("<u2", ()), "programs": ("<i2", (len(layout.tracks),))},
        **{"keys": ("u1", ()), "windows": ("<i8", ()), "spans": ("<i8", (2,))},
        **(counts if counted else {}),
    }


def _shifted(array: NDArray[Any], column: str, by: int) -> NDArray[Any]:
    moved = part_of(array, 0, len(array))
    moved[column] += by
    return moved


def _lines(names: tuple[str, ...]) -> NDArray[np.uint8]:
    """Names as JSON, one a line."""
    text = json.dumps(names, separators=("\n", ":")).strip("[]") + "\n"
    return np.frombuffer(text.encode() if names else b"", np.uint8)
