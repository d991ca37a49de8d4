"""The networks that are trained together: built by a recipe, averaged, and saved as tensors."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from midigan.errors import FormatError
from midigan.layout import Layout, Track
from midigan.training.networks.critic import IntervalCritic
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.musegan import MuseCritic, MuseGenerator, PhraseGenerator, Shape
from midigan.training.networks.voiced import DRUM_VOICES, VOICES, VoicedGenerator
from midigan.training.recipes.recipe import NetworkRecipe

Tensors = dict[str, Tensor]


def build_networks(
    recipe: NetworkRecipe, layout: Layout, seed: int, genres: int = 0
) -> tuple[PhraseGenerator, nn.Module]:
    """A generator and a critic with fresh weights, on the CPU; for so many genres, 0 for none.

    Raises FormatError for sizes that the family does not have or cannot build.
    """
    kinds: Mapping[str, tuple[Any, Any]] = {
        "book": (MuseGenerator, MuseCritic),
        "multiscale": (
            partial(multiscale, tracks=layout.tracks, beat=layout.beat_steps),
            IntervalCritic,
        ),
    }
    generator, critic = kinds[recipe.family]
    with torch.random.fork_rng(devices=[]):  # layers draw their first weights globally
        torch.manual_seed(seed)
        try:
            return (
                generator(layout.shape, **recipe.generator, genres=genres),
                critic(layout.shape, **recipe.critic, genres=genres),
            )
        except (TypeError, ValueError, RuntimeError) as error:
            raise FormatError(f"no {recipe.family} networks of these sizes: {error}") from error


def multiscale(
    shape: Shape, tracks: Sequence[Track], voices: int = VOICES, **sizes: Any
) -> PhraseGenerator:
    """A multiscale generator of tracks, of which poly ones have so many voices, drums fewer.

    voices: 0 lets a poly track choose each pitch apart.
    """
    mono = [track.mono for track in tracks]
    if all(mono) or voices == 0:
        return MultiscaleGenerator(shape, mono, **sizes)
    most = [1 if t.mono else min(voices, DRUM_VOICES) if t.drum else voices for t in tracks]
    return VoicedGenerator(shape, most, mono, **sizes)


class RunningAverage:
    """A generator whose weights are the exponentially falling average of another's.

    halflife: in phrases; over the first ones it is shorter, so that the first weights are
    soon forgotten. 0 makes the average the weights themselves.
    """

    #: The average reaches back over at most this share of the phrases seen.
    WARM_UP = 0.05

    def __init__(self, source: PhraseGenerator, halflife: float) -> None:
        self.module = copy.deepcopy(source).requires_grad_(False).eval()
        self.halflife = halflife

    @torch.no_grad()
    def update(self, source: nn.Module, step: int, batch: int) -> None:
        """Take in the weights after step `step`, counted from 1, of `batch` phrases."""
        halflife = min(self.halflife, self.WARM_UP * step * batch)
        weight = 1 - 0.5 ** (batch / halflife) if halflife > 0 else 1.0
        state = source.state_dict()
        for name, average in self.module.state_dict().items():
            if average.is_floating_point():
                average.lerp_(state[name], weight)
            else:
                average.copy_(state[name])


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Within the block gradients pass through a network but not into its weights."""
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> Tensors:
    """An optimizer's state as tensors named `parameter number.value`."""
    state = optimizer.state_dict()["state"]
    return {f"{i}.{name}": value for i, values in state.items() for name, value in values.items()}


def load_optimizer(optimizer: torch.optim.Optimizer, tensors: Tensors) -> None:
    """Put back what `optimizer_tensors` took out."""
    state: dict[int, Tensors] = {}
    for key, value in tensors.items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def load_weights(module: nn.Module, tensors: Tensors, what: str) -> None:
    """Load a state dict. Raises FormatError with one line if it is of other networks."""
    try:
        module.load_state_dict(tensors)
    except (RuntimeError, KeyError) as error:
        raise FormatError(
            f"{what} does not fit these networks: it was saved with another layout or recipe"
        ) from error
