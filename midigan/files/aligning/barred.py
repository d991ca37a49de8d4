"""Scores and their bars, which are long enough for all notes, with what was mended on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from midigan.errors import SourceError
from midigan.files.aligning.bars import MAX_BARS, Bars, lay_bars
from midigan.files.aligning.stretches import (
    ignored_meters,
    positions_per_step,
    positions_per_tick,
)
from midigan.files.score import Score
from midigan.layout import Layout
from midigan.sets.parts import offsets

#: What notes are told to be that are mended, and how many of them: warnings.
_NO_LENGTH = "of no length, given one step"
_LEFT_OUT = f"after bar {MAX_BARS:,}, left out"
_CUT = f"going on after bar {MAX_BARS:,}, cut there"


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
    lasts = np.maximum.reduceat(start, first[:-1]).tolist()
    ends = np.maximum.reduceat(start + length, first[:-1]).tolist()
    short = counted_by_song(length == 0, first)
    songs = zip(scores, lasts, ends, short, strict=True)
    return [_barred(*song, layout) for song in songs]


def _barred(
    score: Score, last_tick: int, end_tick: int, short: int, layout: Layout
) -> Barred | SourceError:
    """A score whose last note begins at a tick, and which ends at one, with its bars.

    short: how many notes have no length.
    """
    scale, step = positions_per_tick(layout), positions_per_step(score.ppq)
    # A note that rounds up to the next bar needs that one, too.
    end = max(end_tick * scale, last_tick * scale + step // 2 + 1)
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
        *_counted(short, _NO_LENGTH),
        *_counted(too_late, _LEFT_OUT),
        *_counted(too_long, _CUT),
        *_ignored(score),
    )
    return Barred(score, bars, warnings)


def counted_by_song(concerned: NDArray[np.bool_], first: NDArray[np.int64]) -> tuple[int, ...]:
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
