"""Quantising: a score's ticks to steps, with an account of what the grid could not hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.errors import SourceError
from midigan.files.bars import (
    MAX_BARS,
    Bars,
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
    inside = begin <= bars.lines[-1] - step
    if not inside.any():
        raise SourceError(f"all its notes lie after bar {MAX_BARS:,}")
    begin, end = begin[inside], end[inside]
    tolerance = max(step // 16, scale // 2)
    start_step, late = _steps_at(begin, bars, step, layout)
    end_step, end_late = _steps_at(np.minimum(end, bars.lines[-1]), bars, step, layout)

    notes = np.zeros(len(begin), NOTE)
    notes["start"] = start_step
    notes["length"] = np.maximum(end_step - start_step, 1)
    notes["pitch"] = score.notes["pitch"][inside]
    notes["velocity"] = score.notes["velocity"][inside]
    warnings = (
        *_counted(end == begin, "of no length last one step"),
        *_counted(~inside, f"after bar {MAX_BARS:,} were left out"),
        *_counted(end > bars.lines[-1], f"that go on after bar {MAX_BARS:,} end there"),
        *_mended(score),
    )
    bars = bars.up_to(int((notes["start"] + notes["length"]).max()), layout)
    return Gridded(
        notes,
        score.notes["source"][inside].astype(np.int64),
        bars,
        _tempos(score, bars, layout),
        int(np.sum(np.abs(late) > tolerance)),
        int(np.sum(np.abs(end_late) > tolerance)),
        warnings,
    )


def _steps_at(
    position: NDArray[np.int64], bars: Bars, step: int, layout: Layout
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The nearest step of each position, and how far after it the position lies.

    What rounds up to the end of a bar is on the first step of the next one.
    """
    bar = np.searchsorted(bars.lines[:-1], position, side="right") - 1
    within = position - bars.lines[bar]
    nearest = (2 * within + step) // (2 * step)
    late = within - nearest * step
    over = nearest >= bars.steps[bar]
    return np.where(over, bar + 1, bar) * layout.steps + np.where(over, 0, nearest), late


def _tempos(score: Score, bars: Bars, layout: Layout) -> Notes:
    """The tempos that are tempos, up to the song's end; of several on a step, the last."""
    found = score.tempos[score.tempos["bpm"] > 0]
    position = found["tick"] * positions_per_tick(layout)
    inside = position < bars.lines[-1]
    if not inside.any():
        return empty_tempos()
    tempos = np.empty(int(inside.sum()), TEMPO)
    step = positions_per_step(score.ppq)
    tempos["start"] = _steps_at(position[inside], bars, step, layout)[0]
    tempos["bpm"] = found["bpm"][inside]
    tempos = tempos[tempos["start"] < len(bars.steps) * layout.steps]
    return tempos[np.append(np.diff(tempos["start"]) > 0, True)[: len(tempos)]]


def end_before_padding(notes: Notes, bars: Bars, layout: Layout) -> Notes:
    """The notes, those that end inside a short bar's padding ended where it begins."""
    bar, within = np.divmod(notes["start"] + notes["length"] - 1, layout.steps)
    ended = notes.copy()
    ended["length"] -= np.maximum(within + 1 - bars.steps[bar], 0)
    return ended


def _counted(concerned: NDArray[np.bool_], what: str) -> list[str]:
    """A warning about some notes, if there are any."""
    count = int(concerned.sum())
    return [f"{count} note{'s' * (count > 1)} {what}"] if count else []


def _mended(score: Score) -> list[str]:
    """Warnings about tempos and meters that mean nothing."""
    warnings = []
    if np.any(score.tempos["bpm"] <= 0):
        warnings.append("a tempo of 0 was ignored")
    if len(legal_meters(score)) < len(np.unique(score.meters["tick"])):
        warnings.append("a meter that is none was ignored")
    return warnings
