"""Calibrates a taught generator: what it does how often, to how often songs do it.

Likelihood teaches each choice among real ones. Among its own choices a generator meets what
songs avoid, parallel fifths on two beats, say, and then has little reason to turn away. Its
tables of intervals and of parallel motion have as gradient of the likelihood what they count
in songs, less what they expect: they are moved until what they count in the generator's own
phrases is alike (iterative scaling: Darroch and Ratcliff 1972).
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.noise import draw_noise, evenly, generator_of
from midigan.training.networks.voiced import VoicedGenerator

#: A generator whose choices have probabilities.
Chooser = MultiscaleGenerator | VoicedGenerator

#: How many cells (tracks by steps) of generated music are counted in each round, in how many
#: phrases at least and at most.
CELLS = 1024 * 128
FEWEST, MOST = 128, 1024

#: So many more of everything are taken to have been counted: rare counts are chance.
SMOOTHING = 1.0

#: How far a logit follows the ratio of counts in the first round; by the last a quarter of it.
#: Several tables speak of each choice; that of parallel motion speaks of few.
MOTION_RATE, OTHER_RATE = 0.6, 0.15
LAST_RATE = 0.25

#: No logit moves further in a round, before its rate.
LARGEST_MOVE = 1.0

_BATCH = 128


def match_moments(
    generator: Chooser,
    phrases: Tensor,
    rounds: int,
    seed: int = 0,
    genre: Tensor | None = None,
) -> None:
    """Move a generator's tables until its phrases count what `phrases` do.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`, music that it was taught with. genre:
    their labels `(n, genres)`, if there are any: it composes as many of each.
    """
    parts = generator.countable()
    wanted = counts(generator, phrases, genre)
    for rate, made, own in composing(generator, phrases, rounds, seed, genre=genre):
        found = counts(generator, made, own)
        for part, want, have in zip(parts, wanted, found, strict=True):
            smooth = SMOOTHING / len(made)
            ratio = torch.log((want + smooth) / (have + smooth))
            move = rate * (MOTION_RATE if part.rare else OTHER_RATE)
            step = ratio.clamp(-LARGEST_MOVE, LARGEST_MOVE) * move / part.scale
            part.values.data.add_(step)


def composing(
    generator: Chooser,
    phrases: Tensor,
    rounds: int,
    seed: int,
    *stream: int,
    genre: Tensor | None = None,
    times: int = 1,
) -> Iterator[tuple[float, Tensor, Tensor | None]]:
    """Rounds of calibration: the rate of each, what the generator composes then, and its labels.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`, of the size that is composed. genre: their
    labels, each of which it composes as often. times: so many times as many phrases as usual.
    """
    cells = phrases[0].numel() // phrases.shape[-1]
    drawn = times * max(FEWEST, min(MOST, CELLS // cells))
    own = evenly(genre, drawn)
    for round_ in range(rounds):
        rate = 1 - (1 - LAST_RATE) * round_ / rounds
        yield rate, draw(generator, drawn, seed, round_, *stream, genre=own), own


def counts(generator: Chooser, phrases: Tensor, genre: Tensor | None = None) -> list[Tensor]:
    """How often each entry of each countable part speaks for a choice of a phrase, on average.

    That is the gradient of the chosen logits' sum.
    """
    parts = generator.countable()
    totals = [torch.zeros_like(part.values) for part in parts]
    for first in range(0, len(phrases), _BATCH):
        rows = slice(first, first + _BATCH)
        spoken = generator.chosen_logits(phrases[rows], None if genre is None else genre[rows])
        found = torch.autograd.grad(spoken, [part.values for part in parts], allow_unused=True)
        for total, part, count in zip(totals, parts, found, strict=True):
            if count is not None:
                total.add_(count / part.scale)
    return [total / len(phrases) for total in totals]


@torch.no_grad()
def draw(generator: Chooser, n: int, *seed: int, genre: Tensor | None = None) -> Tensor:
    """Phrases of a generator, -1/+1, determined by the seed; genre: labels `(n, genres)`."""
    device, found = torch.device("cpu"), []
    for first in range(0, n, _BATCH):
        rng = generator_of(*seed, first)
        noise = draw_noise(rng, min(_BATCH, n - first), generator.tracks, device)
        own = None if genre is None else genre[first : first + _BATCH]
        found.append(generator.discretise(generator(*noise, own)))
    return torch.cat(found)
