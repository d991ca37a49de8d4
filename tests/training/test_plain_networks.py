"""The book's networks as matrix products against the published convolutions: the same numbers."""

import pytest
import torch
from plain import PlainCritic, PlainGenerator, critic_weights

from midigan.training.exporting.book_weights import _renamed, generator_from_book
from midigan.training.losses import wasserstein
from midigan.training.networks.double_leaky import double_leaky
from midigan.training.networks.musegan import CACHED, MuseCritic
from midigan.training.networks.noise import draw_noise, generator_of

CPU = torch.device("cpu")
SHAPE = (4, 2, 16, 84)


def heard(network):
    """The network with weights large enough for each to matter, in double precision."""
    torch.manual_seed(1)
    for weights in network.parameters():
        torch.nn.init.normal_(weights, 0.1, 0.3)
    for name, values in network.named_buffers():
        if "running" in name:
            torch.nn.init.uniform_(values, 0.5, 1.5)
    return network.double()


def noise(n):
    return [vector.double() for vector in draw_noise(generator_of(0), n, 4, CPU)]


def generators(*, bars_apart):
    plain = heard(PlainGenerator(16, 16, bars_apart=bars_apart))
    own = generator_from_book(plain.state_dict())[0].double()
    own.load_state_dict(_renamed(plain.state_dict(), 4))
    own.bounded = True
    return plain, own


def critics():
    plain = heard(PlainCritic(4, 8))
    own = MuseCritic(SHAPE, 4, 8).double()
    own.load_state_dict(critic_weights(plain.state_dict()))
    return plain, own


def gradients(network):
    return {name: weights.grad for name, weights in network.named_parameters()}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, msg=lambda text, name=name: name + text)


@pytest.mark.parametrize(("training", "bars_apart"), [(False, True), (True, False)])
def test_the_generators_give_the_same_scores_and_gradients(training, bars_apart):
    """In training with both bars normalised together, which the published one does apart."""
    plain, own = (network.train(training) for network in generators(bars_apart=bars_apart))
    expected, found = plain(*noise(6)), own(*noise(6))
    torch.testing.assert_close(found, expected)
    direction = torch.randn(found.shape, generator=generator_of(2)).double()
    for scores in (expected, found):
        (scores * direction).sum().backward()
    grads = gradients(plain) | {
        name: values for name, values in plain.state_dict().items() if "running" in name
    }
    grads |= {name: v for name, v in plain.state_dict().items() if "num_batches" in name}
    renamed = _renamed(grads, 4)
    assert_same(gradients(own), {name: renamed[name] for name, _ in own.named_parameters()})
    for name, statistics in own.named_buffers():
        if "running" in name and not name.startswith("temporal"):
            torch.testing.assert_close(statistics, renamed[name])


def test_the_critics_give_the_same_scores():
    plain, own = critics()
    phrases = torch.randn(5, *SHAPE, generator=generator_of(3)).double()
    torch.testing.assert_close(own(phrases), plain(phrases))
    with torch.no_grad():
        torch.testing.assert_close(own(phrases), plain(phrases))


@pytest.mark.parametrize("n", [3, CACHED + 2])
def test_the_gradient_penalty_has_the_same_value_and_gradients(n):
    real, fake = torch.randn(2, n, *SHAPE, generator=generator_of(4)).double()
    values, found = [], []
    for critic in critics():
        penalty = wasserstein.gradient_penalty(critic, real, fake, generator_of(5))
        (penalty + wasserstein.critic_loss(critic(real), critic(fake))).backward()
        values.append(penalty.item())
        found.append(gradients(critic))
    assert values[0] == pytest.approx(values[1])
    # The bias of the last layer shifts all scores alike: neither loss has a gradient of it.
    assert_same(found[1], critic_weights(found[0]))


def test_the_leaky_relu_passes_pytorchs_checks_of_both_derivatives():
    given = torch.tensor([-2.0, -0.5, 0.7, 3.0], dtype=torch.double, requires_grad=True)
    for check in (torch.autograd.gradcheck, torch.autograd.gradgradcheck):
        assert check(lambda x: double_leaky(3 * x, 0.3) ** 3, given)
    with torch.no_grad():
        assert torch.equal(double_leaky(given.clone(), 0.3), torch.nn.LeakyReLU(0.3)(given))


def test_a_penalty_does_not_reach_below_the_leaky_relu():
    """What PyTorch's own sends there, zeros, costs a second backward pass."""
    given = torch.tensor([-1.0, 2.0], requires_grad=True)
    (slope,) = torch.autograd.grad(double_leaky(2 * given, 0.3).sum(), given, create_graph=True)
    assert slope.tolist() == pytest.approx([0.6, 2.0])
    weight = torch.tensor(1.0, requires_grad=True)
    assert torch.autograd.grad((weight * slope).sum(), given, allow_unused=True) == (None,)
