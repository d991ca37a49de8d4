"""Counts of what a phrase's notes do, many phrases at once: the field's histograms.

Here a note is what a player would strike, see `notes.phrases_to_notes`: on a drum track every
cell is a hit, on the others a pitch that goes on is one note, over the bar line too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import Phrases, Values
from midigan.layout import Layout
from midigan.notes import phrases_to_notes
from midigan.song import Notes

#: MIDI pitches.
PITCHES = 128


@dataclass(frozen=True, eq=False)
class Tally:
    """The notes of `n` phrases, and the histograms that measures and features are made of.

    notes: NOTE array of all phrases, see `of`; `phrase` int64 `(notes,)`: which phrase each is of.
    """

    layout: Layout
    count: int
    notes: Notes
    phrase: NDArray[np.int64]

    @classmethod
    def of(cls, phrases: Phrases, layout: Layout) -> Tally:
        """Read the notes of phrases, bool `(n, tracks, bars, steps, pitches)`."""
        notes = phrases_to_notes(phrases, layout, joined=False)
        return cls(layout, len(phrases), notes, notes["start"] // layout.phrase_steps)

    @cached_property
    def drum(self) -> NDArray[np.bool_]:
        """Bool `(notes,)`: whether each note is a drum's."""
        drums = np.array([track.drum for track in self.layout.tracks])
        return drums[self.notes["track"]]

    @cached_property
    def onsets(self) -> Values:
        """Notes that begin on each step, float64 `(n, tracks, bars * steps)`."""
        step = self.notes["start"] % self.layout.phrase_steps
        return self._counts((self.notes["track"], step), self._shape(self.layout.phrase_steps))

    @cached_property
    def pitches(self) -> Values:
        """Notes of each MIDI pitch in all tracks that are not drums, float64 `(n, 128)`."""
        return self._counts((self.notes["pitch"],), (PITCHES,), ~self.drum)

    @cached_property
    def pitch_classes(self) -> Values:
        """Notes of each pitch class, C first, float64 `(n, tracks, 12)`; 0 for drums."""
        where = (self.notes["track"], self.notes["pitch"] % 12)
        return self._counts(where, self._shape(12), ~self.drum)

    @cached_property
    def lengths(self) -> Values:
        """Notes of each length in steps from 1 on, float64 `(n, tracks, bars * steps)`."""
        longest = self.layout.phrase_steps
        where = (self.notes["track"], self.notes["length"] - 1)
        return self._counts(where, self._shape(longest), ~self.drum)

    def _shape(self, last: int) -> tuple[int, int]:
        return len(self.layout.tracks), last

    def _counts(
        self,
        where: tuple[NDArray[np.integer], ...],
        shape: tuple[int, ...],
        chosen: NDArray[np.bool_] | slice = slice(None),
    ) -> Values:
        """How many of the chosen notes each cell of an array `(n, *shape)` has."""
        index = (self.phrase[chosen], *(axis[chosen].astype(np.int64) for axis in where))
        whole = (self.count, *shape)
        flat = np.ravel_multi_index(index, whole)
        return np.bincount(flat, minlength=int(np.prod(whole))).reshape(whole).astype(np.float64)
