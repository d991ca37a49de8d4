"""How good a generator is while it trains: how like songs it has never seen its phrases are."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from midigan.evaluation.metrics import measure
from midigan.evaluation.overlap import compare_values
from midigan.evaluation.rolls import pitched
from midigan.generator import choose
from midigan.layout import Layout
from midigan.notes import Phrases
from midigan.phrase_set import PhraseSet
from midigan.training.noise import draw_noise, generator_of

#: How many phrases are drawn, and at most how many held-out ones they are compared with.
DRAWN, COMPARED = 256, 2000


class HeldOut:
    """Songs kept from training, as a judge: the mean overlapping area of the field's metrics.

    The same noise is drawn every time, so that two scores differ by the generators alone.
    """

    def __init__(self, phrases: PhraseSet) -> None:
        self.layout = phrases.layout
        every = np.random.default_rng(0).permutation(len(phrases))[:COMPARED]
        self._reference = measure(*pitched(phrases.phrases(every), self.layout))

    def score(self, generator: nn.Module, device: torch.device) -> float:
        """Mean overlapping area, 0..1; 1 is as alike as the held-out songs are to themselves."""
        drawn = sample(generator, self.layout, DRAWN, device)
        values = measure(*pitched(drawn, self.layout))
        return compare_values(values, self._reference).mean_overlap


@torch.no_grad()
def sample(generator: nn.Module, layout: Layout, n: int, device: torch.device) -> Phrases:
    """The first `n` phrases of fixed noise: bool `(n, tracks, bars, steps, pitches)`.

    generator: in evaluation mode. Its scores are chosen from as a player does.
    """
    drawn = []
    for first in range(0, n, 64):
        rng = generator_of(0, first)
        noise = draw_noise(rng, min(64, n - first), len(layout.tracks), device)
        drawn.append(choose(generator(*noise).cpu().numpy(), layout))
    return np.concatenate(drawn)
