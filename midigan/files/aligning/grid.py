"""Quantising: scores' ticks to steps, with an account of what the grid could not hold.

Many scores are put on the grid at a time, their notes one after another in the same arrays:
most songs are so short that they would cost more calls than work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from midigan.files.aligning.barred import Barred, counted_by_song
from midigan.files.aligning.bars import Bars
from midigan.files.aligning.stretches import positions_per_step, positions_per_tick
from midigan.files.score import TICK_TEMPO
from midigan.layout import Layout
from midigan.sets.parts import offsets
from midigan.sets.timeline import join
from midigan.song import TEMPO, Notes

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Gridded:
    """Scores on the grid, not yet on the tracks of a layout.

    first: int64 `(songs + 1,)`, where the notes of each song begin in the arrays.
    start, length: int64 `(notes,)`, steps from the beginning of the song, in its order.
    pitch, velocity: uint8 `(notes,)`.
    source: int64 `(notes,)`, which source track each note comes from, those of all songs
        counted on; `first_source` `(songs + 1,)` is the number of each song's first one.
    first_step: int64 `(songs + 1,)`, where each song begins on a timeline of all of them,
        which is where the bars of the one before end.
    bars: each song's bars; no note ends after the last one.
    tempos: a TEMPO array each.
    off_grid, rounded_ends: how many notes of each begin, and end, between steps.
    """

    first: Ints
    start: Ints
    length: Ints
    pitch: NDArray[np.uint8]
    velocity: NDArray[np.uint8]
    source: Ints
    first_source: Ints
    first_step: Ints
    bars: tuple[Bars, ...]
    tempos: tuple[Notes, ...]
    off_grid: tuple[int, ...]
    rounded_ends: tuple[int, ...]


def to_grid(songs: Sequence[Barred], layout: Layout) -> Gridded:
    """Move every note to the nearest step of its bar, halves up; each lasts a step or more.

    songs: at least one. A note counts as off the grid if it is more than a sixteenth of a
    step, and more than half a tick, away.
    """
    scale = positions_per_tick(layout)
    counts = np.array([len(song.score.notes) for song in songs])
    first, first_source = offsets(counts), offsets([len(song.score.tracks) for song in songs])
    # Where notes begin and end, both at once. A column at a time is much faster than notes.
    ends = np.empty((2, first[-1]), np.int64)
    for row, name in zip(ends, ("start", "length"), strict=True):
        np.concatenate([song.score.notes[name] for song in songs], out=row)
    source, pitch, velocity = (
        np.concatenate([song.score.notes[name] for song in songs])
        for name in ("source", "pitch", "velocity")
    )
    ends *= scale
    ends[1] += ends[0]
    last = np.array([song.bars.end for song in songs])
    if np.any(np.maximum.reduceat(ends[1], first[:-1]) > last):
        np.minimum(ends[1], np.repeat(last, counts), out=ends[1])
    (start, stop), late = steps_at(ends, first, songs, layout)
    np.maximum(stop, start + 1, out=stop)
    end_steps = np.maximum.reduceat(stop, first[:-1]).tolist()
    bars = tuple([song.bars.up_to(end, layout) for song, end in zip(songs, end_steps, strict=True)])
    steps = np.array([positions_per_step(song.score.ppq) for song in songs])
    tolerance = np.repeat(np.maximum(steps // 16, scale // 2), counts)
    off_grid, rounded_ends = np.abs(late, out=late) > tolerance
    stop -= start
    return Gridded(
        first,
        start,
        stop,
        pitch,
        velocity,
        source + np.repeat(first_source[:-1], counts),
        first_source,
        offsets([len(own.steps) * layout.steps for own in bars]),
        bars,
        _tempos(songs, bars, layout),
        counted_by_song(off_grid, first),
        counted_by_song(rounded_ends, first),
    )


def steps_at(
    position: Ints, first: Ints, songs: Sequence[Barred], layout: Layout
) -> tuple[Ints, Ints]:
    """The nearest step of each position, and how far after it the position lies.

    position: `(..., n)`, the positions of one song after another; first: `(songs + 1,)`, where
    those of each begin. What rounds up to the end of a bar is on the first step of the next one.
    """
    nearest, late = np.empty_like(position), np.empty_like(position)
    bounds = first.tolist()
    # To divide by one number is much faster than by one for each note.
    for (step, even), alike in groupby(range(len(songs)), lambda i: _division(songs[i])):
        numbers = list(alike)
        for own in [numbers] if even else [[number] for number in numbers]:
            part = np.s_[..., bounds[own[0]] : bounds[own[-1] + 1]]
            bars = songs[own[0]].bars
            _to_steps(position[part], bars, step, layout, nearest[part], late[part])
    return nearest, late


def _division(song: Barred) -> tuple[int, int]:
    """The positions of a song's step, and of its bar if all are alike."""
    return positions_per_step(song.score.ppq), song.bars.even


def _to_steps(
    position: Ints, bars: Bars, step: int, layout: Layout, nearest: Ints, late: Ints
) -> None:
    """Like `steps_at`, for songs of the same bars, written to `nearest` and `late`."""
    if bars.whole:
        np.add(position, step // 2, out=nearest)
        nearest //= step
        np.multiply(nearest, -step, out=late)
        late += position
        return
    if bars.even:
        bar = position // bars.even
        within, steps = position - bar * bars.even, bars.steps[0]
    else:
        bar = np.searchsorted(bars.lines[:-1], position, side="right") - 1
        within, steps = position - bars.lines.take(bar), bars.steps.take(bar)
    own = (within + step // 2) // step
    late[...] = within - own * step
    nearest[...] = bar * layout.steps + np.where(own >= steps, layout.steps, own)


def _tempos(songs: Sequence[Barred], bars: Sequence[Bars], layout: Layout) -> tuple[Notes, ...]:
    """The tempos that are tempos, up to each song's end; of several on a step, the last."""
    found = join([song.score.tempos for song in songs], TICK_TEMPO)
    song = np.repeat(np.arange(len(songs)), [len(song.score.tempos) for song in songs])
    position = found["tick"] * positions_per_tick(layout)
    ends = np.array([own.end for own in bars])
    inside = np.flatnonzero((position < ends[song]) & (found["bpm"] > 0))
    song, position = song[inside], position[inside]
    first = offsets(np.bincount(song, minlength=len(songs)))
    start = steps_at(position, first, songs, layout)[0]
    # What rounds up to the song's end is not in it.
    last = np.array([len(own.steps) * layout.steps for own in bars])
    kept = start < last[song]
    # All are sorted, and one that is on a step with the next gives way to it.
    kept[:-1] &= (start[1:] > start[:-1]) | (song[1:] > song[:-1])
    tempos = np.empty(int(np.count_nonzero(kept)), TEMPO)
    tempos["start"], tempos["bpm"] = start[kept], found["bpm"][inside][kept]
    bounds = offsets(np.bincount(song[kept], minlength=len(songs))).tolist()
    return tuple([tempos[a:b] for a, b in pairwise(bounds)])
