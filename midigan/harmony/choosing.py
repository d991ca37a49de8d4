"""From scores to what sounds: the best pitches, and of those only what is legal.

What is forbidden gives way note by note, not step by step: a note that is held is one choice, and
stays one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.harmony.octaves import nearest_octaves
from midigan.layout import Layout
from midigan.notes import Phrases

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

#: As far as a step is from a note to the next, in semitones.
_STEP = 2


def choose(
    scores: Floats,
    layout: Layout,
    legal: NDArray[np.bool_] | None = None,
    passing: NDArray[np.bool_] | None = None,
) -> Phrases:
    """Which cells sound, by scores relative to silence, `(n, tracks, bars, steps, pitches)`.

    A mono track plays its highest score if that is above 0, a poly track all that are. A
    -1/+1 array reads the same way.

    legal: bool `(tracks, pitches)`, the pitches that each track may choose; None for all.
    A pitch that is forbidden where it lies is played in the nearest octave in which it is legal:
    so a range keeps melody and harmony, and moves them. A pitch class that is forbidden gives way
    to the track's best one that is not, by the scores of all its steps, however low they are,
    because a hole in a line is heard as a mistake and a second choice is not; a chord keeps those
    that are legal. A track without legal pitches is silent.

    passing: like `legal`, pitches that a mono track may play in passing, too: in a note that begins
    off the beat, is shorter than one, and lies a step from those before and after it.
    """
    phrases = scores > 0
    for track, spec in enumerate(layout.tracks):
        own, cells = scores[:, track], phrases[:, track]
        if spec.mono:
            best = np.zeros_like(cells)
            np.put_along_axis(best, own.argmax(axis=-1)[..., None], True, axis=-1)
            cells &= best
        if legal is not None and not legal[track].all():
            notes = _Notes(own, cells, layout.beat_steps)
            also = (legal if passing is None else passing)[track]
            cells[:] = notes.line(legal[track], also) if spec.mono else notes.chord(legal[track])
    return phrases


class _Notes:
    """What a track wants to play, in runs of steps on which it wants the same.

    scores, cells: `(n, bars, steps, pitches)`, by which it wants what, and what that is.
    """

    def __init__(self, scores: Floats, cells: Phrases, beat_steps: int) -> None:
        n, bars, steps, pitches = self._shape = cells.shape
        self._scores, self._cells = scores.reshape(-1, pitches), cells.reshape(-1, pitches)
        begins = np.ones(n * bars * steps, np.bool_)
        begins[1:] = (self._cells[1:] != self._cells[:-1]).any(axis=1)
        begins[:: bars * steps] = True
        self._first = np.flatnonzero(begins)
        self._lengths = np.diff(np.append(self._first, len(begins)))
        self._wanted = self._cells.take(self._first, axis=0)
        self._free = np.where(self._wanted.any(axis=1), self._wanted.argmax(axis=1), -1)
        place = self._first % (bars * steps)
        self._opens, off_beat = place == 0, place % steps % beat_steps != 0
        self._light = off_beat & (self._lengths < beat_steps)

    def line(self, legal: NDArray[np.bool_], passing: NDArray[np.bool_]) -> Phrases:
        """One pitch at a time, of those that are legal; others in passing."""
        octave = nearest_octaves(legal)
        chosen = self._best(octave)
        self._pass(chosen, octave, nearest_octaves(passing))
        return self._on_steps(chosen[:, None] == np.arange(self._shape[-1]))

    def chord(self, legal: NDArray[np.bool_]) -> Phrases:
        """All pitches that are legal, or the best one."""
        octave = nearest_octaves(legal)
        note, pitch = np.nonzero(self._wanted & (octave >= 0))
        kept = np.zeros_like(self._wanted)
        kept[note, octave.take(pitch)] = True
        best = self._best(octave)[:, None] == np.arange(len(octave))
        return self._on_steps(kept | best & ~kept.any(axis=1, keepdims=True))

    def _best(self, octave: Ints) -> Ints:
        """The best pitch of each note, in the octave in which it is legal; -1 for silence."""
        able = octave >= 0
        if not able.any():
            return np.full(len(self._first), -1)
        sums = np.add.reduceat(self._scores, self._first, axis=0)
        best = octave.take(np.where(able, sums, -np.inf).argmax(axis=1))
        return np.where(self._free >= 0, best, -1)

    def _pass(self, chosen: Ints, octave: Ints, passing: Ints) -> None:
        """Let notes be what they were meant to be that pass between those chosen around them."""
        wanted = np.where(self._free >= 0, passing.take(self._free), -1)
        found = self._light & (wanted >= 0) & (octave.take(self._free) < 0)
        for other, open_end in ((1, self._opens), (-1, np.roll(self._opens, -1))):
            beside = np.roll(chosen, other)
            apart = np.abs(wanted - beside)
            found &= ~open_end & (beside >= 0) & (apart >= 1) & (apart <= _STEP)
        found[1:] &= ~found[:-1]
        chosen[found] = wanted[found]

    def _on_steps(self, played: NDArray[np.bool_]) -> Phrases:
        """The cells of what each note plays, bool `(notes, pitches)`."""
        return np.repeat(played, self._lengths, axis=0).reshape(self._shape)
