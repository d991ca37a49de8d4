"""What a phrase's style says of its rhythm: counted, not found by learning.

Songs hold on to a rhythm: nine bars of crotchets have no semiquaver, the tenth is full of them.
Steps of a level are chosen at once, so that only the style, which all of them hear, can tell them
so; left to itself, likelihood finds no use for it, and every phrase gets a few of everything.
So some of the style's numbers are, in real phrases, how much begins on the steps of each level and
how much is silent. Each number is the normal one of its rank among songs, and what they have in
common is taken out, so that normal noise in their place asks for rhythms as songs have them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

#: What chance adds to each number in teaching, and the share of the variance that is left.
DEVIATION = 0.3
KEPT = math.sqrt(1 - DEVIATION**2)

#: No rank is nearer than this to the lowest or the highest.
_RAREST = 1e-3


class Rhythm(nn.Module):
    """Counts what begins in phrases level by level, and what is silent, as normal numbers.

    order: the steps that each level chooses, from coarse to fine. Nothing is counted of the
    first, nor known of songs before `learn`.
    """

    shares: Tensor  # (numbers, counts + 1): of songs' phrases with fewer than so many
    apart: Tensor  # (numbers, numbers): takes out what they have in common

    def __init__(self, order: Sequence[range], tracks: int, pitches: int) -> None:
        super().__init__()
        self.order = list(order)
        self.numbers = len(self.order)  # the finer levels, and silence
        length = sum(map(len, self.order))
        counts = length * tracks + 1
        spread = torch.linspace(0, 1, counts + 1).repeat(self.numbers, 1)
        self.register_buffer("shares", spread)
        self.register_buffer("apart", torch.eye(self.numbers))
        rng = torch.Generator().manual_seed(length)
        ties = 100 * torch.rand(length * tracks * pitches, self.numbers, generator=rng)
        self.register_buffer("ties", ties, persistent=False)

    ties: Tensor

    def forward(self, cells: Tensor) -> Tensor:
        """cells: 0 and 1, `(n, length, tracks, pitches)`; returns `(n, numbers)`."""
        with torch.autocast(cells.device.type, enabled=False):  # bfloat16 has no room for ties
            return self._ranked(cells.float()) @ self.apart.T

    @torch.no_grad()
    def learn(self, cells: Tensor) -> None:
        """See in songs' cells how often each count is, and which go together."""
        counts = self.counts(cells)
        found = torch.arange(self.shares.shape[1], device=cells.device)
        below = counts[:, :, None] < found
        self.shares.copy_(below.float().mean(dim=0))
        ranked = self._ranked(cells)
        common = ranked.T @ ranked / len(ranked) + 1e-3 * torch.eye(self.numbers).to(ranked)
        lower = torch.linalg.cholesky(common)
        self.apart.copy_(torch.linalg.inv(lower))

    def counts(self, cells: Tensor) -> Tensor:
        """Of each finer level what begins on its steps, and what is silent: `(n, numbers)`."""
        before = functional.pad(cells, (0, 0, 0, 0, 1, -1))
        begins = (cells - before).amax(dim=-1).clamp(min=0).sum(dim=2)  # (n, length)
        levels = [begins[:, steps.start :: steps.step].sum(dim=1) for steps in self.order[1:]]
        silent = (1 - cells.amax(dim=-1)).sum(dim=(1, 2))
        return torch.stack([*levels, silent], dim=1).long()

    def _ranked(self, cells: Tensor) -> Tensor:
        """The counts as normal numbers; phrases that count alike are spread by their notes."""
        counts = self.counts(cells).T  # (numbers, n)
        tie = torch.frac(cells.flatten(1) @ self.ties).T
        low, high = self.shares.gather(1, counts), self.shares.gather(1, counts + 1)
        rank = (low + tie * (high - low)).clamp(_RAREST, 1 - _RAREST)
        return (math.sqrt(2) * torch.erfinv(2 * rank - 1)).T
