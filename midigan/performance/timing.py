"""From the grid to the moment: steps in ticks, and the swing and looseness of a player."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midigan.controls import Controls
from midigan.layout import Layout
from midigan.performance.ticks import PPQN, ticks_of
from midigan.song import Notes

#: Onset and end of notes: int64 `(n, 2)`, in ticks.
Times = NDArray[np.int64]

#: Standard deviation of a careless player's onsets: 20 ms at 120 bpm.
_LOOSEST_TICKS = 38.0


def played_at(
    notes: Notes,
    layout: Layout,
    controls: Controls,
    rng: np.random.Generator,
    felt: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
) -> Times:
    """When the notes of one phrase begin and end, counted from the phrase's first tick.

    felt: mean and standard deviation of how far after the grid each track plays at each step of
    the bar, `(tracks, steps)`, in shares of a step.
    Chance moves each track by itself, whatever the others play.
    Without swing, looseness and feel, exactly on the grid. With them, the order of all that begins
    and ends on a track stays as it was, so that no notes overlap which did not before, and
    nothing leaves the phrase.
    """
    starts = notes["start"].astype(np.int64)
    steps = np.stack([starts, starts + notes["length"]], axis=1)
    times = ticks_of(steps, layout.steps_per_beat)
    if controls.swing != 50:
        end = ticks_of(np.array(layout.phrase_steps), layout.steps_per_beat)
        times = _swung(times, controls.swing / 100, PPQN * 4 // controls.swing_grid, int(end))
    if felt is not None and controls.feel:
        late, spread = (table * controls.feel / 100 for table in felt)
        where = notes["track"], notes["start"] % layout.steps
        step_ticks = float(ticks_of(np.array(1), layout.steps_per_beat))
        for track, chance in enumerate(rng.spawn(len(layout.tracks))):
            own = notes["track"] == track
            drawn = late[where][own] + spread[where][own] * chance.standard_normal(int(own.sum()))
            times[own] = _moved(times[own], drawn * step_ticks)
    if controls.humanize:
        loosest = _LOOSEST_TICKS * controls.humanize / 100
        for track, chance in enumerate(rng.spawn(len(layout.tracks))):
            own = notes["track"] == track
            times[own] = _moved(times[own], chance.normal(0, loosest, int(own.sum())))
    return times


def _swung(times: Times, share: float, grid_ticks: int, end_tick: int) -> Times:
    """Time bent so that the first note of each pair takes `share` of it, as an MPC does.

    What lies between is stretched alike: a bent timeline keeps every order there was. Half
    a pair at the phrase's end stays straight.
    """
    pair, within = np.divmod(times, 2 * grid_ticks)
    long, short = share * 2, 2 - share * 2
    first = within < grid_ticks
    bent = np.where(first, within * long, grid_ticks * long + (within - grid_ticks) * short)
    swung = pair * 2 * grid_ticks + np.floor(bent + 0.5).astype(np.int64)
    return np.where((pair + 1) * 2 * grid_ticks <= end_tick, swung, times)


def _moved(times: Times, late: NDArray[np.float64]) -> Times:
    """Onsets of one track moved by `late` ticks each, `(n,)`; notes that begin together stay so.

    They move as the first of them does. No moment moves by half the way to its neighbours, be
    they onsets or ends. What ends where another note begins goes with it; the phrase's own
    start stays at 0 or later.
    """
    moments, place = np.unique(times, return_inverse=True)
    place = place.reshape(times.shape)
    if len(moments) == 0:
        return times
    gaps = np.diff(moments, prepend=moments[0], append=moments[-1])
    gaps[[0, -1]] = gaps[[1, -2]]
    room = np.maximum((np.minimum(gaps[:-1], gaps[1:]) - 1) // 2, 0)
    moves = np.zeros(len(moments), np.int64)
    begins, first = np.unique(place[:, 0], return_index=True)
    moves[begins] = np.floor(late[first] + 0.5).astype(np.int64)
    moved = np.maximum(moments + np.clip(moves, -room, room), 0)
    return moved[place]
