"""Piano rolls of a report as SVG in text: two phrases side by side, with what they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import Phrases
from midigan.files.roll import in_unison, roll_of_notes
from midigan.layout import Layout
from midigan.notes import phrases_to_notes
from midigan.song import Notes

_STEP, _ROW, _MARGIN = 12.0, 5.0, 2
#: Okabe and Ito's colours are classes of the style sheet; tracks beyond them begin again.
COLOURS = 8
_BLACK_KEYS = (1, 3, 6, 8, 10)


@dataclass(frozen=True)
class _Rows:
    """Where pitches lie: those of two phrases from high to low, then a row for each drum."""

    low: int
    high: int
    drums: tuple[int, ...]

    @classmethod
    def of(cls, notes: Notes, drum: NDArray[np.bool_]) -> _Rows:
        """The rows that show all of the notes; drum: bool `(notes,)`."""
        pitches = notes["pitch"][~drum].astype(int)
        drums = tuple(int(pitch) for pitch in np.unique(notes["pitch"][drum])[::-1])
        if len(pitches):
            return cls(int(pitches.min()) - _MARGIN, int(pitches.max()) + _MARGIN, drums)
        return cls(58, 62, drums)

    @property
    def height(self) -> float:
        """Of all rows, and a free one above the drums."""
        return (self.high - self.low + 1 + bool(self.drums) + len(self.drums)) * _ROW

    def top(self, pitch: int, drum: bool) -> float:
        """Of a pitch's row."""
        if drum:
            return (self.high - self.low + 2 + self.drums.index(pitch)) * _ROW
        return (self.high - pitch) * _ROW


def roll_pair(first: Phrases, second: Phrases, layout: Layout) -> tuple[str, str]:
    """Two phrases as SVG, on the same rows of pitches.

    first, second: bool `(tracks, bars, steps, pitches)`. Notes that sound alike in both from
    beginning to end are full; the others are outlines filled lightly. A note in unison with one of
    an earlier track is thinner, so that both are seen.
    """
    notes = [phrases_to_notes(phrase[None], layout, joined=False) for phrase in (first, second)]
    together = np.concatenate(notes)
    rows = _Rows.of(together, _is_drum(together, layout))
    one, two = (
        _roll(own, _shared(own, other), layout, rows) for own, other in (notes, notes[::-1])
    )
    return one, two


def _is_drum(notes: Notes, layout: Layout) -> NDArray[np.bool_]:
    return np.array([track.drum for track in layout.tracks])[notes["track"]]


def _shared(own: Notes, other: Notes) -> list[bool]:
    """Whether each note is in the other phrase too, as it is."""
    columns = ("start", "length", "track", "pitch")
    known = {tuple(note[c].item() for c in columns) for note in other}
    return [tuple(note[c].item() for c in columns) in known for note in own]


def _roll(notes: Notes, shared: list[bool], layout: Layout, rows: _Rows) -> str:
    width, height = layout.phrase_steps * _STEP, rows.height
    parts = [
        f'<rect class="black" x="0" y="{rows.top(pitch, False):.1f}" width="{width}" '
        f'height="{_ROW}"/>'
        for pitch in range(rows.low, rows.high + 1)
        if pitch % 12 in _BLACK_KEYS
    ]
    for step in range(0, layout.phrase_steps + 1, layout.beat_steps):
        kind = "barline" if step % layout.steps == 0 else "beat"
        parts.append(
            f'<line class="{kind}" x1="{step * _STEP}" x2="{step * _STEP}" y1="0" y2="{height}"/>'
        )
    parts += _notes(notes, shared, layout, rows)
    return (
        f'<svg class="roll" viewBox="-1 0 {width + 2} {height}" role="img" '
        f'aria-label="piano roll of {len(notes)} notes">{"".join(parts)}</svg>'
    )


def _notes(notes: Notes, shared: list[bool], layout: Layout, rows: _Rows) -> list[str]:
    drum = _is_drum(notes, layout).tolist()
    doubled = in_unison(roll_of_notes(notes, layout, layout.bars).notes).tolist()
    boxes = []
    for note, alike, is_drum, thin in zip(notes, shared, drum, doubled, strict=True):
        x, y = int(note["start"]) * _STEP, rows.top(int(note["pitch"]), is_drum)
        edge = 1.6 if thin and not is_drum else 0.3
        boxes.append(
            f'<rect class="track t{int(note["track"]) % COLOURS}{"" if alike else " differs"}" '
            f'x="{x + 0.7:.1f}" y="{y + edge:.1f}" width="{int(note["length"]) * _STEP - 1.4:.1f}" '
            f'height="{_ROW - 2 * edge:.1f}" rx="1.6"/>'
        )
    return boxes
