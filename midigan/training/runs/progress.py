"""What a training session says of itself: where it is, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from midigan.training.runs.trainer import Losses

#: Why a session ended: its plan was done, it was asked to, or held-out quality rose no more.
Reason = Literal["done", "stopped", "patience"]


@dataclass(frozen=True)
class Progress:
    """Where a session is. `fraction` 0..1 of the plan; `quality` 0..1, None before it is known."""

    step: int
    epoch: float
    seconds: float
    fraction: float
    losses: Losses
    quality: float | None


@dataclass(frozen=True)
class Outcome:
    """How a session ended, and how far the run is since its beginning.

    quality: of the weights that are kept, on held-out songs; `first_quality` of the run's first.
    """

    reason: Reason
    steps: int
    epochs: float
    seconds: float
    first_quality: float | None
    quality: float | None
