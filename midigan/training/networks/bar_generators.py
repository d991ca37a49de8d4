"""The bar generators of the book's MuseGAN, all tracks side by side, as matrix products."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.errors import FormatError

OCTAVE = 12


class Expansion(nn.Module):
    """Of each track, a transposed convolution that makes `factor` cells of each.

    `(tracks, inputs, cells)` to `(tracks, outputs, factor * cells)`: the new place comes before
    the old ones, which keeps all of it one matrix product a track.
    """

    def __init__(self, tracks: int, inputs: int, outputs: int, factor: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(tracks, outputs, factor, inputs))
        self.bias = nn.Parameter(torch.empty(tracks, outputs))

    def forward(self, hidden: Tensor) -> Tensor:
        """The cells of each track by its own weights."""
        return _expanded(self.weight, self.bias, hidden)


class NormalisedExpansion(Expansion):
    """An expansion, batch normalisation of each channel of each track, and a ReLU."""

    def __init__(self, tracks: int, inputs: int, outputs: int, factor: int = 1) -> None:
        super().__init__(tracks, inputs, outputs, factor)
        self.norm = nn.BatchNorm1d(tracks * outputs)

    def forward(self, hidden: Tensor) -> Tensor:
        """Tracks and channels are one to the normalisation, which weights take in if they can."""
        if self.training:
            made = super().forward(hidden)
            return functional.relu_(self.norm(made.flatten(0, 1)[None]).view_as(made))
        norm = self.norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = (norm.weight * torch.rsqrt(norm.running_var + norm.eps)).view_as(self.bias)
        bias = (self.bias - norm.running_mean.view_as(self.bias)) * scale
        bias = bias + norm.bias.view_as(bias)
        return functional.relu_(_expanded(self.weight * scale[..., None, None], bias, hidden))


def _expanded(weight: Tensor, bias: Tensor, hidden: Tensor) -> Tensor:
    """Rows of the product are an output's places, so that none is moved in memory."""
    tracks, outputs, factor, _ = weight.shape
    each = bias[:, :, None].expand(-1, -1, factor).flatten(1)[:, :, None]
    made = torch.baddbmm(each, weight.flatten(1, 2), hidden)
    return made.reshape(tracks, outputs, factor * hidden.shape[2])


class BarGenerators(nn.Module):
    """The bar generators of all tracks side by side: vectors in a row to a bar's scores.

    `(tracks, inputs, bars)` to `(tracks, bars, steps, pitches)`, before the tanh; `bars` are
    those of all phrases. hidden: channels of the temporal networks; the layers here have half as
    many. features: outputs of the first one, a multiple of these. Steps and pitches that
    the layers cannot hit exactly are made too many and cut off.
    """

    def __init__(
        self, tracks: int, steps: int, pitches: int, hidden: int, features: int, inputs: int
    ) -> None:
        super().__init__()
        wide = hidden // 2
        narrow = wide // 2
        if narrow == 0 or features % wide != 0:
            raise FormatError(
                f"features is {features} and hidden {hidden}: features must be a multiple of "
                "hidden / 2, and hidden at least 4"
            )
        self.steps, self.pitches, self.wide = steps, pitches, wide
        self.rows = features // wide  # 2 for a bar of 16 steps
        last = parts(steps, 4 * self.rows)  # ... and 2
        self.factors = (2, 2, last, parts(pitches, OCTAVE), OCTAVE)
        self.first = NormalisedExpansion(tracks, inputs, features)
        self.middle = nn.Sequential(
            NormalisedExpansion(tracks, wide, wide, self.factors[0]),
            NormalisedExpansion(tracks, wide, narrow, self.factors[1]),
            NormalisedExpansion(tracks, narrow, narrow, self.factors[2]),
            NormalisedExpansion(tracks, narrow, narrow, self.factors[3]),
        )
        self.last = Expansion(tracks, narrow, 1, self.factors[4])

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores of bars, each track by its own network."""
        tracks, _, bars = vectors.shape
        hidden = self.first(vectors).view(tracks, self.wide, self.rows * bars)
        places = self.last(self.middle(hidden))
        places = places.view(tracks, *self.factors[::-1], self.rows, bars)
        # Axes: tracks, pitch in the octave, octave, fine steps to coarse ones, bars.
        scores = places.permute(0, 7, 6, 5, 4, 3, 2, 1).flatten(2, 5).flatten(3)
        return scores[..., : self.steps, : self.pitches]


def parts(whole: int, size: int) -> int:
    """How many parts of `size` it takes to hold `whole`."""
    return -(-whole // size)
