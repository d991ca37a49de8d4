"""The Wasserstein losses, against numbers worked out by hand."""

import math

import pytest
import torch
from torch import nn

from midigan.training.losses import wasserstein
from midigan.training.losses.objective import Wasserstein, build_objective
from midigan.training.networks.noise import generator_of
from midigan.training.recipes.recipe import LossRecipe

SHAPE = (2, 2, 4, 12)


class Linear(nn.Module):
    """A critic whose slope is the same everywhere: `weight` in each of its cells."""

    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))

    def forward(self, phrase):
        return self.weight * phrase.flatten(1).sum(dim=1)


class Quadratic(nn.Module):
    """A critic whose slope at a phrase is the phrase itself."""

    def forward(self, phrase):
        return phrase.flatten(1).square().sum(dim=1) / 2


@pytest.mark.parametrize("n", [1, 3, 64])
def test_penalty_of_a_linear_critic_for_any_batch(n):
    real, fake = torch.ones(n, *SHAPE), -torch.ones(n, *SHAPE)
    penalty = wasserstein.gradient_penalty(Linear(0.5), real, fake, generator_of(0))
    norm = 0.5 * math.sqrt(math.prod(SHAPE))
    assert penalty.item() == pytest.approx((norm - 1) ** 2, rel=1e-5)


def test_penalty_pulls_the_slope_towards_one():
    critic = Linear(0.5)
    real = torch.ones(4, *SHAPE)
    wasserstein.gradient_penalty(critic, real, -real, generator_of(0)).backward()
    assert critic.weight.grad > 0


def test_places_are_drawn_anew_for_each_phrase_and_each_call():
    """Between phrases of all 0 and all 1 the quadratic critic tells where the place was."""
    real, fake = torch.ones(16, *SHAPE), torch.zeros(16, *SHAPE)
    rng = generator_of(0)
    seen = []

    class Watching(Quadratic):
        def forward(self, phrase):
            seen.append(phrase.detach())
            return super().forward(phrase)

    first = wasserstein.gradient_penalty(Watching(), real, fake, rng)
    second = wasserstein.gradient_penalty(Watching(), real, fake, rng)
    assert first != second
    for mixed in seen:
        assert torch.equal(mixed.amin(dim=(1, 2, 3, 4)), mixed.amax(dim=(1, 2, 3, 4)))
        assert len(mixed[:, 0, 0, 0, 0].unique()) == 16
        assert mixed.min() >= 0
        assert mixed.max() <= 1


def test_a_critic_without_slope_has_a_finite_gradient():
    critic = Linear(0.0)
    real = torch.ones(2, *SHAPE)
    penalty = wasserstein.gradient_penalty(critic, real, -real, generator_of(0))
    penalty.backward()
    assert penalty.item() == pytest.approx(1, abs=1e-4)
    assert torch.isfinite(critic.weight.grad)


def test_losses_are_those_of_the_paper():
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([-1.0, 0.0])
    assert wasserstein.critic_loss(real, fake).item() == pytest.approx(-2.5)
    assert wasserstein.generator_loss(fake).item() == pytest.approx(0.5)


def test_the_objective_weighs_the_penalty_and_can_leave_it_out():
    objective = build_objective(LossRecipe("wasserstein", penalty_weight=10.0, penalty_interval=2))
    assert isinstance(objective, Wasserstein)
    critic, real, fake = Linear(0.5), torch.ones(2, *SHAPE), torch.zeros(2, *SHAPE)
    cells = math.prod(SHAPE)
    without = objective.critic_loss(critic, real, fake, generator_of(0), penalise=False)
    assert without.total.item() == pytest.approx(-0.5 * cells)
    assert without.penalty.item() == 0
    found = objective.critic_loss(critic, real, fake, generator_of(0), penalise=True)
    assert found.total.item() == pytest.approx(-0.5 * cells + 20 * found.penalty.item())
    assert objective.generator_loss(critic, real, fake).item() == 0
