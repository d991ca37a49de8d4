"""Alignment: music moved so that its bar lines lie where a grid has them.

Only where a file's own grid cannot be believed; what is written on bar lines stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Literal

import numpy as np

from midigan.files.aligning.heard import Grid, Heard, find_grids
from midigan.files.aligning.phase import phases_on
from midigan.files.aligning.stretches import ignored_meters, legal_meters
from midigan.files.score import TICK_METER, TICK_TEMPO, Phase, Score, TickArray
from midigan.sets.maps import part_of
from midigan.sets.timeline import join

#: Whose bar lines are used: those found where the file's are not credible, or the file's.
Align = Literal["auto", "file"]

#: With fewer notes there is nothing to hear; with a smaller share of them on any sixteenths
#: (random ones have .14) the music keeps to no grid.
_FEWEST_NOTES, _LEAST_ON_GRID = 16, 0.3

#: The file's own bar lines are not believed below this likelihood: where it names no meter,
#: and where it names 4/4. The chorales, half of whose bars sound like two, have .005.
_UNLIKELY, _IMPOSSIBLE = 0.1, 0.001

#: Where more than this share of songs is to be listened to, all are: that is faster than to
#: pick their notes.
_MOST = 0.75


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
    least = [
        _least_likely(*song) if song[2].share >= _LEAST_ON_GRID else 0.0
        for song in zip(heard.scores, meters, grids, strict=True)
    ]
    asked = [n for n, low in enumerate(least) if low]
    if not asked:
        return found
    if len(asked) > _MOST * len(least):
        asked = list(range(len(least)))
    beats = [3 if {meter[1:] for meter in meters[n]} == {(3, 4)} else None for n in asked]
    phases = phases_on(heard.only(asked), [grids[n] for n in asked], beats)
    moved = [
        (n, phase)
        for n, phase in zip(asked, phases, strict=True)
        if least[n] and (not grids[n].in_place or phase.own_confidence < least[n])
    ]
    own, phases = [heard.scores[n] for n, _ in moved], [phase for _, phase in moved]
    for (n, _), score in zip(moved, aligned(own, phases), strict=True):
        found[enough[n]] = score
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


def aligned(scores: Sequence[Score], phases: Sequence[Phase]) -> list[Score]:
    """The same music with tick 0 on the last bar line before it, and one meter, its phase's.

    Notes keep their distances; one up to half a sixteenth before its bar line begins on it.
    """
    if not scores:
        return []
    counts = [len(score.notes) for score in scores]
    bounds = [0, *accumulate(counts)]
    start = np.concatenate([score.notes["start"] for score in scores])
    lowest = np.minimum.reduceat(start, bounds[:-1]).tolist()
    origins = [_origin(*song) for song in zip(scores, phases, lowest, strict=True)]
    start -= np.repeat(origins, counts).astype(start.dtype)
    np.maximum(start, 0, out=start)
    tempos = _moved([score.tempos for score in scores], origins)
    found = []
    for i, (score, phase) in enumerate(zip(scores, phases, strict=True)):
        notes = part_of(score.notes, 0, counts[i])
        notes["start"] = start[bounds[i] : bounds[i + 1]]
        # Meters that are none go with the others, but not unsaid.
        warnings = (*score.warnings, *ignored_meters(score))
        own = score.ppq, score.tracks, notes, tempos[i], _meter(phase.beats), warnings
        found.append(Score(*own, score.pedal_held, phase))
    return found


def _origin(score: Score, phase: Phase, lowest: int) -> int:
    """The last bar line before the first note, which is at the `lowest` tick."""
    bar, near = phase.beats * score.ppq, score.ppq // 8
    return phase.bar_tick + (lowest + near - phase.bar_tick) // bar * bar


@cache
def _meter(beats: int) -> TickArray:
    """One meter throughout, of so many quarter notes; not to be written to."""
    meters = np.array([(0, beats, 4)], TICK_METER)
    meters.flags.writeable = False
    return meters


def _moved(tempos: Sequence[TickArray], origins: Sequence[int]) -> list[TickArray]:
    """The tempos of each song from its origin on; the last one before it holds from there on."""
    joined, counts = join(tempos, TICK_TEMPO), [len(own) for own in tempos]
    tick = joined["tick"] - np.repeat(origins, counts)
    song = np.repeat(np.arange(len(counts)), counts)
    kept = np.ones(len(joined), bool)
    kept[:-1] = (tick[1:] > 0) | (song[1:] > song[:-1])
    joined["tick"] = np.maximum(tick, 0)
    moved = joined[kept]
    bounds = np.searchsorted(song[kept], np.arange(len(counts) + 1)).tolist()
    return [moved[a:b] for a, b in pairwise(bounds)]
