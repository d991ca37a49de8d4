"""The critic of the multiscale generator: it hears intervals, between tracks and in time.

What a rule of counterpoint speaks of is an interval: between two tracks on a step, or between
two steps of a track. A critic of pitches would have to learn each of them at every height; this
one is given them. A pitch is a set of waves, `exp(2i pi k pitch / PERIOD)`, and the product of
one pitch's waves with the conjugates of another's are the waves of the interval between them,
from which one small layer makes of each interval what it likes. Silence has no waves, and so
no intervals. All of it can be differentiated, as often as penalties on slopes need.
"""

from __future__ import annotations

import math
from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.training.networks.layers import StepConvolution, joined, leaky, linear
from midigan.training.networks.musegan import Shape, projected

#: Layers begin with little weight: with more they know the songs by heart before they know music.
GAIN = 0.6

#: Intervals are told apart up to this many semitones in all, downward and upward together.
PERIOD = 48


class IntervalCritic(nn.Module):
    """Phrases to scores: float32 `(n, tracks, bars, steps, pitches)` of -1/+1 to `(n,)`.

    There is no normalisation, which penalties on a phrase's slope forbid.

    interval: numbers that are made of each interval and each pitch; channels: of what is heard
    at one, two, four and eight steps; genres: how many labels there are, `genre` `(n, genres)`
    is then one more input.
    """

    waves: Tensor  # (pitches, 2 * waves): cosines, then sines

    def __init__(
        self, shape: Shape, interval: int = 12, channels: int = 96, *, genres: int = 0
    ) -> None:
        super().__init__()
        tracks, bars, steps, pitches = shape
        length = bars * steps
        self.padding = -length % 8
        turns = torch.arange(pitches)[:, None] * torch.arange(PERIOD // 2 + 1) % PERIOD
        angles = 2 * math.pi * turns / PERIOD
        self.register_buffer("waves", torch.cat([angles.cos(), angles.sin()], 1), persistent=False)
        pairs = list(combinations(range(tracks), 2))
        self.first, self.second = [a for a, _ in pairs], [b for _, b in pairs]
        self.between = _of_waves(len(pairs), interval)
        self.moves, self.places = _of_waves(tracks, interval), _of_waves(tracks, interval)
        self.when = nn.Parameter(0.3 * torch.randn(length, interval))
        self.listen = StepConvolution((len(pairs) + 2 * tracks + 1) * interval, channels, GAIN)
        self.halves = nn.ModuleList(linear(2 * channels, channels, GAIN) for _ in range(3))
        self.score = linear(2 * channels, 1)
        self.genre = nn.Linear(genres, 2 * channels, bias=False) if genres else None

    def forward(self, phrase: Tensor, genre: Tensor | None = None) -> Tensor:
        """How real -1/+1 phrases seem, `(n,)`; only differences of scores mean something."""
        cells = (phrase.flatten(2, 3) + 1) / 2  # (n, tracks, bars * steps, pitches)
        pitch = cells @ self.waves
        before = functional.pad(pitch, (0, 0, 1, -1))
        heard = [
            relation(pitch[:, self.first], pitch[:, self.second]) @ self.between,
            relation(pitch, before) @ self.moves,
            pitch @ self.places,
            self.when.expand(phrase.shape[0], 1, -1, -1),
        ]
        hidden = torch.cat(heard, dim=1).transpose(1, 2).flatten(2)
        hidden = functional.pad(leaky(self.listen(hidden)), (0, 0, 0, self.padding))
        for halve in self.halves:
            hidden = leaky(halve(joined(hidden)))
        summed = torch.cat([hidden.mean(dim=1), hidden.amax(dim=1)], dim=1)
        return projected(self.score(summed).flatten(), summed, self.genre, genre)


def relation(upper: Tensor, lower: Tensor) -> Tensor:
    """The waves of the interval from `lower` up to `upper`, both waves `(..., 2 * waves)`."""
    (a, b), (c, d) = upper.chunk(2, dim=-1), lower.chunk(2, dim=-1)
    return torch.cat([a * c + b * d, b * c - a * d], dim=-1)


def _of_waves(kinds: int, outputs: int) -> nn.Parameter:
    """For each of some kinds, a map of waves to numbers of a deviation of about a half."""
    waves = 2 * (PERIOD // 2 + 1)
    return nn.Parameter(torch.randn(kinds, waves, outputs) * 0.7 / math.sqrt(waves))
