"""A recipe's losses as the trainer calls them."""

import math

import pytest
import torch
from torch import nn

from midigan.training.losses.objective import Relativistic, build_objective
from midigan.training.networks.noise import generator_of
from midigan.training.recipes.recipe import LossRecipe

SHAPE = (2, 2, 4, 12)
CELLS = math.prod(SHAPE)


class Mean(nn.Module):
    """A critic whose score is the mean of a phrase's cells, times a weight."""

    def __init__(self, weight=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))

    def forward(self, phrase):
        return self.weight * phrase.flatten(1).mean(dim=1)


@pytest.fixture
def pair():
    return torch.ones(3, *SHAPE), -torch.ones(3, *SHAPE)


def test_half_the_weight_goes_to_each_kind_of_phrase(pair):
    objective = build_objective(LossRecipe("relativistic", penalty_weight=3.0))
    assert isinstance(objective, Relativistic)
    found = objective.critic_loss(Mean(2.0), *pair, generator_of(0), penalise=True)
    slope = (2.0 / CELLS) ** 2 * CELLS  # the squared norm, the same at every phrase
    assert found.penalty.item() == pytest.approx(slope)
    expected = math.log1p(math.exp(-4)) + 3.0 / 2 * (slope + slope)
    assert found.total.item() == pytest.approx(expected)


def test_a_lazy_penalty_weighs_as_much_more(pair):
    objective = build_objective(LossRecipe("relativistic", 3.0, penalty_interval=4))
    without = objective.critic_loss(Mean(), *pair, generator_of(0), penalise=False)
    found = objective.critic_loss(Mean(), *pair, generator_of(0), penalise=True)
    assert without.penalty.item() == 0
    assert (found.total - without.total).item() == pytest.approx(12 * found.penalty.item())


def test_the_generator_is_moved_towards_real_phrases(pair):
    real, fake = pair
    fake.requires_grad_()
    loss = build_objective(LossRecipe("relativistic")).generator_loss(Mean(), real, fake)
    loss.backward()
    assert loss.item() == pytest.approx(math.log1p(math.exp(2)))
    assert (fake.grad < 0).all(), "less loss where the critic sees more"


def test_the_critic_learns_nothing_through_the_generated_phrases(pair):
    real, fake = pair
    fake.requires_grad_()
    objective = build_objective(LossRecipe("relativistic"))
    objective.critic_loss(Mean(), real, fake, generator_of(0), penalise=True).total.backward()
    assert fake.grad is None
