"""The critic of the multiscale generator: ears for lines, for pairs of lines, for whole phrases."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.training.layers import (
    RELU_GAIN,
    StepConvolution,
    in_columns,
    joined,
    leaky,
    linear,
    pitch_map,
)
from midigan.training.networks import Shape


class CompactCritic(nn.Module):
    """Phrases to scores: float32 `(n, tracks, bars, steps, pitches)` of -1/+1 to `(n,)`.

    Three kinds of ears, one after the other: each track's line by itself (one convolution over
    the steps, shared by the tracks), every two lines together (one layer, shared by the pairs),
    and all of them over ever longer times. Pitches enter by one linear map, which starts out
    knowing octaves and heights. There is no normalisation, which penalties on a phrase's slope
    forbid.

    embedding: length of a pitch's vector; line, pair: channels of a track and of two tracks;
    fine, middle, coarse: channels at one, two and four steps; features: of the whole phrase.
    """

    def __init__(
        self,
        shape: Shape,
        embedding: int = 24,
        line: int = 48,
        pair: int = 32,
        fine: int = 128,
        middle: int = 192,
        coarse: int = 192,
        features: int = 128,
    ) -> None:
        super().__init__()
        tracks, bars, steps, pitches = shape
        length = bars * steps
        self.padding = -length % 4
        self.pitch = pitch_map(pitches, embedding)
        self.place = nn.Parameter(0.3 * torch.randn(tracks, length, embedding))
        self.line = StepConvolution(embedding, line)
        self.upper, self.lower = linear(line, pair), linear(line, pair)
        pairs = list(combinations(range(tracks), 2))
        self.first, self.second = [a for a, _ in pairs], [b for _, b in pairs]
        self.fine = linear(tracks * line + len(pairs) * pair, fine, RELU_GAIN)
        self.halve = linear(2 * fine, middle, RELU_GAIN)
        self.middle = StepConvolution(middle, middle)
        self.quarter = linear(2 * middle, coarse, RELU_GAIN)
        self.whole = linear((length + self.padding) // 4 * coarse, features, RELU_GAIN)
        self.score = linear(features, 1)

    def forward(self, phrase: Tensor) -> Tensor:
        """How real phrases seem; only differences of scores mean something."""
        cells = (phrase.flatten(2, 3) + 1) / 2  # (n, tracks, bars * steps, pitches)
        hidden = self.pitch(cells) + self.place
        n, tracks, length, embedding = hidden.shape
        lines = leaky(self.line(hidden.reshape(n * tracks, length, embedding)))
        lines = lines.reshape(n, tracks, length, -1)
        both = self.upper(lines)[:, self.first] + self.lower(lines)[:, self.second]
        heard = torch.cat([in_columns(lines), in_columns(leaky(both))], dim=2)
        hidden = functional.pad(leaky(self.fine(heard)), (0, 0, 0, self.padding))
        hidden = leaky(self.halve(joined(hidden)))
        hidden = leaky(self.middle(hidden))
        hidden = leaky(self.quarter(joined(hidden)))
        score: Tensor = self.score(leaky(self.whole(hidden.flatten(1))))
        return score.flatten()
