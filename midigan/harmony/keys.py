"""Keys: names, detection and transposition.

A key's name stands for its diatonic set: D major and B minor are the same set, two
semitones above C major and A minor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError
from midigan.layout import Layout
from midigan.song import Notes

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
#: Tonics of major and minor keys, spelled so that a signature has six accidentals at most.
_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
_KEY = re.compile(r"([A-Ga-g])(#|b|♯|♭|-)?\s*(major|minor|maj|min|m)?", re.ASCII | re.IGNORECASE)

# Weights of the twelve degrees of a major and a minor key, counted from a large corpus:
# Bret Aarden, "Dynamic melodic expectancy" (2003), in the form that music21 calls
# Aarden-Essen and its analyze('key') uses.
# fmt: off
_MAJOR = (17.7661, 0.145624, 14.9265, 0.160186, 19.8049, 11.3587,
          0.291248, 22.062, 0.145624, 8.15494, 0.232998, 4.95122)
_MINOR = (18.2648, 0.737619, 14.0499, 16.8599, 0.702494, 14.4362,
          0.702494, 18.6161, 4.56621, 1.93186, 7.37619, 1.75623)
# fmt: on

#: MIDI pitches, 0..127, and so many more that they are whole octaves.
_PITCHES = 132

#: All 24 profiles `(24, 12)` by number of key, of mean 0 and length 1.
_PROFILES = np.stack([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(12)])
_PROFILES -= _PROFILES.mean(axis=1, keepdims=True)
_PROFILES /= np.linalg.norm(_PROFILES, axis=1, keepdims=True)


@dataclass(frozen=True)
class Key:
    """A tonic's pitch class 0..11 (C is 0) and a mode."""

    tonic: int
    minor: bool = False

    @property
    def number(self) -> int:
        """0..11 for the major keys from C up, 12..23 for the minor ones."""
        return self.tonic + 12 * self.minor

    @classmethod
    def numbered(cls, number: int) -> Key:
        """The key of a `number`."""
        return cls(number % 12, minor=number >= 12)

    @property
    def diatonic_set(self) -> int:
        """Semitones 0..11 from C major's set of pitch classes up to this key's."""
        return (self.tonic + 3) % 12 if self.minor else self.tonic

    @property
    def tonic_name(self) -> str:
        """The tonic as it is written in this mode: Db major, but C# minor."""
        return (_MINOR_NAMES if self.minor else _MAJOR_NAMES)[self.tonic]

    def __str__(self) -> str:
        return f"{self.tonic_name} {'minor' if self.minor else 'major'}"


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


def find_keys(
    pitches: NDArray[np.integer[Any]],
    lengths: NDArray[np.integer[Any]],
    song: NDArray[np.int64],
    songs: int,
) -> NDArray[np.uint8]:
    """The most likely key of each song, by correlation with key profiles: uint8 `(songs,)`.

    pitches: `(n,)` MIDI pitches, of notes that are not drums; lengths: `(n,)`, in any unit.
    song: `(n,)`, which song each note is of, 0..songs-1. One without notes is in C major.
    Returned are the `number` of each song's key.
    """
    # By pitch first, which is faster than taking the class of each note.
    place = song * _PITCHES
    place += pitches
    weights = np.bincount(place, lengths, _PITCHES * songs).reshape(songs, _PITCHES // 12, 12)
    weights = weights.sum(axis=1)
    centred = weights - weights.mean(axis=1, keepdims=True)
    unit = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    # Rounded, so that a tie goes to the first key on every machine.
    return np.argmax(np.round(unit @ _PROFILES.T, 9), axis=1).astype(np.uint8)


def key_of(notes: Notes, layout: Layout) -> Key:
    """The most likely key of a NOTE array, drum tracks left out."""
    song = np.zeros(len(notes), np.int64)
    return Key.numbered(int(keys_of(notes, song, 1, layout)[0]))


def keys_of(notes: Notes, song: NDArray[np.int64], songs: int, layout: Layout) -> NDArray[np.uint8]:
    """Like `find_keys`, of a NOTE array `(n,)` with drum tracks left out."""
    # A copy: of a single note the column is contiguous, and would be the caller's own.
    lengths, track = notes["length"].copy(), np.ascontiguousarray(notes["track"])
    for number, own in enumerate(layout.tracks):
        if own.drum:
            # A hit of no length weighs nothing: as good as leaving it out, and faster.
            lengths *= track != number
    return find_keys(notes["pitch"], lengths, song, songs)


def transpose(notes: Notes, semitones: int | NDArray[np.int64], layout: Layout) -> Notes:
    """The notes moved by semitones, drum tracks left as they are.

    semitones: one number for all notes, or one for each, `(n,)`. A pitch that would leave
    0..127 comes back in by an octave: notes are never clipped.
    """
    moved = notes.copy()
    drum = np.array([track.drum for track in layout.tracks])
    tonal = ~drum[notes["track"]]
    pitch = notes["pitch"][tonal] + np.broadcast_to(semitones, len(notes))[tonal].astype(np.int64)
    below, above = np.maximum(-pitch, 0), np.maximum(pitch - 127, 0)
    pitch += 12 * (-(-below // 12)) - 12 * (-(-above // 12))
    moved["pitch"][tonal] = pitch
    return moved
