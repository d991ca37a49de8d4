"""Accents: how strongly each beat of songs speaks for a bar line, heard from its notes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.files.aligning.heard import Heard

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

#: The bass of a beat on which nothing begins: C5, above any bass.
_NO_BASS = 72

#: So many beats' harmonies are compared at a time: they stay in the processor's cache.
_AT_ONCE = 1 << 12

#: No note counts as longer than this, in beats.
_LONGEST = 4.0

#: Pitch class of each MIDI pitch: looking it up is faster than dividing.
_PITCH_CLASS = np.arange(256) % 12

#: How much long notes, loud ones, a dip of the bass and a change of harmony speak for a bar
#: line: the weights of `accents`. Fitted to every second song of POP909 by
#: `benchmarks/phase.py --fit`, and measured on the others.
WEIGHTS = (1.59, 2.7, 1.0, 4.9)


@dataclass(frozen=True, eq=False)
class Accents:
    """How strongly each beat of songs speaks for a bar line.

    strength: float `(n,)`, the beats of one song after another, with a 0 before and behind
        those of each.
    first, counts: int64 `(songs,)`, where the beats of each song begin, and how many they are.
    """

    strength: Floats
    first: Ints
    counts: Ints

    def of_song(self, number: int) -> Floats:
        """Those of one song: float `(beats,)`."""
        first = self.first[number]
        return self.strength[first : first + self.counts[number]]


def lengths_in_beats(heard: Heard) -> Floats:
    """How long each note lasts, in beats, at most _LONGEST: float `(notes,)`."""
    lengths = heard.column("length", np.float64)
    lengths *= np.repeat([1 / score.ppq for score in heard.scores], np.diff(heard.first))
    return np.minimum(lengths, _LONGEST, out=lengths)


def accents(
    position: Ints, length: Floats, heard: Heard, weights: Sequence[float] = WEIGHTS
) -> Accents:
    """How strongly each beat speaks for a bar line.

    position: the sixteenth on which each note begins, counted from a beat.
    length: see `lengths_in_beats`.
    weights: of the four signs: the squared lengths, and the velocities, of all notes that
        begin on the beat, as multiples of the song's average; how far the bass is below
        its neighbours, in octaves; and how far the harmony of two beats is from that of the
        two before, 0..1.
    """
    counts = (np.maximum.reduceat(position, heard.first[:-1]) >> 2) + 1
    # All songs' beats on one axis, with a silent one before and behind those of each song.
    ends = np.append(0, np.cumsum(counts + 2))
    first = ends[:-1] + 1
    beat = (position >> 2) + np.repeat(first, np.diff(heard.first))
    pitch = heard.column("pitch", np.int64)
    on = np.flatnonzero(position & 3 == 0)
    begun, size = beat.take(on), int(ends[-1])
    lasts = length.take(on)
    long = np.bincount(begun, lasts * lasts, size)
    loud = np.bincount(begun, heard.column("velocity").take(on), size)
    total = long * _scale(long, first, counts, weights[0])
    total += loud * _scale(loud, first, counts, weights[1])
    total[1:-1] += _bass_dips(begun, pitch.take(on), size) * (weights[2] / 12)
    changes = _harmony_changes(beat, pitch, length, size) * weights[3]
    # Two beats are needed to hear a harmony in, and two before to hear it change.
    changes[first] = changes[first + 1] = 0
    total += changes
    total[first - 1] = total[first + counts] = 0
    return Accents(total, first, counts)


def sums_by_song(values: NDArray[Any], first: Ints, counts: Ints) -> Floats:
    """The sums of each song's beats, which are laid out like `Accents`: float `(songs,)`."""
    # From the 0 before them on: so `sum` begins, too.
    return np.add.reduceat(values, np.stack([first - 1, first + counts], 1).ravel())[::2]


def _scale(sign: NDArray[Any], first: Ints, counts: Ints, weight: float) -> Floats:
    """What makes the beats of each song have an average of `weight`: `(n,)`."""
    scales = weight * counts / np.maximum(sums_by_song(sign, first, counts), 1e-9)
    return np.repeat(scales, counts + 2)


def _bass_dips(beat: Ints, pitch: Ints, size: int) -> Ints:
    """How far the lowest note of each beat is below those beside it, in semitones each."""
    bass = np.full(size, _NO_BASS)
    np.minimum.at(bass, beat, pitch)
    return bass[:-2] + bass[2:] - 2 * bass[1:-1]


def _harmony_changes(beat: Ints, pitch: Ints, length: Floats, size: int) -> Floats:
    """One minus the cosine of the pitch classes of two beats and the two before: `(size,)`.

    The first two and the last are 0; silence has none.
    """
    place = (_PITCH_CLASS * size).take(pitch)
    place += beat
    chroma = np.bincount(place, length, 12 * size)
    chroma = chroma.reshape(12, size)
    changes = np.zeros(size)
    for begin in range(0, size - 3, _AT_ONCE):
        part = chroma[:, begin : begin + _AT_ONCE + 3]
        two = part[:, :-1] + part[:, 1:]
        own = np.sqrt(np.einsum("ij,ij->j", two, two))
        sizes = own[:-2] * own[2:]
        like = np.einsum("ij,ij->j", two[:, :-2], two[:, 2:])
        changes[begin + 2 : begin + 2 + len(sizes)] = (sizes - like) / (sizes + 1e-9)
    return changes
