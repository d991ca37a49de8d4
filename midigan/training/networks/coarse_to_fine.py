"""The order in which steps are chosen, and how those between come in between."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def chosen_steps(length: int, spacings: Sequence[int]) -> list[range]:
    """Which of `length` steps each level chooses, from coarse to fine."""
    first, *finer = spacings
    return [range(0, length, first), *(range(space, length, 2 * space) for space in finer)]


def interleaved(known: Tensor, new: Tensor) -> Tensor:
    """Known steps with the new ones between them: `(n, steps, tracks, pitches)` along axis 1."""
    missing = known.shape[1] - new.shape[1]
    padded = functional.pad(new, (0, 0, 0, 0, 0, missing))
    both = torch.stack([known, padded], dim=2).flatten(1, 2)
    return both[:, : known.shape[1] + new.shape[1]]
