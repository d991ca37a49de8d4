"""The critic: what it hears, what it costs, and that its slope can be penalised."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from midigan.training.networks.critic import IntervalCritic, relation

SHAPE = (4, 2, 16, 84)
ODD_SHAPES = [(1, 1, 1, 12), (3, 1, 7, 30), (2, 3, 12, 48), (5, 4, 6, 84)]
SMALL_CRITIC = {"interval": 4, "channels": 8}


@pytest.mark.parametrize("shape", ODD_SHAPES)
def test_any_layout_can_be_heard(shape):
    critic = IntervalCritic(shape, **SMALL_CRITIC)
    assert critic(-torch.ones(3, *shape)).shape == (3,)


def test_hearing_a_phrase_costs_at_most_30_mflop():
    critic = IntervalCritic(SHAPE)
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        critic(-torch.ones(4, *SHAPE))
    assert counted.get_total_flops() / 4 < 30e6


def test_slopes_can_be_penalised():
    critic = IntervalCritic(SHAPE, **SMALL_CRITIC)
    phrase = (torch.rand(2, *SHAPE) > 0.95).float().mul(2).sub(1).requires_grad_()
    (slope,) = torch.autograd.grad(critic(phrase).sum(), phrase, create_graph=True)
    slope.square().sum().backward()
    for weights in (critic.between, critic.moves):
        assert weights.grad is not None
        assert weights.grad.abs().sum() > 0


def test_the_critic_hears_each_track_and_step():
    critic = IntervalCritic(SHAPE, **SMALL_CRITIC)
    silence = -torch.ones(1, *SHAPE)
    scores = []
    for track, bar, step, pitch in ((0, 0, 0, 40), (1, 0, 0, 40), (0, 1, 0, 40), (0, 0, 5, 40)):
        phrase = silence.clone()
        phrase[0, track, bar, step, pitch] = 1
        scores.append(critic(phrase).item())
    assert len(set(scores)) == len(scores)


def test_an_interval_has_the_same_waves_at_every_height():
    critic = IntervalCritic(SHAPE, **SMALL_CRITIC)
    waves = critic.waves
    fifths = [relation(waves[low + 7], waves[low]) for low in (20, 33, 50)]
    torch.testing.assert_close(fifths[0], fifths[1])
    torch.testing.assert_close(fifths[0], fifths[2])
    below = relation(waves[20], waves[27])
    assert not torch.allclose(fifths[0], below, atol=0.1)


def test_silence_has_no_intervals():
    critic = IntervalCritic(SHAPE, **SMALL_CRITIC)
    assert relation(torch.zeros(1, critic.waves.shape[1]), critic.waves[:1]).abs().sum() == 0
