"""Among which pitches the tracks choose: those that hold most of what songs play.

Few songs use more than two thirds of the pitches that there are, and of those that are out of the
question nothing needs to be worked out while playing.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

#: The logit and the score of a pitch outside: beside others nothing is left of its share.
NEVER = -1e4


class Compass(nn.Module):
    """Knows from which pitch on the tracks have so many to choose among; before it learns, all.

    size: how many, 0 for all. Raises ValueError if there are none of that number.
    """

    lowest: Tensor  # int64 scalar, counted from 1; 0 before it learns

    def __init__(self, pitches: int, size: int) -> None:
        super().__init__()
        if size not in range(pitches + 1):
            raise ValueError(f"a compass is 0 (all) to {pitches} pitches, not {size}")
        self.pitches, self.size = pitches, size or pitches
        self.register_buffer("lowest", torch.tensor(0))

    @torch.no_grad()
    def learn(self, phrases: Tensor) -> None:
        """Find what holds most of the notes of -1/+1 `phrases` `(..., pitches)`, if not all do."""
        if self.size == self.pitches:
            return
        counts = (phrases > 0).flatten(0, -2).sum(dim=0)
        held = counts.unfold(0, self.size, 1).sum(dim=1)
        # In the middle of those that hold as much: what is played is seldom at the edge.
        best = (held == held.max()).nonzero().flatten()
        self.lowest.copy_(best[len(best) // 2] + 1)

    def inside(self) -> range:
        """The pitches to choose among."""
        low = int(self.lowest)
        return range(low - 1, low - 1 + self.size) if low else range(self.pitches)

    def outside(self) -> Tensor:
        """Which pitches are not: bool `(pitches,)`."""
        each = torch.arange(1, self.pitches + 1, device=self.lowest.device)
        low = self.lowest
        return (low > 0) & ((each < low) | (each >= low + self.size))

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        """Weights that were saved before there was a compass have all pitches."""
        state_dict.setdefault(prefix + "lowest", torch.zeros_like(self.lowest))
        super()._load_from_state_dict(state_dict, prefix, *rest)
