"""From scores to songs: on the grid, and on the tracks of a layout, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midigan.files.aligning.barred import Barred
from midigan.files.aligning.bars import Bars
from midigan.files.aligning.grid import Gridded, to_grid
from midigan.files.opening.rules import Rules
from midigan.files.placing.assign import Assigned, assign
from midigan.files.score import Phase
from midigan.layout import Layout
from midigan.song import Notes, Song

#: Why a song is left out none of whose tracks any track of the layout takes.
UNPLACED = "no track of it has a place in the layout"


@dataclass(frozen=True, eq=False)
class Placed:
    """A song, and how it came about.

    heard: by which phase it was moved, if its own was not credible.
    assigned: where its source tracks went.
    off_grid, rounded_ends: how many notes begin, and end, between steps.
    padded_bars: how many bars are shorter than the layout's.
    """

    song: Song
    heard: Phase | None
    assigned: Assigned
    off_grid: int
    rounded_ends: int
    padded_bars: int


def place_songs(scores: Sequence[tuple[str, Barred]], rules: Rules) -> list[Placed | str]:
    """The song of each score, or why there is none.

    scores: each with the name of its song.
    """
    if not scores:
        return []
    songs = [score for _, score in scores]
    gridded = to_grid(songs, rules.layout)
    reasons = [
        rules.against_rounding(off_grid / notes)
        for off_grid, notes in zip(gridded.off_grid, np.diff(gridded.first).tolist(), strict=True)
    ]
    if any(reasons):
        kept = [score for score, reason in zip(scores, reasons, strict=True) if reason is None]
        others = iter(place_songs(kept, rules))
        return [reason or next(others) for reason in reasons]
    notes, assigned = assign([song.score.tracks for song in songs], gridded, rules.layout)
    return _songs(scores, notes, gridded, assigned, rules.layout)


def end_before_padding(notes: Notes, bars: Bars, layout: Layout) -> None:
    """End notes of a song that end inside a short bar's padding where it begins."""
    end = notes["start"] + notes["length"]
    # Faster than both at once.
    bar = (end - 1) // layout.steps
    over = end - bar * layout.steps - bars.steps.take(bar)
    if over.max(initial=0) > 0:
        notes["length"] -= np.maximum(over, 0).astype(np.int32)


def _songs(
    scores: Sequence[tuple[str, Barred]],
    notes: Notes,
    gridded: Gridded,
    assigned: Sequence[Assigned],
    layout: Layout,
) -> list[Placed | str]:
    """The songs on a timeline, each with its own step 0."""
    start = np.ascontiguousarray(notes["start"])
    step = gridded.first_step.astype(start.dtype)
    first = np.searchsorted(start, step)
    start -= np.repeat(step[:-1], np.diff(first))
    notes["start"] = start
    end, bounds = start + notes["length"], first.tolist()
    songs: list[Placed | str] = []
    for i, (name, score) in enumerate(scores):
        begin, stop = bounds[i], bounds[i + 1]
        if begin == stop:
            songs.append(UNPLACED)
            continue
        own, bars, tempos = notes[begin:stop], gridded.bars[i], gridded.tempos[i]
        if not bars.whole:
            end_before_padding(own, bars, layout)
        bars = bars.up_to(int(end[begin:stop].max()), layout)
        if len(bars.steps) < len(gridded.bars[i].steps):
            tempos = tempos[tempos["start"] < len(bars.steps) * layout.steps]
        song = Song(
            name,
            own,
            bars.song_steps(),
            tempos,
            bars.meters,
            assigned[i].programs,
        )
        padded = 0 if bars.whole else int(np.sum(gridded.bars[i].steps < layout.steps))
        songs.append(
            Placed(
                song,
                score.score.heard,
                assigned[i],
                gridded.off_grid[i],
                gridded.rounded_ends[i],
                padded,
            )
        )
    return songs
