"""Calibrates what styles say of rhythms: phrases differ in theirs as much as songs' do.

In teaching, what is chosen around a choice says most of its rhythm, and the style says the rest.
In a generator's own phrases what is around is chance, a few of everything. So the style's numbers
that are a rhythm's are turned up until they are heard: until counts of phrases are as far apart
as those of songs.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from midigan.training.networks.level import Level
from midigan.training.networks.rhythm import Rhythm
from midigan.training.networks.voiced import VoicedGenerator
from midigan.training.runs.moments import LARGEST_MOVE, Chooser, composing

#: How far the logarithm of a factor follows that of the deviations' ratio in the first round.
RATE = 0.8


@torch.no_grad()
def match_rhythms(
    generator: Chooser,
    phrases: Tensor,
    rounds: int,
    seed: int = 0,
    genre: Tensor | None = None,
) -> None:
    """Turn up a style's numbers of rhythm until phrases differ in them as those of `phrases` do.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`, music that it was taught with. genre:
    their labels `(n, genres)`, if there are any. A generator whose style has none stays as it is.
    """
    inner = generator.inner if isinstance(generator, VoicedGenerator) else generator
    rhythm = inner.reader.rhythm
    if rhythm is None:
        return
    wanted = deviations(generator, rhythm, phrases)
    for rate, made, _ in composing(generator, phrases, rounds, seed, 4, genre=genre):
        ratio = torch.log(wanted / deviations(generator, rhythm, made))
        factor = torch.exp(RATE * rate * ratio.clamp(-LARGEST_MOVE, LARGEST_MOVE))
        for level in inner.levels:
            cast(Level, level).style.weight[:, : rhythm.numbers] *= factor


def deviations(generator: Chooser, rhythm: Rhythm, phrases: Tensor) -> Tensor:
    """How far -1/+1 phrases are apart in each number of their rhythm: `(numbers,)`, above 0."""
    parted = generator.parted(phrases) if isinstance(generator, VoicedGenerator) else phrases
    cells = (parted.flatten(2, 3).transpose(1, 2) + 1) / 2
    return rhythm.counts(cells).float().std(dim=0).clamp(min=1e-3)
