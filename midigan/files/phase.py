"""Phase: where the beats and the bar lines of music lie, heard from its notes alone.

Files that were played freely, or cut out of a longer take, have notes on a sound grid that
begins anywhere: tick 0 is neither a beat nor a bar line. What tells the beat is where long
notes begin. What tells the bar line is, beside that, where many loud notes begin together,
the bass goes down and the harmony changes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.files.score import Score, TickArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

#: Bins in a sixteenth, to find where in it notes begin; and how many on either side of the
#: fullest one count as on the grid (a sixteenth of a sixteenth, as in `grid`). Notes less than
#: _EARLY sixteenths before tick 0, or after it, are meant to begin there.
_BINS, _SHIFT, _NEAR = 64, 6, 4
_EARLY = 1 / 8
_AROUND, _WINDOW = np.arange(-_NEAR, _BINS + _NEAR) % _BINS, np.ones(2 * _NEAR + 1, np.int64)

#: How many notes are looked at to tell where exactly in its bin a sixteenth begins.
_FEW = 512

#: The bass of a beat on which nothing begins: C5, above any bass.
_NO_BASS = 72

#: Beats from the first note on that are listened to (half an hour at 120 bpm), and beats
#: that a song may be moved by without a difference to any bar.
_HEARD_BEATS, _ANY_BAR = 4096, 12

#: Pitch class of each MIDI pitch: looking it up is faster than dividing.
_PITCH_CLASS = np.arange(256) % 12

#: No note counts as longer than this, in beats.
_LONGEST = 4.0

#: How much long notes, loud ones, a dip of the bass and a change of harmony speak for a bar
#: line: the weights of `accents`. Fitted to every second song of POP909 by
#: `benchmarks/phase.py --fit`, and measured on the others.
WEIGHTS = (1.59, 2.7, 1.0, 4.9)

#: How much the share of long notes speaks for a beat. By hand: songs leave little doubt.
_BEAT_WEIGHT = 10.0

#: How much more alike beats three apart must be than those four apart to be bars of three.
_TRIPLE_MARGIN = 0.1


@dataclass(frozen=True)
class Phase:
    """Where beats and bars begin, and whether the file's own grid has them there.

    beat_tick, bar_tick: the first beat, and the first bar line, at or after tick 0.
    beats: quarter notes in a bar, 4 or 3.
    beat_confidence, bar_confidence: how likely each is right, 0..1.
    own_confidence: how likely tick 0 is a bar line, 0..1.
    """

    beat_tick: int
    bar_tick: int
    beats: int
    beat_confidence: float
    bar_confidence: float
    own_confidence: float


@dataclass(frozen=True, eq=False)
class Heard:
    """The notes that are listened to: arrays `(notes,)`.

    notes: TICK_NOTE.
    start: int64, when each begins, in bins of a sixteenth, from `origin`.
    length: float, how long each lasts, in beats, at most _LONGEST.
    few: float, when the first few begin, in sixteenths from tick 0.
    origin: beats from tick 0, a multiple of any bar.
    """

    notes: TickArray
    start: Ints
    length: Floats
    few: Floats
    origin: int

    @classmethod
    def of(cls, score: Score) -> Heard:
        """The notes of a score; drums only where there is nothing else."""
        notes = score.notes
        drum = [track.drum for track in score.tracks]
        if any(drum):
            tonal = np.flatnonzero(~np.array(drum).take(notes["source"]))
            notes = notes.take(tonal) if len(tonal) else notes
        sixteenths = notes["start"] * (4 / score.ppq)
        start = (sixteenths * _BINS).astype(np.int64)
        origin = int(start.min()) // (4 * _BINS * _ANY_BAR) * _ANY_BAR
        if origin:
            start -= origin * 4 * _BINS
        if start.max() >= 4 * _BINS * _HEARD_BEATS:
            near = np.flatnonzero(start < 4 * _BINS * _HEARD_BEATS)
            notes, start, sixteenths = notes.take(near), start.take(near), sixteenths.take(near)
        length = notes["length"] * (1 / score.ppq)
        np.minimum(length, _LONGEST, out=length)
        return cls(notes, start, length, sixteenths[:_FEW], origin)

    def positions(self, first: float) -> Ints:
        """The nearest sixteenth of each note, of those that are a whole number from `first`.

        first: sixteenths from `origin`.
        """
        return (self.start + (_BINS // 2 - round(first * _BINS))) >> _SHIFT


@dataclass(frozen=True)
class Grid:
    """The sixteenths of the music: where in those counted from tick 0 they begin, 0 to 1.

    Notes less than _EARLY sixteenths before tick 0 are meant to begin on it: then `offset`
    is below 0. `share` is that of the notes, 0..1, that begin on these sixteenths.
    """

    offset: float
    share: float

    @property
    def in_place(self) -> bool:
        """Whether they are those counted from tick 0, nearly."""
        return self.offset < _EARLY


def find_grid(heard: Heard) -> Grid:
    """The sixteenths on which most notes begin."""
    counts = np.bincount(heard.start & (_BINS - 1), minlength=_BINS)
    near = np.convolve(counts.take(_AROUND), _WINDOW, "valid")
    best = int(near.argmax())
    offset = (best + 0.5) / _BINS
    away = heard.few - (offset - 0.5)
    away -= np.floor(away) + 0.5
    close = away[np.abs(away) * _BINS < _NEAR + 1]
    if len(close):
        offset += float(close.sum()) / len(close)
    return Grid((offset + _EARLY) % 1 - _EARLY, int(near[best]) / len(heard.start))


def find_phase(score: Score, beats: int | None = None) -> Phase:
    """The phase of the music in `score`, which has notes; beats are quarter notes.

    beats: how many there are in a bar; None hears whether it is 4 or 3.
    """
    heard = Heard.of(score)
    return phase_on(heard, find_grid(heard), score.ppq, beats)


def phase_on(heard: Heard, grid: Grid, ppq: int, beats: int | None = None) -> Phase:
    """Like `find_phase`, where the grid is known already."""
    position = heard.positions(grid.offset)
    long = np.bincount(position & 3, heard.length, 4).tolist()
    beat = _likely([4 * _BEAT_WEIGHT * share / max(sum(long), 1e-9) for share in long])
    first = beat.index(max(beat))
    # Beats are counted from one that no note comes before.
    begin = first - 4 * (int(position.min()) < first)
    strength = accents(position - begin, heard)
    beats = beats or _beats_in_bar(strength)
    bar = _likely(fold(strength, beats).tolist())
    line = bar.index(max(bar))
    sixteenth = ppq / 4
    return Phase(
        round((grid.offset + first) * sixteenth) % ppq,
        round((grid.offset + begin + 4 * line) * sixteenth) % (beats * ppq),
        beats,
        beat[first],
        beat[first] * bar[line],
        beat[0] * bar[-begin // 4 % beats] if first == 0 and grid.in_place else 0.0,
    )


def accents(position: Ints, heard: Heard, weights: Sequence[float] = WEIGHTS) -> Floats:
    """How strongly each beat speaks for a bar line: float `(beats,)`.

    position: the sixteenth on which each note begins, counted from a beat.
    weights: of the four signs: the squared lengths, and the velocities, of all notes that
        begin on the beat, as multiples of the song's average; how far the bass is below
        its neighbours, in octaves; and how far the harmony of two beats is from that of the
        two before, 0..1.
    """
    count = (int(position.max()) >> 2) + 1
    pitch = heard.notes["pitch"].astype(np.int64)
    # Of the sixteenths every fourth begins a beat.
    long = np.bincount(position, heard.length * heard.length, 4 * count)[::4]
    loud = np.bincount(position, heard.notes["velocity"], 4 * count)[::4]
    total = long * (weights[0] * count / max(float(long.sum()), 1e-9))
    total += loud * (weights[1] * count / max(float(loud.sum()), 1e-9))
    total += _bass_dips(position, pitch, count) * (weights[2] / 12)
    total[2:] += _harmony_changes(position >> 2, pitch, heard.length, count) * weights[3]
    return total


def _bass_dips(position: Ints, pitch: Ints, count: int) -> Ints:
    """How far the lowest note of each beat is below those beside it, in semitones each."""
    lowest = np.full(4 * count + 8, _NO_BASS)
    np.minimum.at(lowest, position + 4, pitch)
    bass = lowest[::4]
    return bass[:-2] + bass[2:] - 2 * bass[1:-1]


def _harmony_changes(beat: Ints, pitch: Ints, length: Floats, count: int) -> Floats:
    """One minus the cosine of the pitch classes of two beats and the two before: `(beats - 2,)`.

    The first is that of the third beat; silence has none.
    """
    cell = _PITCH_CLASS.take(pitch) * (count + 1) + beat
    chroma = np.bincount(cell, length, 12 * (count + 1)).reshape(12, -1)
    two = chroma[:, :-1] + chroma[:, 1:]
    size = np.sqrt(np.einsum("ij,ij->j", two, two))
    sizes = size[:-2] * size[2:]
    return (sizes - np.einsum("ij,ij->j", two[:, :-2], two[:, 2:])) / (sizes + 1e-9)


def _beats_in_bar(strength: Floats) -> int:
    """3 where accents come back after three beats much rather than after four, else 4."""
    if len(strength) < 8 * _ANY_BAR:
        return 4
    away = strength - strength.sum() / len(strength)
    three, four = (float(away[lag:] @ away[:-lag]) / (len(away) - lag) for lag in (3, 4))
    return 3 if three - four > _TRIPLE_MARGIN * float(away @ away) / len(away) else 4


def fold(strength: Floats, beats: int) -> Floats:
    """The mean over all bars of each beat of a bar: `(beats,)`."""
    bars = -(-len(strength) // beats)
    return (
        np.append(strength, [0.0] * (bars * beats - len(strength))).reshape(bars, -1).sum(0) / bars
    )


def _likely(evidence: Sequence[float]) -> list[float]:
    """Probabilities from the evidence for each of several answers (softmax)."""
    most = max(evidence)
    weights = [math.exp(each - most) for each in evidence]
    return [weight / sum(weights) for weight in weights]
