"""Chance in training: a generator for each step, and the noise that phrases are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from midigan.latents import NOISE


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


def any_blends(n: int, genres: int) -> tuple[Tensor, ...]:
    """Drawn blends of genres, `(n, genres)`, each row of sum 1, always the same; () for none."""
    if not genres:
        return ()
    parts = -torch.log(1 - torch.rand(n, genres, generator=generator_of(2, n)))
    return (parts / parts.sum(dim=1, keepdim=True),)


def any_noise(tracks: int, genres: int) -> Callable[[int], Sequence[Tensor]]:
    """What draws a generator's inputs to check it by: noise for `n` phrases, and blends."""

    def draw(n: int) -> Sequence[Tensor]:
        noise = draw_noise(generator_of(0, n), n, tracks, torch.device("cpu"))
        return (*noise, *any_blends(n, genres))

    return draw


def evenly(genre: Tensor | None, n: int) -> Tensor | None:
    """`n` of the rows `(m, genres)`, evenly spread, so that they keep their proportions."""
    return None if genre is None else genre[torch.arange(n) * len(genre) // n]
