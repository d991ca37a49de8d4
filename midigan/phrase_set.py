"""PhraseSet: the songs of a folder as grid notes, and the phrases that windows on them show.

All songs lie one after another on one timeline of steps, so that any choice of windows is
rendered in one go. Notes are stored once, however much the windows overlap.
"""

from __future__ import annotations

import itertools
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.errors import FormatError
from midigan.keys import Key, keys_of, parse_key, shift_between, transpose
from midigan.layout import Layout
from midigan.notes import Phrases, Repeats, render
from midigan.saving import whole_file
from midigan.song import METER, NOTE, TEMPO, Notes, Song

#: Version of the `.npz` format. Readers refuse what is newer than they are.
FORMAT = 1


@dataclass(frozen=True, eq=False)
class PhraseSet:
    """Songs on one timeline, and the windows of `layout.bars` bars that begin every `hop` bars.

    layout: what tracks, steps and pitches mean.
    names: name of each song.
    first_bar: int64 `(songs + 1,)`, the bar of the timeline at which each song begins.
    notes: NOTE array of all songs, starts counted on the timeline.
    bar_steps: uint16 `(bars,)`, steps of each bar that belong to the music.
    tempos, meters: TEMPO and METER arrays, positions on the timeline.
    programs: int16 `(songs, tracks)`, -1 where a file named no program.
    keys: uint8 `(songs,)`, each song's most likely key, as a `Key.number`.
    hop: bars from one phrase to the next.
    windows: int64 `(phrases,)`, the bar of the timeline at which each phrase begins.
    """

    layout: Layout
    names: tuple[str, ...]
    first_bar: NDArray[np.int64]
    notes: Notes
    bar_steps: NDArray[np.uint16]
    tempos: Notes
    meters: Notes
    programs: NDArray[np.int16]
    keys: NDArray[np.uint8]
    hop: int
    windows: NDArray[np.int64]

    @classmethod
    def from_songs(cls, songs: Iterable[Song], layout: Layout, hop: int = 1) -> PhraseSet:
        """Lay songs on one timeline. A song shorter than a phrase is padded with silence.

        hop: bars from one phrase to the next, at least 1.
        """
        kept = [_padded(song, layout) for song in songs]
        first_bar = np.cumsum([0, *(song.bars for song in kept)]).astype(np.int64)
        programs = np.full((len(kept), len(layout.tracks)), -1, np.int16)
        for row, song in zip(programs, kept, strict=True):
            row[: len(song.programs)] = song.programs
        bars, steps = first_bar[:-1], first_bar[:-1] * layout.steps
        notes = _on_timeline([song.notes for song in kept], NOTE, "start", steps)
        return cls(
            layout=layout,
            names=tuple(song.name for song in kept),
            first_bar=first_bar,
            notes=notes,
            bar_steps=_join([song.bar_steps for song in kept], np.dtype(np.uint16)),
            tempos=_on_timeline([song.tempos for song in kept], TEMPO, "start", steps),
            meters=_on_timeline([song.meters for song in kept], METER, "bar", bars),
            programs=programs,
            keys=_keys(first_bar, notes, layout),
            hop=hop,
            windows=_windows(first_bar, notes, layout, hop),
        )

    def __len__(self) -> int:
        """Number of phrases."""
        return len(self.windows)

    def phrases(
        self, index: NDArray[np.int64] | slice = slice(None), repeats: Repeats = "held"
    ) -> Phrases:
        """Render phrases: bool `(n, tracks, bars, steps, pitches)`, see `notes.render`."""
        return render(self.notes, self.windows[index] * self.layout.steps, self.layout, repeats)

    def song_of_phrase(self) -> NDArray[np.int64]:
        """Int64 `(phrases,)`: which song each phrase belongs to."""
        return np.searchsorted(self.first_bar, self.windows, side="right") - 1

    def songs(self) -> Iterator[Song]:
        """The songs again, each with its own step 0."""
        steps = self.layout.steps
        for i, name in enumerate(self.names):
            first, stop = int(self.first_bar[i]), int(self.first_bar[i + 1])
            programs = tuple(int(p) for p in self.programs[i])
            begin, end = first * steps, stop * steps
            yield Song(
                name,
                _of_song(self.notes, "start", begin, end),
                self.bar_steps[first:stop],
                _of_song(self.tempos, "start", begin, end),
                _of_song(self.meters, "bar", first, stop),
                programs if all(p >= 0 for p in programs) else (),
            )

    def subset(self, songs: Iterable[int]) -> PhraseSet:
        """A set of some of the songs, in the given order."""
        own = list(self.songs())
        return PhraseSet.from_songs([own[i] for i in songs], self.layout, self.hop)

    def in_key(self, key: str) -> PhraseSet:
        """The set with every song moved onto the diatonic set of `key`, by at most a tritone.

        Each song's own key is the one that `keys` says; drums stay where they are. Raises
        MidiganError for a name that is no key.
        """
        target = parse_key(key)
        shifts = [shift_between(Key.numbered(number), target) for number in self.keys.tolist()]
        moved = [
            replace(song, notes=transpose(song.notes, shift, self.layout))
            for song, shift in zip(self.songs(), shifts, strict=True)
        ]
        return PhraseSet.from_songs(moved, self.layout, self.hop)

    def save(self, path: Path) -> None:
        """Write the compact `.npz`: one compressed column a field, no pickled objects."""
        header = {"format": FORMAT, "layout": self.layout.to_dict(), "hop": self.hop}
        columns: dict[str, NDArray[Any]] = {
            "header": _text(json.dumps(header)),
            "names": _text(json.dumps(self.names)),
            "first_bar": self.first_bar,
            "bar_steps": self.bar_steps,
            "programs": self.programs,
            "keys": self.keys,
        }
        for field, array in (
            ("notes", self.notes),
            ("tempos", self.tempos),
            ("meters", self.meters),
        ):
            for column in array.dtype.names or ():
                columns[f"{field}.{column}"] = _packed(column, array[column])
        with whole_file(path) as beside, beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **columns)

    @classmethod
    def load(cls, path: Path) -> PhraseSet:
        """Read a phrase set. Raises FormatError if the file is damaged, newer or another thing."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as columns:
                if not isinstance(columns, np.lib.npyio.NpzFile) or "header" not in columns:
                    raise FormatError(f"{path} is not a midigan phrase set")
                header = json.loads(columns["header"].tobytes())
                if header["format"] > FORMAT:
                    raise FormatError(
                        f"{path} was written by a newer midigan (format {header['format']}, "
                        f"this one reads up to {FORMAT}): upgrade midigan"
                    )
                return cls._from_columns(columns, Layout.from_dict(header["layout"]), header["hop"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            if isinstance(error, FileNotFoundError):
                raise FormatError(f"no file {path}") from error
            raise FormatError(f"{path} is not a midigan phrase set, or it is damaged") from error

    @classmethod
    def _from_columns(cls, columns: Any, layout: Layout, hop: int) -> PhraseSet:
        first_bar = columns["first_bar"]
        notes = _unpacked(columns, "notes", NOTE)
        found = cls(
            layout=layout,
            names=tuple(json.loads(columns["names"].tobytes())),
            first_bar=first_bar,
            notes=notes,
            bar_steps=columns["bar_steps"],
            tempos=_unpacked(columns, "tempos", TEMPO),
            meters=_unpacked(columns, "meters", METER),
            programs=columns["programs"],
            # Sets from before there were keys do without the column.
            keys=columns["keys"] if "keys" in columns else _keys(first_bar, notes, layout),
            hop=hop,
            windows=_windows(first_bar, notes, layout, hop),
        )
        bars = int(first_bar[-1])
        sound = (
            len(found.names) == len(first_bar) - 1
            and found.programs.shape == (len(found.names), len(layout.tracks))
            and found.keys.shape == (len(found.names),)
            and bool(np.all(found.keys < 24))
            and len(found.bar_steps) == bars
            and bool(np.all(np.diff(first_bar) >= layout.bars))
            and bool(np.all(notes["track"] < len(layout.tracks)))
            and bool(np.all(np.diff(notes["start"]) >= 0))
        )
        if not sound:
            raise ValueError("the columns do not fit together")
        return found


def _windows(
    first_bar: NDArray[np.int64], notes: Notes, layout: Layout, hop: int
) -> NDArray[np.int64]:
    """First bars of the phrases of all songs; wholly silent phrases are left out."""
    starts = [
        np.arange(first, stop - layout.bars + 1, hop)
        for first, stop in itertools.pairwise(first_bar)
    ]
    windows = _join(starts, np.dtype(np.int64))
    ends = np.maximum.accumulate(notes["start"].astype(np.int64) + notes["length"])
    begin = windows * layout.steps
    sounding = np.searchsorted(ends, begin, side="right")
    return windows[sounding < np.searchsorted(notes["start"], begin + layout.phrase_steps)]


def _keys(first_bar: NDArray[np.int64], notes: Notes, layout: Layout) -> NDArray[np.uint8]:
    """The key of each song of a timeline."""
    song = np.searchsorted(first_bar * layout.steps, notes["start"], side="right") - 1
    return keys_of(notes, song, len(first_bar) - 1, layout)


def _padded(song: Song, layout: Layout) -> Song:
    missing = layout.bars - song.bars
    if missing <= 0:
        return song
    bar_steps = np.append(song.bar_steps, np.full(missing, layout.steps, np.uint16))
    return replace(song, bar_steps=bar_steps)


def _on_timeline(
    arrays: list[Notes], dtype: np.dtype[Any], column: str, begin: NDArray[np.int64]
) -> Notes:
    """The events of all songs, each song's positions counted from where it begins."""
    joined = _join(arrays, dtype)
    joined[column] += np.repeat(begin, [len(array) for array in arrays])
    return joined


def _of_song(array: Notes, column: str, begin: int, end: int) -> Notes:
    """The events of one song, counted from where it begins."""
    first, stop = np.searchsorted(array[column], [begin, end])
    own = array[first:stop].copy()
    own[column] -= begin
    return own


def _join(arrays: list[NDArray[Any]], dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *arrays]).astype(dtype, copy=False)


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), np.uint8)


# Positions grow along a column, so their differences are small numbers that compress well.
_POSITIONS = ("start", "bar")


def _packed(column: str, values: NDArray[Any]) -> NDArray[Any]:
    return np.diff(values, prepend=values.dtype.type(0)) if column in _POSITIONS else values


def _unpacked(columns: Any, field: str, dtype: np.dtype[Any]) -> Notes:
    names = dtype.names or ()
    stored = [columns[f"{field}.{name}"] for name in names]
    array = np.empty(len(stored[0]), dtype)
    for name, values in zip(names, stored, strict=True):
        array[name] = np.cumsum(values) if name in _POSITIONS else values
    return array
