"""Calibrates rests: a voice pauses alone as rarely, and with the others as often, as in songs.

Where songs hardly ever leave a voice silent, likelihood teaches that silence is unlikely, but not
how unlikely: one choice in a thousand leaves a hole of a sixteenth in one phrase of seven. Tables
of intervals count what sounds, not what is silent. So silence is counted by itself, given what
each choice of it hears, and made likelier or less likely until it is as frequent as in songs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.training.networks.coarse_to_fine import chosen_steps
from midigan.training.networks.level import TABLE_SCALE, Level
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.runs.moments import LARGEST_MOVE, composing

#: How far a logit follows the ratio of odds in the first round.
RATE = 0.8

#: So many more choices of either kind are taken to have been counted, a phrase's share of them.
SMOOTHING = 0.5

#: What was chosen more rarely than that, in songs or by the generator, says nothing.
FEWEST_CHOICES = 20


class Turn(NamedTuple):
    """Where a track chooses, and what of its silence is counted.

    sounds: bool `(n, steps)`, whether it sounds there. heard: int64 `(n, steps)`, how much of
    what it hears sounds: of its own steps before and after, or, where another track has chosen,
    that one. rows: of its tables of intervals that hear them, none where nothing is heard.
    """

    level: Level
    turn: int
    track: int
    sounds: Tensor
    heard: Tensor
    rows: tuple[int, ...]


def match_rests(
    generator: MultiscaleGenerator,
    phrases: Tensor,
    rounds: int,
    seed: int = 0,
    genre: Tensor | None = None,
) -> None:
    """Move a generator's tables until its mono tracks rest as often as those of `phrases`.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`, music that it was taught with. genre:
    their labels `(n, genres)`, if there are any: it composes as many of each.
    """
    wanted = [(odds(turn), seen(turn)) for turn in turns(generator, phrases)]
    for rate, made, _ in composing(generator, phrases, rounds, seed, 3, genre=genre):
        for (want, many), turn in zip(wanted, turns(generator, made), strict=True):
            enough = torch.minimum(many, seen(turn)) >= FEWEST_CHOICES
            ratio = (odds(turn) - want).clamp(-LARGEST_MOVE, LARGEST_MOVE)
            favour_sound(turn, RATE * rate * ratio * enough)


def sparing(phrases: Tensor, share: float) -> Tensor:
    """Which phrases to keep so that of those in which all tracks pause that share is left.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`; share 0..1. Returns bool `(n,)`.
    """
    pausing = ~(phrases > 0).any(dim=-1).any(dim=1).flatten(1).all(dim=1)
    number = pausing.cumsum(dim=0)
    due = (number * share + 1e-6).floor() > ((number - 1) * share + 1e-6).floor()
    return ~pausing | due


def turns(generator: MultiscaleGenerator, phrases: Tensor) -> Iterator[Turn]:
    """Each choice of each mono track, as it went in -1/+1 `phrases`."""
    sounds = (phrases > 0).any(dim=-1).flatten(2)  # (n, tracks, length)
    order = map(list, chosen_steps(sounds.shape[-1], generator.spacings))
    for spacing, steps, part in zip(generator.spacings, order, generator.levels, strict=True):
        level = cast(Level, part)
        known = functional.pad(sounds, (spacing, spacing)).long()
        later = [step + 2 * spacing for step in steps]
        own = () if level.hear is None else (0, 1)  # rows of its steps before and after
        for turn, track in enumerate(level.order):
            rows: tuple[int, ...] = ()
            heard = torch.zeros_like(sounds[:, track, steps], dtype=torch.int64)
            if level.heard[turn] and level.mono[level.order[0]]:
                rows, heard = (len(own),), sounds[:, level.order[0], steps].long()
            elif own:
                rows, heard = own, known[:, track, steps] + known[:, track, later]
            if level.mono[track]:
                yield Turn(level, turn, track, sounds[:, track, steps], heard, rows)


def odds(turn: Turn) -> Tensor:
    """Logarithm of the odds of silence, by how much of what is heard sounds: `(heard + 1,)`."""
    smooth = SMOOTHING / len(turn.sounds)
    silent, sounding = (
        torch.bincount(turn.heard[cells], minlength=len(turn.rows) + 1) / len(turn.sounds) + smooth
        for cells in (~turn.sounds, turn.sounds)
    )
    return torch.log(silent / sounding)


def seen(turn: Turn) -> Tensor:
    """How many choices there were, by how much of what is heard sounds: int64 `(heard + 1,)`."""
    return torch.bincount(turn.heard.flatten(), minlength=len(turn.rows) + 1)


@torch.no_grad()
def favour_sound(turn: Turn, amounts: Tensor) -> None:
    """Add to the logits of all pitches of a turn, by how much of what is heard sounds."""
    cast(nn.Linear, turn.level.write[turn.track]).bias.add_(amounts[0])
    for row in turn.rows:
        step = (amounts[-1] - amounts[0]) / len(turn.rows)
        turn.level.intervals[str(turn.turn)][row] += step / TABLE_SCALE
