"""Layers that the multiscale generator and its critic share: steps are rows, channels columns."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.2  # of the leaky ReLUs
RELU_GAIN = 1.4


class StepConvolution(nn.Module):
    """A convolution over three neighbouring steps as one matrix product, `(n, steps, channels)`."""

    def __init__(self, inputs: int, outputs: int, gain: float = RELU_GAIN) -> None:
        super().__init__()
        self.linear = linear(3 * inputs, outputs, gain)

    def forward(self, hidden: Tensor) -> Tensor:
        """Steps beyond either end are zero."""
        before = functional.pad(hidden, (0, 0, 1, -1))
        after = functional.pad(hidden, (0, 0, -1, 1))
        convolved: Tensor = self.linear(torch.cat([before, hidden, after], dim=2))
        return convolved


def linear(inputs: int, outputs: int, gain: float = 1.0) -> nn.Linear:
    """A linear layer that scales the deviation of its inputs by about `gain`."""
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, 0, gain / math.sqrt(inputs))
    nn.init.zeros_(layer.bias)
    return layer


def pitch_map(pitches: int, outputs: int) -> nn.Linear:
    """A linear map of a step's pitches that starts with what pitches have in common.

    Half of the outputs start as pitch classes (or mixtures of them), half as waves over the
    height, from one that spans all pitches to one that spans an octave.
    """
    layer = linear(pitches, outputs)
    pitch = torch.arange(pitches)
    classes = outputs // 2
    mixture = torch.eye(12) if classes == 12 else torch.randn(classes, 12) / math.sqrt(12)
    spans = torch.logspace(math.log10(2 * pitches), math.log10(24), outputs - classes)
    waves = torch.cos(2 * math.pi * (pitch / spans[:, None] + torch.rand(len(spans), 1)))
    with torch.no_grad():
        layer.weight.mul_(0.3)
        layer.weight[:classes] += 2 * mixture[:, pitch % 12]
        layer.weight[classes:] += waves
    return layer


def leaky(hidden: Tensor) -> Tensor:
    """The activation of all layers here."""
    return functional.leaky_relu(hidden, SLOPE)


def joined(hidden: Tensor) -> Tensor:
    """Every two steps as one: `(n, steps, channels)` to `(n, steps / 2, 2 * channels)`."""
    n, steps, channels = hidden.shape
    return hidden.reshape(n, steps // 2, 2 * channels)
