"""Weights of the PyTorch book's MuseGAN, as its own code saves them, for midigan's networks.

`torch.save(generator.state_dict(), "MuseGAN_G.pth")` of "Learn Generative AI with PyTorch" (Mark
Liu, chapter 13; github.com/markhliu/DGAI) and of its source, github.com/akanametov/musegan:
the names and the order of layers are the same in both.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from midigan.errors import FormatError
from midigan.training.networks.models import Tensors
from midigan.training.networks.musegan import MuseGenerator, Shape

CHORDS = "chords_network.net"
MELODY = "melody_networks.melodygen_{}.net"
BAR = "bar_generators.bargen_{}.net"

WEIGHT = ("weight", "bias")
NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")

#: Numbers of a bar generator's transposed convolutions and of their normalisations there.
EXPANSIONS, NORMS = (4, 7, 10, 13, 16), (5, 8, 11, 14)

#: What midigan calls a bar generator's layers, in their order.
OWN_PRODUCTS = ("first", *(f"middle.{i}" for i in range(4)), "last")
OWN_NORMS = tuple(f"{name}.norm" for name in OWN_PRODUCTS[:-1])

NO_DICT = "is not a state dict: save generator.state_dict() with torch.save"


def load_book(path: Path) -> tuple[MuseGenerator, Shape]:
    """A generator from a file of the book's code, and the shape of its phrases.

    Nothing but tensors is read from it, never code. Raises FormatError, in one line, if it is
    not there, or is not the state dict of a published generator.
    """
    try:
        published = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise FormatError(f"no file {path}") from error
    except pickle.UnpicklingError as error:
        raise FormatError(f"{path} {NO_DICT}") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise FormatError(f"{path} is not a file of PyTorch's, or it is damaged") from error
    if not isinstance(published, Mapping) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in published.items()
    ):
        raise FormatError(
            f"{path} is not a state dict: save generator.state_dict() with torch.save"
        )
    try:
        return generator_from_book(published)
    except FormatError as error:
        raise FormatError(
            f"{path} does not hold the weights of the book's MuseGAN generator: {error}"
        ) from error


def generator_from_book(published: Mapping[str, Tensor]) -> tuple[MuseGenerator, Shape]:
    """A generator with the weights of a published one's state dict, and its phrases' shape.

    Its scores have no tanh. Sizes are read off the weights. Raises FormatError, with what is
    missing or wrong, for other dicts.
    """
    _refuse_others(published)
    tracks = _tracks(published)
    try:
        features = published[f"{BAR.format(0)}.0.weight"].shape[0]
        hidden = published[f"{CHORDS}.1.weight"].shape[1]
        bars = 1 + published[f"{CHORDS}.4.weight"].shape[2]
        octaves, octave = (published[f"{BAR.format(0)}.{i}.weight"].shape[3] for i in (13, 16))
        shape = (tracks, bars, 8 * (2 * features // hidden), octaves * octave)
        generator = MuseGenerator(shape, hidden, features, bounded=False)
        generator.load_state_dict(_renamed(published, tracks))
    except (RuntimeError, ValueError, IndexError, ZeroDivisionError, FormatError) as error:
        raise FormatError("its tensors are of other sizes") from error
    return generator, shape


def _tracks(published: Mapping[str, Tensor]) -> int:
    prefix = BAR.partition("{")[0]
    return len({name.split(".")[1] for name in published if name.startswith(prefix)})


def _refuse_others(published: Mapping[str, Tensor]) -> None:
    """Raise FormatError unless all names are there, and no others."""
    tracks = range(max(1, _tracks(published)))
    temporal = [CHORDS, *(MELODY.format(track) for track in tracks)]
    bars = [BAR.format(track) for track in tracks]
    legal = _names(temporal, (1, 4), WEIGHT) | _names(temporal, (2, 5), NORM)
    legal |= _names(bars, (0, *EXPANSIONS), WEIGHT) | _names(bars, (1, *NORMS), NORM)
    missing, unknown = sorted(legal - set(published)), sorted(set(published) - legal)
    for what, names in (("lacks", missing), ("also has", unknown)):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise FormatError(f"it {what} {names[0]}{more}")


def _names(nets: Sequence[str], numbers: Sequence[int], kinds: Sequence[str]) -> set[str]:
    return {f"{net}.{number}.{kind}" for net in nets for number in numbers for kind in kinds}


def _renamed(published: Mapping[str, Tensor], tracks: int) -> Tensors:
    """The published tensors under midigan's names, those of all tracks in one."""
    temporal = [*(MELODY.format(track) for track in range(tracks)), CHORDS]
    bars = [BAR.format(track) for track in range(tracks)]
    weights: Tensors = {}

    def normalisation(name: str, nets: Sequence[str], number: int) -> None:
        for kind in NORM[:-1]:
            weights[f"{name}.{kind}"] = torch.cat([published[f"{n}.{number}.{kind}"] for n in nets])
        weights[f"{name}.{NORM[-1]}"] = published[f"{nets[0]}.{number}.{NORM[-1]}"]

    for number in (1, 4):
        for kind in WEIGHT:
            every = [published[f"{net}.{number}.{kind}"] for net in temporal]
            joined = torch.cat(every)  # (networks * inputs, outputs, bars, 1), or biases
            own = f"temporal_networks.net.{number + 1}.{kind}"
            weights[own] = joined.squeeze(3) if kind == "weight" else joined
        normalisation(f"temporal_networks.net.{number + 2}", temporal, number + 1)
    for name, number in zip(OWN_PRODUCTS, (0, *EXPANSIONS), strict=True):
        stacked = torch.stack([published[f"{net}.{number}.weight"] for net in bars])
        # From (tracks, inputs, outputs, factor), or of the first (tracks, outputs, inputs).
        turned = stacked.flatten(3).permute(0, 2, 3, 1) if number else stacked.unsqueeze(2)
        weights[f"bar_generators.{name}.weight"] = turned
        biases = [published[f"{net}.{number}.bias"] for net in bars]
        weights[f"bar_generators.{name}.bias"] = torch.stack(biases)
    for name, number in zip(OWN_NORMS, (1, *NORMS), strict=True):
        normalisation(f"bar_generators.{name}", bars, number)
    return weights
