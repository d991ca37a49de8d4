"""One training step, and all the state that the next one needs."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from midigan.errors import MidiganError
from midigan.training.losses.objective import build_objective, knowing
from midigan.training.networks.models import (
    RunningAverage,
    Tensors,
    frozen,
    load_optimizer,
    load_weights,
    optimizer_tensors,
)
from midigan.training.networks.musegan import PhraseGenerator
from midigan.training.networks.noise import draw_noise, generator_of
from midigan.training.recipes.recipe import OptimizerRecipe, Recipe
from midigan.training.runs.batches import Batches
from midigan.training.runs.processes import ALONE, Group

#: What is left of the learning rate at the end of a cosine schedule.
LOWEST_RATE = 0.02


class Losses(NamedTuple):
    """Means over the steps since they were last asked for."""

    critic: float
    generator: float
    penalty: float


class Chance(NamedTuple):
    """What a step draws from: noise, alike in all processes, and all else, each one's own."""

    noise: torch.Generator
    own: torch.Generator


class Trainer:
    """Trains a critic and a generator against each other, a step at a time.

    All chance of a step follows from the seed and the step's number, so that a trainer which
    is restored from a checkpoint goes on exactly as the one that saved it would have.
    """

    def __init__(
        self,
        recipe: Recipe,
        generator: PhraseGenerator,
        critic: nn.Module,
        batches: Batches,
        seed: int,
        device: torch.device,
        group: Group = ALONE,
        precision: torch.dtype = torch.float32,
    ) -> None:
        self.group, self.precision = group, precision
        self.recipe, self.batches, self.seed, self.device = recipe, batches, seed, device
        self.generator, self.critic = generator.to(device), critic.to(device)
        self.average = RunningAverage(self.generator, recipe.training.ema_halflife)
        self.objective = build_objective(recipe.loss)
        self.generator_optimizer = _adam(self.generator, recipe.optimizer)
        self.critic_optimizer = _adam(self.critic, recipe.optimizer)
        self.steps = 0
        self._sums = torch.zeros(3, device=device)
        self.unreported_steps = 0

    def step(self, fraction: float) -> None:
        """One generator step after `critic_steps` critic steps, all on the same real phrases.

        The critic takes part from the recipe's `adversarial_from` on.

        fraction: how much of the planned training is done, 0..1, for the schedule.
        """
        chance = self._chance()
        self._set_rates(fraction)
        real = self.group.share(self.batches.tensor(self.steps, self.device))
        genre = self.batches.labels(self.steps, self.device)
        genre = None if genre is None else self.group.share(genre)
        critic_loss = penalty = torch.zeros((), device=self.device)
        adversarial = fraction >= self.recipe.loss.adversarial_from
        if adversarial:
            for turn in range(self.recipe.training.critic_steps):
                critic_loss, penalty = self._critic_step(real, genre, chance, turn)
        generator_loss = self._generator_step(real, genre, chance, adversarial=adversarial)
        self.group.average_statistics(self.generator)
        self.steps += 1
        self.average.update(self.generator, self.steps, self.recipe.training.batch)
        self._sums += torch.stack([critic_loss, generator_loss, penalty])
        self.unreported_steps += 1

    def losses(self) -> Losses:
        """Mean losses since the last call. Raises MidiganError if they are no numbers any more.

        This is the only place where the host waits for the device.
        """
        means = Losses(*(self._sums / max(self.unreported_steps, 1)).tolist())
        if not all(math.isfinite(value) for value in means):
            raise MidiganError(
                f"training came apart before step {self.steps}: critic loss {means.critic}, "
                f"generator loss {means.generator}; lower the learning rates of the recipe"
            )
        self._sums.zero_()
        self.unreported_steps = 0
        return means

    def tensors(self) -> dict[str, Tensors]:
        """Everything that an exact continuation needs besides the seed and the step."""
        return {
            "generator": self.generator.state_dict(),
            "average": self.average.module.state_dict(),
            "critic": self.critic.state_dict(),
            "generator_optimizer": optimizer_tensors(self.generator_optimizer),
            "critic_optimizer": optimizer_tensors(self.critic_optimizer),
        }

    def restore(self, tensors: dict[str, Tensors], steps: int) -> None:
        """Take up a checkpoint, or only averaged weights. Raises FormatError if they do not fit."""
        what = "the checkpoint"
        load_weights(self.generator, tensors.get("generator", tensors["average"]), what)
        load_weights(self.average.module, tensors["average"], what)
        load_weights(self.critic, tensors["critic"], what)
        load_optimizer(self.generator_optimizer, tensors.get("generator_optimizer", {}))
        load_optimizer(self.critic_optimizer, tensors.get("critic_optimizer", {}))
        self.steps = steps

    def _chance(self) -> Chance:
        """Of this step; several processes draw the noise of the whole batch all the same."""
        noise = generator_of(self.seed, self.steps)
        if self.group.size == 1:
            return Chance(noise, noise)
        return Chance(noise, generator_of(self.seed, self.steps, 1 + self.group.rank))

    def _critic_step(
        self, real: Tensor, genre: Tensor | None, rng: Chance, turn: int
    ) -> tuple[Tensor, Tensor]:
        count = self.steps * self.recipe.training.critic_steps + turn
        with self._precisely():
            with torch.no_grad():
                fake = self._draw(rng.noise, genre)
            loss = self.objective.critic_loss(
                knowing(self.critic, genre),
                real,
                fake,
                rng.own,
                penalise=count % self.recipe.loss.penalty_interval == 0,
            )
        self.critic_optimizer.zero_grad()
        loss.total.backward()  # type: ignore[no-untyped-call]
        self._average_gradients(self.critic, len(real))
        self.critic_optimizer.step()
        return loss.total.detach(), loss.penalty.detach()

    def _generator_step(
        self, real: Tensor, genre: Tensor | None, rng: Chance, *, adversarial: bool
    ) -> Tensor:
        loss = torch.zeros((), device=self.device)
        weight = self.recipe.loss.likelihood_weight
        with frozen(self.critic):
            with self._precisely():
                if adversarial:
                    critic = knowing(self.critic, genre)
                    loss = self.objective.generator_loss(critic, real, self._draw(rng.noise, genre))
                if weight:
                    loss = loss + weight * self.generator.likelihood_loss(real, rng.own, genre)
            self.generator_optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        self._average_gradients(self.generator, len(real))
        self.generator_optimizer.step()
        return loss.detach()

    def _precisely(self) -> torch.autocast:
        """Within the block networks multiply in the trainer's precision."""
        lower = self.precision != torch.float32
        return torch.autocast(self.device.type, self.precision if lower else None, enabled=lower)

    def _draw(self, rng: torch.Generator, genre: Tensor | None) -> Tensor:
        """This process's share of a batch of generated phrases, as the critic sees them."""
        tracks = self.batches.layout.shape[0]
        noise = draw_noise(rng, self.recipe.training.batch, tracks, self.device)
        scores = self.generator(*map(self.group.share, noise), genre).float()
        return self.generator.discretise(scores)

    def _average_gradients(self, module: nn.Module, phrases: int) -> None:
        self.group.average_gradients(module, phrases / self.recipe.training.batch)

    def _set_rates(self, fraction: float) -> None:
        recipe = self.recipe.optimizer
        factor = rate_factor(recipe, self.steps, fraction)
        for optimizer, rate in (
            (self.generator_optimizer, recipe.generator_rate),
            (self.critic_optimizer, recipe.critic_rate),
        ):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor


def rate_factor(recipe: OptimizerRecipe, step: int, fraction: float) -> float:
    """What multiplies the learning rates at a step (from 0), `fraction` (0..1) of the way."""
    warm = min(1.0, (step + 1) / recipe.warmup_steps) if recipe.warmup_steps else 1.0
    if recipe.schedule == "constant" or fraction <= recipe.flat:
        return warm
    fallen = (min(fraction, 1.0) - recipe.flat) / (1 - recipe.flat)
    return warm * (LOWEST_RATE + (1 - LOWEST_RATE) * (1 + math.cos(math.pi * fallen)) / 2)


def _adam(module: nn.Module, recipe: OptimizerRecipe) -> torch.optim.AdamW:
    settings: dict[str, Any] = {
        "betas": recipe.betas,
        "lr": 0.0,
        "weight_decay": recipe.weight_decay,
        "fused": True,
    }
    return torch.optim.AdamW(module.parameters(), **settings)
