"""What of a run's past matters to its future, besides tensors."""

from __future__ import annotations

from dataclasses import dataclass, field

from midigan import __version__


@dataclass
class Course:
    """How far a run is and how good it was, kept in each checkpoint.

    first: held-out quality (0..1) before the first step; quality: when it was measured last, after
    the step `measured`; best: of the state that is kept, None before there is one. stale:
    how often it was measured since without being better.
    """

    seconds: float = 0.0
    first: float | None = None
    quality: float | None = None
    measured: int | None = None
    best: float | None = None
    stale: int = 0
    version: str = field(default=__version__)

    def meet(self, quality: float) -> bool:
        """Take in a new quality; whether it is the best so far, and its state worth keeping."""
        self.quality = quality
        better = self.best is None or quality > self.best
        self.best = quality if better else self.best
        self.stale = 0 if better else self.stale + 1
        return better
