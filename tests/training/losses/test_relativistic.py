"""The losses and the penalty against values computed by hand."""

from __future__ import annotations

import math

import pytest
import torch

from midigan.training.losses import relativistic


def test_a_critic_that_cannot_tell_scores_log_two():
    scores = torch.tensor([3.0, -1.0])
    assert relativistic.critic_loss(scores, scores).item() == pytest.approx(math.log(2))
    assert relativistic.generator_loss(scores, scores).item() == pytest.approx(math.log(2))


def test_scores_are_compared_in_pairs():
    real, fake = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 2.0])
    expected = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(2))) / 2
    assert relativistic.critic_loss(real, fake).item() == pytest.approx(expected)
    opposite = (math.log(1 + math.exp(1)) + math.log(1 + math.exp(-2))) / 2
    assert relativistic.generator_loss(real, fake).item() == pytest.approx(opposite)


def test_critic_and_generator_pull_apart():
    real, fake = torch.zeros(4, requires_grad=True), torch.zeros(4, requires_grad=True)
    relativistic.critic_loss(real, fake).backward()
    assert (real.grad < 0).all()  # descending raises the real scores
    assert (fake.grad > 0).all()
    fake.grad = None
    relativistic.generator_loss(real.detach(), fake).backward()
    assert (fake.grad < 0).all()


def test_the_penalty_is_the_squared_slope():
    weights = torch.tensor([3.0, 4.0])
    phrases = torch.randn(5, 1, 1, 1, 2, requires_grad=True)
    scores = (phrases * weights).sum(dim=(1, 2, 3, 4))
    assert relativistic.slope_penalty(scores, phrases).item() == pytest.approx(25)


def test_the_penalty_teaches_the_critic():
    weight = torch.tensor(2.0, requires_grad=True)
    phrases = torch.ones(3, 1, requires_grad=True)
    relativistic.slope_penalty((weight * phrases).sum(dim=1), phrases).backward()
    assert weight.grad is not None
    assert weight.grad.item() == pytest.approx(4)  # of weight ** 2
