"""The book's networks as they are published: convolutions, in loops over bars and tracks.

Layers and their names are those of github.com/markhliu/DGAI, so that a state dict of these
networks is what a `MuseGAN_G.pth` holds. midigan computes the same as matrix products
(`midigan/training/networks/musegan.py`); `step.py` compares the two, and a test holds them equal.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

NOISE = 32
TRACKS, BARS, STEPS, PITCHES = 4, 2, 16, 84


class TemporalNetwork(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Unflatten(1, (NOISE, 1, 1)),
            nn.ConvTranspose2d(NOISE, hidden, (2, 1)),
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(hidden, NOISE, (BARS - 1, 1)),
            nn.BatchNorm2d(NOISE),
            nn.ReLU(inplace=True),
            nn.Flatten(2),
        )

    def forward(self, vector: Tensor) -> Tensor:
        return self.net(vector)


def upsampled(inputs: int, outputs: int, factor: tuple[int, int]) -> list[nn.Module]:
    layer = nn.ConvTranspose2d(inputs, outputs, factor, factor)
    return [layer, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


class BarGenerator(nn.Module):
    def __init__(self, features: int, wide: int) -> None:
        super().__init__()
        narrow = wide // 2
        self.net = nn.Sequential(
            nn.Linear(4 * NOISE, features),
            nn.BatchNorm1d(features),
            nn.ReLU(inplace=True),
            nn.Unflatten(1, (wide, features // wide, 1)),
            *upsampled(wide, wide, (2, 1)),
            *upsampled(wide, narrow, (2, 1)),
            *upsampled(narrow, narrow, (2, 1)),
            *upsampled(narrow, narrow, (1, 7)),
            nn.ConvTranspose2d(narrow, 1, (1, 12), (1, 12)),
            nn.Unflatten(1, (1, 1)),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        return self.net(vectors)  # (n, 1, 1, steps, pitches)


class PlainGenerator(nn.Module):
    """bars_apart: each bar is normalised by itself in training, as published, or both together.

    The published scores have no tanh, which phrases of -1/+1 need; it is here as in midigan.
    """

    def __init__(self, hidden: int = 1024, features: int = 1024, *, bars_apart: bool = True):
        super().__init__()
        self.bars_apart = bars_apart
        self.chords_network = TemporalNetwork(hidden)
        self.melody_networks = nn.ModuleDict(
            {f"melodygen_{track}": TemporalNetwork(hidden) for track in range(TRACKS)}
        )
        self.bar_generators = nn.ModuleDict(
            {f"bargen_{track}": BarGenerator(features, hidden // 2) for track in range(TRACKS)}
        )

    def forward(self, chords: Tensor, style: Tensor, melody: Tensor, groove: Tensor) -> Tensor:
        by_bar = self.chords_network(chords)
        bars = []
        for bar in range(BARS):
            tracks = []
            for track in range(TRACKS):
                own = self.melody_networks[f"melodygen_{track}"](melody[:, track])[:, :, bar]
                tracks.append(torch.cat([by_bar[:, :, bar], style, own, groove[:, track]], dim=1))
            bars.append(tracks)
        if not self.bars_apart:
            bars = [[torch.cat(both) for both in zip(*bars, strict=True)]]
        made = [
            torch.cat(
                [self.bar_generators[f"bargen_{i}"](vectors) for i, vectors in enumerate(tracks)],
                dim=1,
            )
            for tracks in bars
        ]
        if not self.bars_apart:
            made = list(made[0].chunk(BARS))
        return torch.tanh(torch.cat(made, dim=2))


def convolved(
    inputs: int,
    outputs: int,
    kernel: tuple[int, int, int],
    stride: tuple[int, int, int],
    padding: int = 0,
) -> list[nn.Module]:
    layer = nn.Conv3d(inputs, outputs, kernel, stride, (0, padding, 0))
    return [layer, nn.LeakyReLU(0.3, inplace=True)]


class PlainCritic(nn.Module):
    def __init__(self, hidden: int = 128, features: int = 1024) -> None:
        super().__init__()
        self.seq = nn.Sequential(
            *convolved(TRACKS, hidden, (2, 1, 1), (1, 1, 1)),
            *convolved(hidden, hidden, (BARS - 1, 1, 1), (1, 1, 1)),
            *convolved(hidden, hidden, (1, 1, 12), (1, 1, 12)),
            *convolved(hidden, hidden, (1, 1, 7), (1, 1, 7)),
            *convolved(hidden, hidden, (1, 2, 1), (1, 2, 1)),
            *convolved(hidden, hidden, (1, 2, 1), (1, 2, 1)),
            *convolved(hidden, 2 * hidden, (1, 4, 1), (1, 2, 1), 1),
            *convolved(2 * hidden, 4 * hidden, (1, 3, 1), (1, 2, 1), 1),
            nn.Flatten(),
            nn.Linear(4 * hidden, features),
            nn.LeakyReLU(0.3, inplace=True),
            nn.Linear(features, 1),
            nn.Flatten(0),
        )

    def forward(self, phrase: Tensor) -> Tensor:
        return self.seq(phrase)


def critic_weights(published: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dict of `PlainCritic` as midigan's critic has it: a convolution's cells in a row.

    Also turns a dict of gradients; a row's order is bars or pitches or steps, then channels,
    but for the first layer's, which is tracks, then bars.
    """
    names = (
        ["pairs_of_bars"]
        + [f"folds.{i}" for i in range(5)]
        + ["wide_steps", "wider_steps", "whole", "score"]
    )
    weights = {}
    for name, number in zip(names, (0, 2, 4, 6, 8, 10, 12, 14, 17, 19), strict=True):
        weight = published[f"seq.{number}.weight"]
        if number > 0 and weight.dim() > 2:
            weight = weight.flatten(2).transpose(1, 2)
        weights[f"{name}.weight"] = weight.flatten(1)
        weights[f"{name}.bias"] = published[f"seq.{number}.bias"]
    return weights
