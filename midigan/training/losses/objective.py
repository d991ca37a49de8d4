"""What a recipe's `loss` means to the trainer: one loss for the critic, one for the generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from midigan.training.losses import relativistic, wasserstein
from midigan.training.recipes.recipe import LossRecipe

#: A critic that knows the genres of the phrases it judges, if there are any; see `knowing`.
Judge = Callable[[Tensor], Tensor]


def knowing(critic: nn.Module, genre: Tensor | None) -> Judge:
    """A critic that is told the genres of phrases: the labels `(n, genres)` of each `n` of them.

    A generated phrase has the label of the real one at its place.
    """
    if genre is None:
        return critic
    return lambda phrases: critic(phrases, genre.repeat(len(phrases) // len(genre), 1))


class CriticLoss(NamedTuple):
    """What the critic minimises, and the penalty in it before its weight; both scalars."""

    total: Tensor
    penalty: Tensor


class Objective(Protocol):
    """A pair of losses over phrases `(n, tracks, bars, steps, pitches)`."""

    def critic_loss(
        self, critic: Judge, real: Tensor, fake: Tensor, rng: torch.Generator, *, penalise: bool
    ) -> CriticLoss:
        """What the critic minimises; the penalty is left out where `penalise` is False."""
        ...

    def generator_loss(self, critic: Judge, real: Tensor, fake: Tensor) -> Tensor:
        """What the generator minimises; gradients reach it through `fake`."""
        ...


class Wasserstein:
    """Wasserstein losses with a gradient penalty."""

    def __init__(self, penalty_weight: float) -> None:
        self.penalty_weight = penalty_weight

    def critic_loss(
        self, critic: Judge, real: Tensor, fake: Tensor, rng: torch.Generator, *, penalise: bool
    ) -> CriticLoss:
        """Real and generated phrases go through the critic as one batch."""
        scores = critic(torch.cat([real, fake]))
        loss = wasserstein.critic_loss(scores[: len(real)], scores[len(real) :])
        if not penalise:
            return CriticLoss(loss, loss.new_zeros(()))
        penalty = wasserstein.gradient_penalty(critic, real, fake, rng)
        return CriticLoss(loss + self.penalty_weight * penalty, penalty)

    def generator_loss(self, critic: Judge, real: Tensor, fake: Tensor) -> Tensor:
        """Real phrases do not enter."""
        return wasserstein.generator_loss(critic(fake))


class Relativistic:
    """Relativistic pairing, with penalties on the slope at both kinds of phrases."""

    def __init__(self, penalty_weight: float) -> None:
        self.penalty_weight = penalty_weight

    def critic_loss(
        self, critic: Judge, real: Tensor, fake: Tensor, rng: torch.Generator, *, penalise: bool
    ) -> CriticLoss:
        """The penalty is the mean of R1 (real) and R2 (generated): half the weight to each."""
        phrases = torch.cat([real, fake.detach()]).requires_grad_(penalise)
        scores = critic(phrases)
        loss = relativistic.critic_loss(scores[: len(real)], scores[len(real) :])
        if not penalise:
            return CriticLoss(loss, loss.new_zeros(()))
        penalty = relativistic.slope_penalty(scores, phrases)
        return CriticLoss(loss + self.penalty_weight * penalty, penalty)

    def generator_loss(self, critic: Judge, real: Tensor, fake: Tensor) -> Tensor:
        """Each generated phrase is compared with a real one."""
        with torch.no_grad():
            real_scores = critic(real)
        return relativistic.generator_loss(real_scores, critic(fake))


def build_objective(recipe: LossRecipe) -> Objective:
    """The losses that a recipe names; lazily computed penalties weigh as much more."""
    weight = recipe.penalty_weight * recipe.penalty_interval
    if recipe.family == "wasserstein":
        return Wasserstein(weight)
    return Relativistic(weight)
