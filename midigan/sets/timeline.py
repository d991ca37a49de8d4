"""A timeline: songs one after another on one axis of steps, as plain arrays.

Any choice of windows on it is rendered in one go, and notes are stored once however much the
windows overlap. The arrays may lie in memory or be memory-mapped from files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError
from midigan.harmony.keys import keys_of
from midigan.layout import Layout
from midigan.sets.maps import part_of
from midigan.sets.parts import offsets
from midigan.song import METER, NOTE, TEMPO, Notes, Song

#: Positions have 32 bits, so that no timeline is longer than this.
MAX_STEPS = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Timeline:
    """Songs on one timeline, each beginning where the one before it ends.

    layout: what tracks, steps and pitches mean.
    names: name of each song.
    first_bar: int64 `(songs + 1,)`, the bar of the timeline at which each song begins.
    first_note, first_tempo, first_meter: int64 `(songs + 1,)`, the index of the first note,
        tempo and meter of each song.
    notes: NOTE array of all songs, starts counted on the timeline.
    bar_steps: uint16 `(bars,)`, steps of each bar that belong to the music.
    tempos, meters: TEMPO and METER arrays, positions on the timeline.
    programs: int16 `(songs, tracks)`, -1 where a file named no program.
    keys: uint8 `(songs,)`, each song's most likely key, as a `Key.number`.
    """

    layout: Layout
    names: tuple[str, ...]
    first_bar: NDArray[np.int64]
    first_note: NDArray[np.int64]
    first_tempo: NDArray[np.int64]
    first_meter: NDArray[np.int64]
    notes: Notes
    bar_steps: NDArray[np.uint16]
    tempos: Notes
    meters: Notes
    programs: NDArray[np.int16]
    keys: NDArray[np.uint8]

    def songs(self) -> Iterator[Song]:
        """The songs again, each with its own step 0."""
        return (self.song(i) for i in range(len(self.names)))

    def song(self, number: int) -> Song:
        """One song again, by its place 0..songs-1 on the timeline."""
        own = self.part(number, number + 1)
        programs = tuple(int(p) for p in own.programs[0])
        return Song(
            own.names[0],
            own.notes,
            own.bar_steps,
            own.tempos,
            own.meters,
            programs if all(p >= 0 for p in programs) else (),
        )

    def part(self, first: int, stop: int) -> Timeline:
        """A timeline of the songs `first` to `stop - 1`, copied into memory."""
        songs, ends = slice(first, stop), slice(first, stop + 1)
        bars, notes = self.first_bar[ends], self.first_note[ends]
        tempos, meters = self.first_tempo[ends], self.first_meter[ends]
        step = int(bars[0]) * self.layout.steps
        return Timeline(
            layout=self.layout,
            names=self.names[songs],
            first_bar=bars - bars[0],
            first_note=notes - notes[0],
            first_tempo=tempos - tempos[0],
            first_meter=meters - meters[0],
            notes=_cut(self.notes, notes, "start", step),
            bar_steps=part_of(self.bar_steps, int(bars[0]), int(bars[-1])),
            tempos=_cut(self.tempos, tempos, "start", step),
            meters=_cut(self.meters, meters, "bar", int(bars[0])),
            programs=self.programs[songs],
            keys=self.keys[songs],
        )

    def check(self) -> None:
        """Raise ValueError if the arrays do not fit together. Reads all notes: for small sets."""
        bars, songs = int(self.first_bar[-1]), len(self.names)
        sound = (
            self.first_bar.shape == (songs + 1,)
            and self.programs.shape == (songs, len(self.layout.tracks))
            and self.keys.shape == (songs,)
            and bool(np.all(self.keys < 24))
            and len(self.bar_steps) == bars
            and bool(np.all(np.diff(self.first_bar) >= self.layout.bars))
            and notes_fit(self.notes, self.layout)
        )
        if not sound:
            raise ValueError("the columns do not fit together")


def lay_songs(songs: Sequence[Song], layout: Layout) -> Timeline:
    """Lay songs on one timeline. A song shorter than a phrase is padded with silence.

    Raises MidiganError if they are longer together than MAX_STEPS.
    """
    kept = [_padded(song, layout) for song in songs]
    first_bar = offsets([song.bars for song in kept])
    check_length(int(first_bar[-1]), layout)
    first_note = offsets([len(song.notes) for song in kept])
    first_tempo = offsets([len(song.tempos) for song in kept])
    first_meter = offsets([len(song.meters) for song in kept])
    programs = np.full((len(kept), len(layout.tracks)), -1, np.int16)
    for row, song in zip(programs, kept, strict=True):
        row[: len(song.programs)] = song.programs
    bars, steps = first_bar[:-1], first_bar[:-1] * layout.steps
    notes = _on_timeline([song.notes for song in kept], NOTE, "start", steps)
    return Timeline(
        layout=layout,
        names=tuple(song.name for song in kept),
        first_bar=first_bar,
        first_note=first_note,
        first_tempo=first_tempo,
        first_meter=first_meter,
        notes=notes,
        bar_steps=join([song.bar_steps for song in kept], np.dtype(np.uint16)),
        tempos=_on_timeline([song.tempos for song in kept], TEMPO, "start", steps),
        meters=_on_timeline([song.meters for song in kept], METER, "bar", bars),
        programs=programs,
        keys=keys_of_songs(notes, first_note, layout),
    )


def keys_of_songs(notes: Notes, first_note: NDArray[np.int64], layout: Layout) -> NDArray[np.uint8]:
    """The key of each song of a timeline: uint8 `(songs,)`."""
    songs = len(first_note) - 1
    return keys_of(notes, np.repeat(np.arange(songs), np.diff(first_note)), songs, layout)


def check_length(bars: int, layout: Layout) -> None:
    """Raise MidiganError if so many bars are more than a timeline holds."""
    if bars * layout.steps > MAX_STEPS:
        raise MidiganError(
            f"{bars:,} bars of {layout.steps} steps are more than one phrase set holds "
            f"({MAX_STEPS // layout.steps:,}): make several, of a part of the files each"
        )


def notes_fit(notes: Notes, layout: Layout) -> bool:
    """Whether notes of a timeline are sorted by start, on tracks that there are."""
    return bool(
        np.all(notes["track"] < len(layout.tracks)) and np.all(np.diff(notes["start"]) >= 0)
    )


def _padded(song: Song, layout: Layout) -> Song:
    missing = layout.bars - song.bars
    if missing <= 0:
        return song
    bar_steps = np.append(song.bar_steps, np.full(missing, layout.steps, np.uint16))
    return replace(song, bar_steps=bar_steps)


def first_of_songs(positions: NDArray[Any], begin: NDArray[np.int64]) -> NDArray[np.int64]:
    """The index of the first event of each song: int64 like `begin`, where each one begins.

    positions: `(n,)`, where the events are, sorted.
    """
    return np.searchsorted(np.ascontiguousarray(positions), begin)


def _on_timeline(
    arrays: list[Notes], dtype: np.dtype[Any], column: str, begin: NDArray[np.int64]
) -> Notes:
    """The events of all songs, each song's positions counted from where it begins."""
    joined = join(arrays, dtype)
    # In the column's own type, which spares numpy to convert it and back.
    joined[column] += np.repeat(begin.astype(dtype[column]), [len(array) for array in arrays])
    return joined


def _cut(array: Notes, ends: NDArray[np.int64], column: str, begin: int) -> Notes:
    """The events from the first of the `ends` to the last, counted from position `begin`."""
    own = part_of(array, int(ends[0]), int(ends[-1]))
    own[column] -= begin
    return own


def join(arrays: Sequence[NDArray[Any]], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Arrays of one type, joined as bytes: numpy would copy field by field."""
    packed = bytearray().join([np.ascontiguousarray(array, dtype).data for array in arrays])
    width = arrays[0].shape[1:] if arrays else ()
    return np.frombuffer(packed, dtype).reshape(-1, *width)
