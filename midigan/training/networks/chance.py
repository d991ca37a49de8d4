"""From noise to choices: every cell of a phrase gets a normal number, and that number a pitch."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def spread(cells: int, noise: int) -> Tensor:
    """A fixed map `(cells, noise)` of standard normal noise to a standard normal for each cell.

    The cells are independent as long as there are no more of them than noise.
    """
    rng = torch.Generator().manual_seed(cells)
    size = max(cells, noise)
    basis, _ = torch.linalg.qr(torch.randn(size, size, generator=rng))
    rows = basis[:cells, :noise]
    return rows / rows.norm(dim=1, keepdim=True)


def mixed(shared: Tensor, own: Tensor, share: float) -> Tensor:
    """Two standard normal noises as one, `share` of whose variance comes from the first."""
    return math.sqrt(share) * shared + math.sqrt(1 - share) * own


def picked(logits: Tensor, height: Tensor) -> Tensor:
    """Scores by which exactly the pitch at `height` 0..1 of the distribution plays, or none.

    logits: `(..., pitches)` relative to silence, which lies lowest. The pitch's score is
    above 0 and all others', which keep their order; where silence plays, all are below 0.
    """
    share = functional.pad(logits, (1, 0)).softmax(dim=-1)
    passed = (share.cumsum(dim=-1) <= height).sum(dim=-1, keepdim=True)  # 0 is silence
    index = torch.arange(1, share.shape[-1], device=logits.device)
    chosen = (index == passed.clamp(max=share.shape[-1] - 1)).to(logits.dtype)
    below = logits - logits.amax(dim=-1, keepdim=True).clamp(min=0) - 1
    above = 1 + (logits - logits.detach())  # 1, with the logit's gradient
    return torch.where(chosen > 0, above, below)


def picked_each(logits: Tensor, height: Tensor) -> Tensor:
    """Scores by which each pitch plays with its own probability, `height` 0..1 deciding all.

    logits: `(..., pitches)` relative to silence; the scores, above 0 for what plays, are like
    them. Each pitch turns the height by another part of the circle, so that they decide apart.
    """
    turn = torch.arange(logits.shape[-1], device=logits.device) * ((math.sqrt(5) - 1) / 2)
    own = torch.frac(height + turn).clamp(1e-6, 1 - 1e-6)
    return logits - torch.logit(1 - own)


def played(scores: Tensor, mono: bool) -> Tensor:
    """What plays, as 0 and 1, of a track's scores `(..., pitches)` relative to silence."""
    sounding = scores > 0
    if mono:
        sounding = sounding & (scores == scores.amax(dim=-1, keepdim=True))
    return sounding.to(scores.dtype)
