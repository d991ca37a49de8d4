"""Calibrates parallel motion as it is heard: from one step to the next, however it was chosen.

The tables of parallel motion speak of steps as far apart as the choices of their level. Voices that
move together between two levels' steps escape them, and nearly all of the parallel fifths and
octaves of a generator whose tables are matched are of that kind. So all tables together are moved
until voices do so as often as in songs, by intervals.
"""

from __future__ import annotations

from itertools import combinations
from typing import cast

import torch
from torch import Tensor

from midigan.training.networks.bar_generators import OCTAVE
from midigan.training.networks.level import TABLE_SCALE, Level
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.runs.moments import LARGEST_MOVE, SMOOTHING, composing

#: How far a logit follows the ratio of counts in the first round.
RATE = 0.8

#: In so many times as many phrases as for other counts: fifths and octaves are rare.
RARER = 2

#: The place of silence, which no pitch has.
_SILENT = -1000


def match_parallels(
    generator: MultiscaleGenerator,
    phrases: Tensor,
    rounds: int,
    seed: int = 0,
    genre: Tensor | None = None,
) -> None:
    """Move a generator's tables of motion until its phrases have the parallels of `phrases`.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`, music that it was taught with. genre:
    their labels `(n, genres)`, if there are any: it composes as many of each. Nothing is done if it
    has no such tables.
    """
    if not any(cast(Level, level).motions for level in generator.levels):
        return
    wanted = parallels(phrases)
    each = composing(generator, phrases, rounds, seed, 2, genre=genre, times=RARER)
    for rate, made, _ in each:
        smooth = SMOOTHING / len(made)
        ratio = torch.log((wanted + smooth) / (parallels(made) + smooth))
        for level in generator.levels:
            favour(cast(Level, level), RATE * rate * ratio.clamp(-LARGEST_MOVE, LARGEST_MOVE))


def parallels(phrases: Tensor) -> Tensor:
    """How often two tracks of a phrase move alike from one step to the next, float32 `(12,)`.

    phrases: -1/+1, of mono tracks. By the interval from the later track up to the earlier one,
    modulo 12, in which they move.
    """
    cells = phrases.flatten(2, 3) > 0
    lines = torch.where(cells.any(dim=-1), cells.int().argmax(dim=-1), _SILENT)
    moves = lines.diff(dim=2)
    moving = (moves != 0) & (lines[:, :, 1:] >= 0) & (lines[:, :, :-1] >= 0)
    total = torch.zeros(OCTAVE)
    for one, other in combinations(range(phrases.shape[1]), 2):
        alike = moving[:, one] & moving[:, other] & (moves[:, one] == moves[:, other])
        apart = (lines[:, one] - lines[:, other])[:, :-1] % OCTAVE
        total += torch.bincount(apart[alike], minlength=OCTAVE)
    return total / len(phrases)


@torch.no_grad()
def favour(level: Level, amounts: Tensor) -> None:
    """Add to the logits of a level's parallel motion, by intervals as `parallels` has them."""
    turned = amounts[-torch.arange(OCTAVE) % OCTAVE]
    for turn, table in level.motions.items():
        for before in range(table.shape[1]):
            as_counted = level.order[int(turn)] < level.order[before]
            table[:, before] += (amounts if as_counted else turned) / TABLE_SCALE
