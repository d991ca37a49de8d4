"""The book's networks: their published sizes, and what each noise input means."""

import pytest
import torch

from midigan.errors import FormatError
from midigan.layout import load_layout
from midigan.training.networks.models import build_networks
from midigan.training.networks.musegan import (
    MuseCritic,
    MuseGenerator,
    TemporalNetworks,
    initialise,
)
from midigan.training.networks.noise import draw_noise, generator_of
from midigan.training.recipes.recipe import NetworkRecipe, load_recipe

CPU = torch.device("cpu")
SHAPE = (3, 2, 8, 24)


def size(network):
    return sum(p.numel() for p in network.parameters())


def noise(n=4, tracks=3, seed=0):
    return list(draw_noise(generator_of(seed), n, tracks, CPU))


@pytest.fixture
def generator():
    """Tiny, with weights large enough for its noise to be heard without training."""
    torch.manual_seed(0)
    network = MuseGenerator(SHAPE, hidden=16, features=16).eval()
    for weights in network.parameters():
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, 0.0, 0.5)
    return network


def test_the_book_recipe_has_the_published_number_of_parameters():
    recipe = load_recipe("book")
    generator, critic = build_networks(recipe.networks, load_layout("satb"), 0)
    assert (size(generator), size(critic)) == (6_576_612, 1_446_401)


@pytest.mark.parametrize(
    "shape", [(4, 2, 16, 84), (1, 1, 1, 12), (3, 5, 12, 88), (5, 3, 24, 128), (2, 1, 96, 13)]
)
def test_any_number_of_tracks_bars_steps_and_pitches(shape):
    generator = MuseGenerator(shape, hidden=8, features=8)
    critic = MuseCritic(shape, hidden=2, features=4)
    scores = generator(*noise(3, shape[0]))
    assert scores.shape == (3, *shape)
    assert scores.abs().max() <= 1
    assert critic(scores).shape == (3,)


def test_the_critic_sees_every_cell():
    shape = (2, 3, 10, 29)
    torch.manual_seed(0)
    critic = MuseCritic(shape, hidden=4, features=8)
    phrase = torch.zeros(1, *shape, requires_grad=True)
    critic(phrase).backward()
    assert (phrase.grad != 0).all()


def test_style_is_the_same_in_every_bar_and_groove_too(generator):
    """With the vectors that change from bar to bar silenced, all bars are the same."""
    torch.nn.init.zeros_(generator.temporal_networks.net[6].weight)
    with torch.no_grad():
        bars = generator(*noise()).unbind(2)
        assert torch.equal(bars[0], bars[1])
        assert bars[0].std(dim=0).max() > 0, "style and groove make the phrases differ"


def test_chords_and_melody_change_from_bar_to_bar(generator):
    with torch.no_grad():
        bars = generator(*noise()).unbind(2)
    assert not torch.allclose(bars[0], bars[1])


@pytest.mark.parametrize("index", [2, 3])
def test_melody_and_groove_of_a_track_change_that_track_only(generator, index):
    given, other = noise(), noise(seed=1)
    changed = list(given)
    changed[index] = given[index].clone()
    changed[index][:, 1] = other[index][:, 1]
    with torch.no_grad():
        difference = (generator(*given) - generator(*changed)).abs().amax(dim=(0, 2, 3, 4))
    assert difference[1] > 0
    assert difference[0] == difference[2] == 0


@pytest.mark.parametrize("index", [0, 1])
def test_chords_and_style_change_every_track(generator, index):
    given = noise()
    changed = [noise(seed=1)[i] if i == index else vector for i, vector in enumerate(given)]
    with torch.no_grad():
        difference = (generator(*given) - generator(*changed)).abs().amax(dim=(0, 2, 3, 4))
    assert (difference > 0).all()


def test_normalisation_weights_start_around_one_and_others_around_zero():
    torch.manual_seed(0)
    network = TemporalNetworks(1, 2, 512).apply(initialise)
    assert network.net[3].weight.mean().item() == pytest.approx(1, abs=0.01)
    assert network.net[2].weight.mean().item() == pytest.approx(0, abs=0.01)
    assert network.net[2].weight.std().item() == pytest.approx(0.02, rel=0.1)


def test_sizes_that_do_not_fit_are_refused_in_one_line():
    layout = load_layout("satb")
    odd = NetworkRecipe("book", generator={"hidden": 16, "features": 20})
    with pytest.raises(FormatError, match="multiple"):
        build_networks(odd, layout, 0)
    with pytest.raises(FormatError, match="no book networks of these sizes"):
        build_networks(NetworkRecipe("book", generator={"depth": 3}), layout, 0)
    turns = NetworkRecipe("multiscale", generator={"at_once": [5, 2, 2]})
    with pytest.raises(FormatError, match=r"\[5, 2, 2\] at once are not 4 in all"):
        build_networks(turns, layout, 0)


def test_first_weights_depend_on_the_seed_alone():
    recipe = NetworkRecipe("book", {"hidden": 8, "features": 8}, {"hidden": 2, "features": 4})
    layout = load_layout("satb")
    states = []
    for seed, elsewhere in ((1, 5), (1, 6), (2, 5)):
        torch.manual_seed(elsewhere)
        states.append(build_networks(recipe, layout, seed)[0].state_dict())
        after = torch.rand(1)
        torch.manual_seed(elsewhere)
        assert torch.equal(after, torch.rand(1)), "the global generator is left as it was"
    name = "bar_generators.first.weight"
    assert torch.equal(states[0][name], states[1][name])
    assert not torch.equal(states[0][name], states[2][name])
