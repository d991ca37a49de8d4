"""Training on a device whose tensors must not meet the CPU's, as on a GPU."""

import pytest
import torch
from pattern import TINY_BOOK, TINY_MULTISCALE, pattern_set, tiny_recipe
from second_device import HOME, second_device

from midigan.layout import load_layout
from midigan.training.networks.models import build_networks
from midigan.training.runs.batches import Batches
from midigan.training.runs.quality import sample
from midigan.training.runs.trainer import Trainer

LEARNS = {"likelihood_weight": 1.0}


def trainer(recipe, device, phrases):
    batches = Batches(phrases, recipe.data, recipe.training.batch, 0)
    networks = build_networks(recipe.networks, phrases.layout, 0)
    return Trainer(recipe, *networks, batches, 0, device)


def equal(one, two):
    return all(
        torch.equal(value.cpu(), two[group][name].cpu())
        for group, members in one.items()
        for name, value in members.items()
    )


def test_it_refuses_what_a_gpu_refuses():
    with second_device() as device:
        there = torch.nn.Linear(4, 2).to(device)
        assert there(torch.ones(3, 4, device=device)).device == device
        with pytest.raises(RuntimeError, match="both devices"):
            there(torch.ones(3, 4))


@pytest.mark.parametrize(
    ("networks", "loss", "layout"),
    [
        (TINY_BOOK, {"family": "wasserstein"}, None),
        (TINY_MULTISCALE, {"family": "relativistic", **LEARNS}, None),
        (TINY_MULTISCALE, {"family": "wasserstein", **LEARNS}, load_layout("band")),
    ],
)
def test_it_trains_there_as_here(networks, loss, layout):
    training = {"critic_steps": 2, "ema_halflife": 50}
    recipe = tiny_recipe(networks=networks, loss=loss, training=training)
    phrases = pattern_set(layout=layout)
    here = trainer(recipe, HOME, phrases)
    with second_device() as device:
        there, resumed = (trainer(recipe, device, phrases) for _ in range(2))
        for _ in range(2):
            here.step(0.0)
            there.step(0.0)
        assert there.losses() == here.losses()
        assert equal(there.tensors(), here.tensors())
        drawn = [
            sample(of.average.module, phrases.layout, 8, of.device).tobytes()
            for of in (here, there)
        ]
        assert drawn[0] == drawn[1]
        resumed.restore(here.tensors(), here.steps)
        for each in (here, resumed):
            each.step(0.0)
        assert equal(resumed.tensors(), here.tensors())
