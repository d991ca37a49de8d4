"""Networks that take a genre beside the noise, in PyTorch and in the files made of them."""

import io
from dataclasses import replace

import onnx
import torch
from pattern import (
    TINY_BOOK,
    genre_set,
    tiny_layout,
    tiny_recipe,
)

from midigan.generator import GENRE
from midigan.latents import Latents
from midigan.training.exporting.onnx_file import convert
from midigan.training.exporting.program_file import to_program
from midigan.training.losses.objective import knowing
from midigan.training.networks.models import build_networks
from midigan.training.networks.noise import any_noise
from midigan.training.runs.batches import to_tensor

CPU = torch.device("cpu")


def eager_book():
    """A generator of the book's kind for two genres, all of whose weights matter."""
    generator, _ = build_networks(tiny_recipe(networks=TINY_BOOK).networks, tiny_layout(), 1, 2)
    rng = torch.Generator().manual_seed(1)
    for weights in generator.parameters():
        weights.data += 0.3 * torch.randn(weights.shape, generator=rng)
    return generator.eval()


def test_a_graph_that_is_traced_takes_genres():
    """Converting compares them with PyTorch for any blends; here, that these would show."""
    generator = eager_book()
    draw = any_noise(2, 2)
    one, other = (generator(*draw(3)[:4], label.expand(3, -1)).detach() for label in torch.eye(2))
    assert (one - other).abs().max() > 0.01
    found = convert(generator, draw, (*Latents._fields, GENRE), "phrase", "{}")
    given = onnx.load_from_string(found.content).graph.input
    assert [value.name for value in given] == [*Latents._fields, GENRE]


def test_voices_of_poly_tracks_take_genres():
    layout = tiny_layout()
    poly = replace(layout, tracks=tuple(replace(track, mono=False) for track in layout.tracks))
    generator, _ = build_networks(tiny_recipe().networks, poly, 1, 2)
    rng = torch.Generator().manual_seed(1)
    for weights in generator.parameters():
        weights.data += 0.1 * torch.randn(weights.shape, generator=rng)
    draw = any_noise(2, 2)
    one, other = (
        generator.eval()(*draw(9)[:4], label.expand(9, -1)).detach() for label in torch.eye(2)
    )
    assert ((one > 0) != (other > 0)).any()
    found = convert(generator, draw, (*Latents._fields, GENRE), "phrase", "{}")
    given = onnx.load_from_string(found.content).graph.input
    assert [value.name for value in given] == [*Latents._fields, GENRE]
    real = to_tensor(genre_set(2, layout=poly).phrases(slice(4)), CPU)
    surprises = [
        generator.likelihood_loss(real, torch.Generator().manual_seed(1), label.expand(4, -1))
        for label in torch.eye(2)
    ]
    assert surprises[0] != surprises[1]


def test_a_program_takes_genres_too():
    generator = eager_book()
    program = torch.export.load(io.BytesIO(to_program(generator, any_noise(2, 2), "{}").content))
    noise = any_noise(2, 2)(4)
    with torch.no_grad():
        torch.testing.assert_close(program.module()(*noise), generator(*noise))


def test_networks_without_genres_are_what_they_were():
    recipe = tiny_recipe().networks
    for one, two in zip(
        build_networks(recipe, tiny_layout(), 1),
        build_networks(recipe, tiny_layout(), 1, 2),
        strict=True,
    ):
        assert one.state_dict().keys() <= two.state_dict().keys()
        assert not any("genre" in name for name in one.state_dict())


def test_a_critic_hears_the_label_of_each_phrase_in_each_round():
    heard = []

    def critic(phrases, genre):
        heard.append(genre)
        return phrases

    labels = torch.eye(2)
    knowing(critic, labels)(torch.zeros(4, 1))
    assert heard[0].tolist() == [*labels.tolist(), *labels.tolist()]
    assert knowing(critic, None) is critic
