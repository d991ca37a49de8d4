"""Quantising: scores' ticks to steps, with an account of what the grid could not hold.

Many scores are put on the grid at a time, their notes one after another in the same arrays:
most songs are so short that they would cost more calls than work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from midigan.errors import SourceError
from midigan.files.aligning.bars import (
    MAX_BARS,
    Bars,
    ignored_meters,
    lay_bars,
    positions_per_step,
    positions_per_tick,
)
from midigan.files.score import TICK_NOTE, Score
from midigan.layout import Layout
from midigan.song import TEMPO, Notes

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Barred:
    """A score and its bars.

    score: its notes all begin within the bars.
    bars: long enough for its last note, unless there are MAX_BARS of them.
    warnings: what was mended, a short phrase for each kind.
    """

    score: Score
    bars: Bars
    warnings: tuple[str, ...]


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


def with_bars(score: Score, layout: Layout) -> Barred:
    """A score with its bars. Raises SourceError if all its notes lie after bar MAX_BARS."""
    (found,) = all_with_bars([score], layout)
    if isinstance(found, SourceError):
        raise found
    return found


def all_with_bars(scores: Sequence[Score], layout: Layout) -> list[Barred | SourceError]:
    """Like `with_bars`, for many scores at a time, which is faster; errors are returned."""
    if not scores:
        return []
    first = offsets([len(score.notes) for score in scores])
    start, length = (
        np.concatenate([score.notes[name] for score in scores]) for name in ("start", "length")
    )
    ends = np.maximum.reduceat(start + length, first[:-1]).tolist()
    short = _by_song(length == 0, first)
    return [_barred(*song, layout) for song in zip(scores, ends, short, strict=True)]


def _barred(score: Score, end_tick: int, short: int, layout: Layout) -> Barred | SourceError:
    """A score that ends at a tick, with its bars; `short`: how many notes have no length."""
    scale, step = positions_per_tick(layout), positions_per_step(score.ppq)
    end = end_tick * scale + step
    bars = lay_bars(score, layout, end)
    too_late = too_long = 0
    if bars.end < end:
        # What begins in the last step may round up to a bar that is not there.
        inside = np.flatnonzero(score.notes["start"] <= (bars.end - step) // scale)
        if len(inside) == 0:
            return SourceError(f"all its notes lie after bar {MAX_BARS:,}")
        notes = score.notes.take(inside)
        too_late = len(score.notes) - len(notes)
        too_long = int(np.count_nonzero(notes["start"] + notes["length"] > bars.end // scale))
        short = int(np.count_nonzero(notes["length"] == 0))
        score = replace(score, notes=notes)
    warnings = (
        *_counted(short, "of no length last one step"),
        *_counted(too_late, f"after bar {MAX_BARS:,} were left out"),
        *_counted(too_long, f"that go on after bar {MAX_BARS:,} end there"),
        *_ignored(score),
    )
    return Barred(score, bars, warnings)


def to_grid(songs: Sequence[Barred], layout: Layout) -> Gridded:
    """Move every note to the nearest step of its bar, halves up; each lasts a step or more.

    songs: at least one. A note counts as off the grid if it is more than a sixteenth of a
    step, and more than half a tick, away.
    """
    scale = positions_per_tick(layout)
    # A column at a time, which is several times as fast as whole notes.
    ticks, lengths, source, pitch, velocity = (
        np.concatenate([song.score.notes[name] for song in songs]) for name in TICK_NOTE.names or ()
    )
    counts = np.array([len(song.score.notes) for song in songs])
    first, first_source = offsets(counts), offsets([len(song.score.tracks) for song in songs])
    begin, end = (column.astype(np.int64) for column in (ticks, lengths))
    begin *= scale
    end *= scale
    end += begin
    last = np.array([song.bars.end for song in songs])
    if np.any(np.maximum.reduceat(end, first[:-1]) > last):
        np.minimum(end, np.repeat(last, counts), out=end)
    start, late = steps_at(begin, first, songs, layout)
    stop, end_late = steps_at(end, first, songs, layout)
    np.maximum(stop, start + 1, out=stop)
    ends = np.maximum.reduceat(stop, first[:-1]).tolist()
    bars = tuple([song.bars.up_to(end, layout) for song, end in zip(songs, ends, strict=True)])
    steps = np.array([positions_per_step(song.score.ppq) for song in songs])
    tolerance = np.repeat(np.maximum(steps // 16, scale // 2), counts)
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
        _by_song(np.abs(late, out=late) > tolerance, first),
        _by_song(np.abs(end_late, out=end_late) > tolerance, first),
    )


def steps_at(
    position: Ints, first: Ints, songs: Sequence[Barred], layout: Layout
) -> tuple[Ints, Ints]:
    """The nearest step of each position, and how far after it the position lies.

    position: `(n,)`, the positions of one song after another; `first` `(songs + 1,)`: where
    those of each begin. What rounds up to the end of a bar is on the first step of the next one.
    """
    nearest, late = np.empty_like(position), np.empty_like(position)
    bounds = first.tolist()
    # To divide by one number is much faster than by one for each note.
    for (step, whole), alike in groupby(range(len(songs)), lambda i: _division(songs[i])):
        numbers = list(alike)
        for own in [numbers] if whole else [[number] for number in numbers]:
            part = slice(bounds[own[0]], bounds[own[-1] + 1])
            bars = None if whole else songs[own[0]].bars
            _to_steps(position[part], bars, step, layout, nearest[part], late[part])
    return nearest, late


def _division(song: Barred) -> tuple[int, bool]:
    """The positions of a song's step, and whether all bars are the layout's own."""
    return positions_per_step(song.score.ppq), song.bars.whole


def _to_steps(
    position: Ints, bars: Bars | None, step: int, layout: Layout, nearest: Ints, late: Ints
) -> None:
    """Like `steps_at`, for one song or several, written to `nearest` and `late`.

    bars: None if all are the layout's own.
    """
    if bars is None:
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
    late[:] = within - own * step
    nearest[:] = bar * layout.steps + np.where(own >= steps, layout.steps, own)


def _tempos(songs: Sequence[Barred], bars: Sequence[Bars], layout: Layout) -> tuple[Notes, ...]:
    """The tempos that are tempos, up to each song's end; of several on a step, the last."""
    found = np.concatenate([song.score.tempos for song in songs])
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


def offsets(counts: Ints | Sequence[int]) -> Ints:
    """Where each of several parts begins that lie one after another, and where the last ends."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def _by_song(concerned: NDArray[np.bool_], first: Ints) -> tuple[int, ...]:
    """How many of each song's notes are concerned."""
    return tuple([int(np.count_nonzero(concerned[a:b])) for a, b in pairwise(first.tolist())])


def _counted(count: int, what: str) -> list[str]:
    """A warning about some notes, if there are any."""
    return [f"{count} note{'s' if count > 1 else ''} {what}"] if count else []


def _ignored(score: Score) -> list[str]:
    """Warnings about tempos and meters that mean nothing."""
    warnings = []
    if min(score.tempos["bpm"].tolist(), default=1) <= 0:
        warnings.append("a tempo of 0 was ignored")
    return warnings + ignored_meters(score)
