"""Alignment: music moved so that its bar lines lie where a grid has them.

Only where a file's own grid cannot be believed; what is written on bar lines stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from midigan.files.aligning.bars import ignored_meters, legal_meters
from midigan.files.aligning.heard import Grid, Heard, find_grids
from midigan.files.aligning.phase import phases_on
from midigan.files.score import TICK_METER, Phase, Score, TickArray
from midigan.maps import part_of

#: Whose bar lines are used: those found where the file's are not credible, or the file's.
Align = Literal["auto", "file"]

#: With fewer notes there is nothing to hear; with a smaller share of them on any sixteenths
#: (random ones have .14) the music keeps to no grid.
_FEWEST_NOTES, _LEAST_ON_GRID = 16, 0.3

#: The file's own bar lines are not believed below this likelihood: where it names no meter,
#: and where it names 4/4. The chorales, half of whose bars sound like two, have .005.
_UNLIKELY, _IMPOSSIBLE = 0.1, 0.001


def align(score: Score) -> Score:
    """The score with the bar lines that are heard, and their phase as its `heard`.

    The same score where the file's own grid is credible. It is not if notes lie
    beside its sixteenths and on others, which are shifted by an eighth of one at least; or,
    in music without drums (whoever writes those has bar lines), if the bar lines counted
    from tick 0 are unlikely: below 1 in 10 where the file names no meter or ends in 1/4, as
    some programs do for want of a better one, and 1 in 1,000 where it is in 4/4 or 2/4 and
    was played: if all notes are on the grid, who wrote them wrote bars. Other meters are
    believed, and 3/4 is kept where all is moved.
    """
    return align_all([score])[0]


def align_all(scores: Sequence[Score]) -> list[Score]:
    """Like `align` for each of many scores, which is faster than one by one."""
    found = list(scores)
    enough = [i for i, score in enumerate(scores) if len(score.notes) >= _FEWEST_NOTES]
    if not enough:
        return found
    heard = Heard.of([scores[i] for i in enough])
    grids, meters = find_grids(heard), [legal_meters(score) for score in heard.scores]
    least = [_least_likely(*song) for song in zip(heard.scores, meters, grids, strict=True)]
    asked = [n for n, low in enumerate(least) if low and grids[n].share >= _LEAST_ON_GRID]
    if not asked:
        return found
    beats = [3 if {meter[1:] for meter in meters[n]} == {(3, 4)} else None for n in asked]
    phases = phases_on(heard.only(asked), [grids[n] for n in asked], beats)
    for n, phase in zip(asked, phases, strict=True):
        if not grids[n].in_place or phase.own_confidence < least[n]:
            found[enough[n]] = aligned(heard.scores[n], phase)
    return found


def _least_likely(score: Score, legal: list[tuple[int, int, int]], grid: Grid) -> float:
    """Below which likelihood the file's bar lines are not believed; 0 if they always are."""
    if not grid.in_place:
        return 1.0
    if any(track.drum for track in score.tracks):
        return 0.0
    meters = [(numerator, denominator) for _, numerator, denominator in legal]
    if not meters or meters[-1] == (1, 4):
        return _UNLIKELY
    written = grid.share == 1
    return 0.0 if written or set(meters) - {(2, 4), (4, 4)} else _IMPOSSIBLE


def aligned(score: Score, phase: Phase) -> Score:
    """The same music with tick 0 on the last bar line before it, and one meter, the phase's.

    Notes keep their distances; one up to half a sixteenth before its bar line begins on it.
    """
    bar = phase.beats * score.ppq
    start = score.notes["start"]
    near = score.ppq // 8
    origin = phase.bar_tick + (int(start.min()) + near - phase.bar_tick) // bar * bar
    notes = part_of(score.notes, 0, len(score.notes))
    notes["start"] = np.maximum(start - origin, 0)
    meters = np.array([(0, phase.beats, 4)], TICK_METER)
    tempos = _moved(score.tempos, origin)
    # Meters that are none go with the others, but not unsaid.
    warnings = (*score.warnings, *ignored_meters(score))
    return replace(score, notes=notes, tempos=tempos, meters=meters, heard=phase, warnings=warnings)


def _moved(tempos: TickArray, origin: int) -> TickArray:
    """Tempos counted from `origin`; the last one before it holds from there on."""
    moved = tempos[max(np.searchsorted(tempos["tick"], origin, side="right") - 1, 0) :].copy()
    moved["tick"] = np.maximum(moved["tick"] - origin, 0)
    return moved
