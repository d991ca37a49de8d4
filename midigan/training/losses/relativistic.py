"""The relativistic pairing losses with zero-centred penalties of R3GAN (arXiv 2501.05441).

The critic's score of a phrase means nothing by itself: each real phrase is compared with a
generated one, the critic widening the difference and the generator closing it (arXiv
1807.00734). Every real phrase so keeps a generated one to itself, which holds modes together.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def critic_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """How little more real the real phrase of each pair seems: `mean(log(1 + exp(fake - real)))`.

    Both `(n,)`; log(2), about 0.69, is what a critic scores that cannot tell.
    """
    return functional.softplus(fake_scores - real_scores).mean()


def generator_loss(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """How little more real the generated phrase of each pair seems; both `(n,)`."""
    return functional.softplus(real_scores - fake_scores).mean()


def slope_penalty(scores: Tensor, phrases: Tensor) -> Tensor:
    """How steep the critic is at phrases: the squared norm of its gradient, mean over them.

    scores: `(n,)`, what the critic made of `phrases`, which require a gradient. At real
    phrases this is R1, at generated ones R2 (arXiv 1801.04406); the losses take half of each,
    times a weight. Without it critics of discrete phrases win at once; with too much of it
    they cannot hear a single wrong note.
    """
    (slope,) = torch.autograd.grad(scores.sum(), phrases, create_graph=True)
    return slope.flatten(1).square().sum(dim=1).mean()
