"""Rules: what songs are put on, and which are left out."""

from __future__ import annotations

from dataclasses import dataclass

from midigan.files.aligning import meters
from midigan.files.aligning.bars import Bars
from midigan.files.opening.read import AS_WRITTEN, Reading
from midigan.layout import Layout


@dataclass(frozen=True)
class Rules:
    """What songs are put on, and which are left out; see `encode`."""

    layout: Layout
    meter: str = meters.PAD
    max_off_grid: float = 1.0
    reading: Reading = AS_WRITTEN

    def against_bars(self, bars: Bars) -> str | None:
        """Why a song of these bars is left out; None if it is not."""
        return meters.against(self.meter, bars)

    def against_rounding(self, share: float) -> str | None:
        """Why a song is left out of whose notes a share begins between steps."""
        if share > self.max_off_grid:
            return f"too far off the grid: {share:.0%} of its notes"
        return None
