"""The Wasserstein losses with gradient penalty (arXiv 1701.07875, 1704.00028)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def critic_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """How badly the critic tells real from generated: the negative of its estimated distance.

    Both `(n,)`; the estimate itself is `mean(real) - mean(fake)`.
    """
    return fake_scores.mean() - real_scores.mean()


def generator_loss(fake_scores: Tensor) -> Tensor:
    """How badly the generator does in the eyes of the critic: `-mean(fake)`; scores `(n,)`."""
    return -fake_scores.mean()


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, rng: torch.Generator
) -> Tensor:
    """How far the critic's slope is from 1, squared, between real and generated phrases.

    real, fake: `(n, tracks, bars, steps, pitches)`. Each pair of them is mixed at a place of
    its own, drawn anew in every call from `rng` (on the CPU, so that all devices draw alike).
    """
    places = torch.rand(len(real), *[1] * (real.dim() - 1), generator=rng).to(real)
    mixed = torch.lerp(fake.detach(), real.detach(), places).requires_grad_()
    (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    # Of a slope of exactly 0 the norm has no gradient; so small a number changes no other.
    norm = (slope.flatten(1).square().sum(dim=1) + 1e-12).sqrt()
    return (norm - 1).square().mean()
