"""How pictures look: paper, ink, colours of tracks, and the heights of what they show."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from midigan.files.roll import Roll, drum_name

#: Okabe and Ito's colours, which people see apart whatever their colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#8A8A8A")

#: How light the colours are in turn, where there are more tracks than colours.
_TURNS = (1.0, 0.6, 1.4)


@dataclass(frozen=True)
class Theme:
    """The colours of a picture but those of its tracks."""

    paper: str
    black_keys: str
    beats: str
    bars: str
    quiet: str
    ink: str


LIGHT = Theme("#FFFFFF", "#F4F5F7", "#E8EAED", "#B4B9C1", "#7B828C", "#22262B")
DARK = Theme("#16181C", "#1C1F24", "#262A31", "#4A505A", "#8B929D", "#E8EAED")

#: Inches. A page has room for a legend's names and a scale on its left.
WIDTH, LEFT = 13.0, 0.8
INNER = WIDTH - LEFT - 0.35
ROUND = 0.025
_LEAST_HEIGHT = 0.9


@dataclass(frozen=True)
class Heights:
    """Inches of a semitone, a row of drums, all rows at most, and what parts two systems."""

    semitone: float = 0.08
    drum_row: float = 0.14
    drums: float = 2.6
    gap: float = 0.42


#: A sheet shows many phrases, so that it must be seen at a glance.
ROLL, SHEET = Heights(), Heights(semitone=0.045, drum_row=0.1, drums=1.0, gap=0.36)


@dataclass(frozen=True)
class Scale:
    """What all systems of a picture share: their pitches and rows of drums, and the theme."""

    pitches: tuple[int, int] | None
    drums: tuple[str, ...]
    theme: Theme
    inches: Heights = ROLL

    @classmethod
    def of(cls, roll: Roll, theme: Theme, bars: int, inches: Heights = ROLL) -> Scale:
        """The scale that shows all notes of a roll's first bars."""
        notes = roll.notes[roll.notes["start"] < roll.bar_lines[bars]]
        drum = roll.is_drum(notes)
        pitched = notes["pitch"][~drum].astype(int)
        names = [drum_name(int(pitch)) for pitch in np.unique(notes["pitch"][drum])]
        drums = tuple(dict.fromkeys(names))
        if len(pitched):
            return cls((int(pitched.min()) - 2, int(pitched.max()) + 3), drums, theme, inches)
        return cls(None if drums else (57, 75), drums, theme, inches)

    @property
    def heights(self) -> tuple[float, float]:
        """Inches of the lane of pitches and of that of drums."""
        low, high = self.pitches or (0, 0)
        pitched = max((high - low) * self.inches.semitone, _LEAST_HEIGHT) if self.pitches else 0.0
        return pitched, min(len(self.drums) * self.inches.drum_row, self.inches.drums)

    @property
    def step(self) -> float:
        """Inches from the top of one system to that of the next."""
        return sum(self.heights) + self.inches.gap


def colour(track: int) -> str:
    """The colour of a track as `#RRGGBB`; the first that are alike are 24 tracks apart."""
    turn, which = divmod(track, len(COLOURS))
    code = COLOURS[which]
    if not turn % len(_TURNS):
        return code
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    light = min(light * _TURNS[turn % len(_TURNS)], 0.85)
    return "#" + "".join(f"{round(255 * v):02X}" for v in colorsys.hls_to_rgb(hue, light, full))
