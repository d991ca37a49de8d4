"""How players of a folder's music are late or early: by track, and by step of the bar.

Encoding keeps what is on the grid, and nothing of how far from it a note was struck. That is
measured here by itself, on some of the files, as two plain tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError
from midigan.files.aligning.barred import Barred, with_bars
from midigan.files.aligning.grid import steps_at, to_grid
from midigan.files.aligning.stretches import positions_per_step, positions_per_tick
from midigan.files.opening.read import read_bytes, scores_in
from midigan.files.opening.sources import find_sources
from midigan.files.placing.assign import assign
from midigan.layout import Layout
from midigan.sets.parts import offsets

Table = NDArray[np.float64]

#: Of a larger folder so many files are measured, evenly spread.
MOST_FILES = 200

#: What lies further from the grid than this share of a step is another rhythm, not feel.
FURTHEST = 0.25

#: A song of which less than this share lies near the grid was not played to it.
LEAST_NEAR = 0.8

#: Notes that a step needs for a value of its own; one with less has its track's.
FEWEST = 16

#: Notes that lie so near the grid, as a root mean square in steps, were entered, not played:
#: 4 ms at 120 bpm, of rounded ticks and a few ornaments.
UNHEARD = 0.03


class MicroTiming(NamedTuple):
    """Where notes are struck, as shares of a step after the grid: `(tracks, steps)` each.

    late: the mean; spread: the standard deviation.
    """

    late: Table
    spread: Table


def measure_micro_timing(source: str, layout: Layout) -> MicroTiming | None:
    """Measure the music of a file or folder, in the layout's tracks.

    None where nobody played: all on the grid, or nothing near it, or no music there at all.
    """
    try:
        songs = list(_songs(source, layout))
    except MidiganError:
        return None
    if not songs:
        return None
    track, step, late = (np.concatenate(parts) for parts in zip(*songs, strict=True))
    return None if np.sqrt(np.mean(late * late)) < UNHEARD else _tables(track, step, late, layout)


def _songs(source: str, layout: Layout) -> Iterator[tuple[NDArray[np.int64], ...]]:
    """Track, step of the bar and lateness of the notes of each song that is near the grid."""
    files, _ = find_sources([source])
    for file in files[:: max(1, -(-len(files) // MOST_FILES))]:
        try:
            scores = scores_in(read_bytes(file.path), file.path, file.split)
            barred = [with_bars(score, layout) for _, score in scores]
        except MidiganError:
            continue
        for song in barred:
            found = _lateness(song, layout)
            near = np.abs(found[2]) <= FURTHEST
            if len(near) and near.mean() >= LEAST_NEAR:
                yield tuple(column[near] for column in found)


def _lateness(song: Barred, layout: Layout) -> tuple[NDArray[np.int64], ...]:
    """The same of one song: what of it the layout has tracks for."""
    gridded = to_grid([song], layout)
    notes, _ = assign([song.score.tracks], gridded, layout)
    position = song.score.notes["start"].astype(np.int64) * positions_per_tick(layout)
    late = steps_at(position, offsets([len(position)]), [song], layout)[1]
    # A note is found again by where it is and what it is: which source it came from is gone.
    own = np.sort(notes, order=("start", "pitch"))
    keys = own["start"].astype(np.int64) * 128 + own["pitch"]
    wanted = gridded.start * 128 + gridded.pitch
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    found = keys[place] == wanted if len(keys) else np.zeros(len(wanted), bool)
    place = place[found]
    share = late[found] / positions_per_step(song.score.ppq)
    return own["track"][place].astype(np.int64), own["start"][place] % layout.steps, share


def _tables(
    track: NDArray[np.int64], step: NDArray[np.int64], late: Table, layout: Layout
) -> MicroTiming:
    shape = len(layout.tracks), layout.steps
    cell = track * layout.steps + step

    def sums(values: Table) -> Table:
        added = np.bincount(cell, values, minlength=shape[0] * shape[1])
        return added.astype(np.float64).reshape(shape)

    count, total, square = sums(np.ones_like(late)), sums(late), sums(late * late)
    few = count < FEWEST
    for values in (total, square, count):
        whole = values.sum(axis=1, keepdims=True)
        values[few] = np.broadcast_to(whole, shape)[few]
    mean = total / np.maximum(count, 1)
    spread = np.sqrt(np.maximum(square / np.maximum(count, 1) - mean * mean, 0))
    return MicroTiming(mean, spread)


def rows_of(table: Table) -> tuple[tuple[float, ...], ...]:
    """A table as plain rows, rounded to a thousandth of a step."""
    return tuple(tuple(row) for row in np.round(table, 3).tolist())
