"""Quantising: a score's ticks to steps, with an account of what the grid could not hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.errors import SourceError
from midigan.files.bars import (
    MAX_BARS,
    Bars,
    last_of_each,
    lay_bars,
    legal_meters,
    positions_per_step,
    positions_per_tick,
)
from midigan.files.score import Score
from midigan.layout import Layout
from midigan.song import NOTE, TEMPO, Notes, empty_tempos


@dataclass(frozen=True, eq=False)
class Gridded:
    """A score on the grid, not yet on the tracks of a layout.

    notes: NOTE array in the score's order, every `track` still 0.
    source: int64 `(notes,)`, which source track each note comes from.
    bars: the song's bars; no note ends after the last one.
    tempos: TEMPO array.
    off_grid, rounded_ends: how many notes begin, and end, between steps.
    warnings: what was mended, a short phrase each.
    """

    notes: Notes
    source: NDArray[np.int64]
    bars: Bars
    tempos: Notes
    off_grid: int
    rounded_ends: int
    warnings: tuple[str, ...]


def to_grid(score: Score, layout: Layout) -> Gridded:
    """Move every note to the nearest step of its bar, halves up; each lasts a step or more.

    A note counts as off the grid if it is more than a sixteenth of a step, and more than
    half a tick, away. Raises SourceError if all notes lie after bar MAX_BARS.
    """
    scale, step = positions_per_tick(layout), positions_per_step(score.ppq)
    begin = score.notes["start"] * scale
    end = begin + score.notes["length"] * scale
    bars = lay_bars(score, layout, int(end.max()) + step)
    # What begins in the last step may round up to a bar that is not there.
    inside = np.flatnonzero(begin <= bars.lines[-1] - step)
    if len(inside) == 0:
        raise SourceError(f"all its notes lie after bar {MAX_BARS:,}")
    found = score.notes
    if len(inside) < len(found):
        found, begin, end = found.take(inside), begin.take(inside), end.take(inside)
    tolerance = max(step // 16, scale // 2)
    start_step, late = _steps_at(begin, bars, step, layout)
    end_step, end_late = _steps_at(np.minimum(end, bars.lines[-1]), bars, step, layout)

    notes = np.zeros(len(begin), NOTE)
    notes["start"] = start_step
    notes["length"] = np.maximum(end_step - start_step, 1)
    notes["pitch"], notes["velocity"] = found["pitch"], found["velocity"]
    too_late = len(score.notes) - len(found)
    warnings = (
        *_counted(_count(end == begin), "of no length last one step"),
        *_counted(too_late, f"after bar {MAX_BARS:,} were left out"),
        *_counted(_count(end > bars.lines[-1]), f"that go on after bar {MAX_BARS:,} end there"),
        *_mended(score),
    )
    bars = bars.up_to(int((notes["start"] + notes["length"]).max()), layout)
    return Gridded(
        notes,
        found["source"].astype(np.int64),
        bars,
        _tempos(score, bars, layout),
        _count(np.abs(late) > tolerance),
        _count(np.abs(end_late) > tolerance),
        warnings,
    )


def _steps_at(
    position: NDArray[np.int64], bars: Bars, step: int, layout: Layout
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The nearest step of each position, and how far after it the position lies.

    What rounds up to the end of a bar is on the first step of the next one.
    """
    if bars.even:
        bar = position // bars.even
        within, steps = position - bar * bars.even, bars.steps[0]
    else:
        bar = np.searchsorted(bars.lines[:-1], position, side="right") - 1
        within, steps = position - bars.lines.take(bar), bars.steps.take(bar)
    nearest = (2 * within + step) // (2 * step)
    late = within - nearest * step
    return bar * layout.steps + np.where(nearest >= steps, layout.steps, nearest), late


def _tempos(score: Score, bars: Bars, layout: Layout) -> Notes:
    """The tempos that are tempos, up to the song's end; of several on a step, the last."""
    position = score.tempos["tick"] * positions_per_tick(layout)
    inside = np.flatnonzero((position < bars.lines[-1]) & (score.tempos["bpm"] > 0))
    if len(inside) == 0:
        return empty_tempos()
    tempos = np.empty(len(inside), TEMPO)
    step = positions_per_step(score.ppq)
    tempos["start"] = _steps_at(position.take(inside), bars, step, layout)[0]
    tempos["bpm"] = score.tempos["bpm"].take(inside)
    # What rounds up to the song's end is not in it; all are sorted.
    tempos = tempos[: np.searchsorted(tempos["start"], len(bars.steps) * layout.steps)]
    return last_of_each(tempos, "start")


def end_before_padding(notes: Notes, bars: Bars, layout: Layout) -> Notes:
    """The notes, those that end inside a short bar's padding ended where it begins."""
    if bars.steps.min() == layout.steps:
        return notes
    bar, within = np.divmod(notes["start"] + notes["length"] - 1, layout.steps)
    ended = notes.copy()
    ended["length"] -= np.maximum(within + 1 - bars.steps.take(bar), 0)
    return ended


def _count(concerned: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(concerned))


def _counted(count: int, what: str) -> list[str]:
    """A warning about some notes, if there are any."""
    return [f"{count} note{'s' * (count > 1)} {what}"] if count else []


def _mended(score: Score) -> list[str]:
    """Warnings about tempos and meters that mean nothing."""
    warnings = []
    if len(score.tempos) and score.tempos["bpm"].min() <= 0:
        warnings.append("a tempo of 0 was ignored")
    if len(legal_meters(score)) < len(set(score.meters["tick"].tolist())):
        warnings.append("a meter that is none was ignored")
    return warnings
