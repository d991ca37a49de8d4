"""Chance in training: a generator for each step, and the noise that phrases are made of."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from midigan.generator import NOISE


def generator_of(seed: int, *numbers: int) -> torch.Generator:
    """A CPU generator that the seed and numbers (a step, say) determine, and nothing else does.

    Chance is drawn on the CPU and then moved, so that all devices see the same noise.
    """
    state = np.random.SeedSequence([seed, *numbers]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]) >> 1)


def draw_noise(
    rng: torch.Generator, n: int, tracks: int, device: torch.device
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Standard normal chords `(n, 32)`, style `(n, 32)`, melody and groove `(n, tracks, 32)`."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=rng).to(device)

    return normal(n, NOISE), normal(n, NOISE), normal(n, tracks, NOISE), normal(n, tracks, NOISE)
