"""Reads the style of real phrases, so that the generator can be taught with it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from midigan.training.networks.layers import StepConvolution, leaky, linear, pitch_map
from midigan.training.networks.musegan import Shape
from midigan.training.networks.rhythm import DEVIATION, KEPT, Rhythm

#: What is read may say this much (in nats) before it costs anything, so that it says something at
#: all (free bits: arXiv 1606.04934).
FREE_NATS = 4.0


class StyleReader(nn.Module):
    """What style a real phrase has: mean and deviation of its style vector, each `(n, noise)`.

    order: the steps that each level chooses: the first numbers are then counted, see `Rhythm`.
    """

    def __init__(
        self,
        shape: Shape,
        noise: int,
        embedding: int,
        order: Sequence[range] = (),
        channels: int = 96,
    ) -> None:
        super().__init__()
        tracks, _, _, pitches = shape
        self.rhythm = Rhythm(order, tracks, pitches) if order else None
        self.pitch = pitch_map(pitches, embedding)
        self.listen = StepConvolution(tracks * embedding, channels)
        self.summary = linear(2 * channels, 2 * noise, 0.5)

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """cells: 0 and 1, `(n, bars * steps, tracks, pitches)`."""
        heard = leaky(self.listen(self.pitch(cells).flatten(2)))
        summed = torch.cat([heard.mean(dim=1), heard.amax(dim=1)], dim=1)
        mean, log_deviation = self.summary(summed).chunk(2, dim=1)
        deviation = log_deviation.clamp(-5, 2).exp()
        if self.rhythm is None:
            return mean, deviation
        counted = KEPT * self.rhythm(cells)
        said, found = torch.full_like(counted, DEVIATION), counted.shape[1]
        return (
            torch.cat([counted, mean[:, found:]], dim=1),
            torch.cat([said, deviation[:, found:]], dim=1),
        )

    def draw(self, cells: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """A style by chance, `(n, noise)`, and the nats that it costs, a scalar."""
        mean, deviation = self(cells)
        drawn = torch.randn(mean.shape, generator=rng).to(mean.device)
        spent = (0.5 * (mean.square() + deviation.square() - 1) - deviation.log()).mean(dim=0)
        counted = self.rhythm.numbers if self.rhythm else 0
        cost = spent[:counted].sum() + spent[counted:].sum().clamp(min=FREE_NATS)
        return mean + deviation * drawn, cost
