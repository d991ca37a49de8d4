"""Keys: names, detection and transposition.

A key's name stands for its diatonic set: D major and B minor are the same set, two
semitones above C major and A minor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError
from midigan.layout import Layout
from midigan.song import Notes

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_KEY = re.compile(r"([A-Ga-g])(#|b|♯|♭|-)?\s*(major|minor|maj|min|m)?", re.ASCII | re.IGNORECASE)

# Weights of the twelve degrees of a major and a minor key, counted from a large corpus:
# Bret Aarden, "Dynamic melodic expectancy" (2003), in the form that music21 calls
# Aarden-Essen and its analyze('key') uses.
_MAJOR = np.array(
    [
        17.7661,
        0.145624,
        14.9265,
        0.160186,
        19.8049,
        11.3587,
        0.291248,
        22.062,
        0.145624,
        8.15494,
        0.232998,
        4.95122,
    ]
)
_MINOR = np.array(
    [
        18.2648,
        0.737619,
        14.0499,
        16.8599,
        0.702494,
        14.4362,
        0.702494,
        18.6161,
        4.56621,
        1.93186,
        7.37619,
        1.75623,
    ]
)


@dataclass(frozen=True)
class Key:
    """A tonic's pitch class 0..11 (C is 0) and a mode."""

    tonic: int
    minor: bool = False

    @property
    def diatonic_set(self) -> int:
        """Semitones 0..11 from C major's set of pitch classes up to this key's."""
        return (self.tonic + 3) % 12 if self.minor else self.tonic

    def __str__(self) -> str:
        return f"{_NAMES[self.tonic]} {'minor' if self.minor else 'major'}"


def parse_key(text: str) -> Key:
    """Read a key's name: `D`, `Bb`, `F# minor`, `am`, `C-sharp` is spelled `C#`.

    A capital letter alone is major; `m` (a small one), `min` or `minor` makes it minor.
    Raises MidiganError for anything else.
    """
    match = _KEY.fullmatch(text.strip())
    if match is None:
        raise MidiganError(f"{text!r} is no key: name one like C, F#, Bb, 'B minor' or Bm")
    letter, accidental, mode = match.groups()
    shift = {"#": 1, "♯": 1, "b": -1, "♭": -1, "-": -1, None: 0}[accidental]
    minor = mode is not None and (mode == "m" or mode.lower().startswith("min"))
    return Key((_NATURALS[letter.upper()] + shift) % 12, minor)


def shift_between(source: Key, target: Key) -> int:
    """Semitones, -6..5, that move one key's diatonic set onto another's, the shorter way."""
    return (target.diatonic_set - source.diatonic_set + 6) % 12 - 6


def find_key(pitches: NDArray[np.int64], lengths: NDArray[np.int64]) -> Key:
    """The most likely key of notes that are not drums, by correlation with key profiles.

    pitches: `(n,)` MIDI pitches; lengths: `(n,)`, in any unit. No notes at all: C major.
    """
    weights = np.bincount(pitches % 12, weights=lengths, minlength=12).astype(float)
    if np.ptp(weights) == 0:
        return Key(0)
    profiles = np.stack([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(12)])
    centred = profiles - profiles.mean(axis=1, keepdims=True)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    best = int(np.argmax(centred @ (weights - weights.mean())))
    return Key(best % 12, minor=best >= 12)


def key_of(notes: Notes, layout: Layout) -> Key:
    """The most likely key of a NOTE array, drum tracks left out."""
    drum = np.array([track.drum for track in layout.tracks])
    tonal = notes[~drum[notes["track"]]]
    return find_key(tonal["pitch"].astype(np.int64), tonal["length"].astype(np.int64))


def transpose(notes: Notes, semitones: int, layout: Layout) -> Notes:
    """The notes moved by semitones, drum tracks left as they are.

    A pitch that would leave 0..127 comes back in by an octave: notes are never clipped.
    """
    moved = notes.copy()
    drum = np.array([track.drum for track in layout.tracks])
    tonal = ~drum[notes["track"]]
    pitch = notes["pitch"][tonal].astype(np.int64) + semitones
    below, above = np.maximum(-pitch, 0), np.maximum(pitch - 127, 0)
    pitch += 12 * (-(-below // 12)) - 12 * (-(-above // 12))
    moved["pitch"][tonal] = pitch
    return moved
