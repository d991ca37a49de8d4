"""Reads the style of real phrases, so that the generator can be taught with it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from midigan.training.networks.layers import StepConvolution, leaky, linear, pitch_map
from midigan.training.networks.musegan import Shape


class StyleReader(nn.Module):
    """What style a real phrase has: mean and deviation of its style vector, each `(n, noise)`."""

    def __init__(self, shape: Shape, noise: int, embedding: int, channels: int = 96) -> None:
        super().__init__()
        tracks, _, _, pitches = shape
        self.pitch = pitch_map(pitches, embedding)
        self.listen = StepConvolution(tracks * embedding, channels)
        self.summary = linear(2 * channels, 2 * noise, 0.5)

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """cells: 0 and 1, `(n, bars * steps, tracks, pitches)`."""
        heard = leaky(self.listen(self.pitch(cells).flatten(2)))
        summed = torch.cat([heard.mean(dim=1), heard.amax(dim=1)], dim=1)
        mean, log_deviation = self.summary(summed).chunk(2, dim=1)
        return mean, log_deviation.clamp(-5, 2).exp()
