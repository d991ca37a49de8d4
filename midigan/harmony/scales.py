"""Scales by name: which pitch classes they hold, and which major key they lie in."""

from __future__ import annotations

from typing import NamedTuple

from midigan.errors import MidiganError


class Scale(NamedTuple):
    """Semitones above the tonic, 0..11, and from the tonic up to its diatonic set's major key.

    D dorian holds the notes of C major: `to_major` is 10 semitones, from D up to C.
    """

    degrees: tuple[int, ...]
    to_major: int


_MAJOR = (0, 2, 4, 5, 7, 9, 11)


def _mode(degree: int) -> Scale:
    """The mode that begins on a degree of the major scale, 0 for the first."""
    start = _MAJOR[degree]
    return Scale(tuple(sorted((step - start) % 12 for step in _MAJOR)), -start % 12)


#: By name, as people type it. A scale that is in no major key moves like its minor one.
SCALES = {
    "major": _mode(0),
    "minor": _mode(5),
    "harmonic minor": Scale((0, 2, 3, 5, 7, 8, 11), 3),
    "melodic minor": Scale((0, 2, 3, 5, 7, 9, 11), 3),
    "dorian": _mode(1),
    "phrygian": _mode(2),
    "lydian": _mode(3),
    "mixolydian": _mode(4),
    "locrian": _mode(6),
    "major pentatonic": Scale((0, 2, 4, 7, 9), 0),
    "minor pentatonic": Scale((0, 3, 5, 7, 10), 3),
    "blues": Scale((0, 3, 5, 6, 7, 10), 3),
    "whole tone": Scale((0, 2, 4, 6, 8, 10), 0),
}
_ALIASES = {
    "ionian": "major",
    "aeolian": "minor",
    "natural minor": "minor",
    "pentatonic": "major pentatonic",
}


def scale_name(text: str) -> str:
    """The name of a scale, however it is typed: 'Harmonic-Minor' is 'harmonic minor'.

    Raises MidiganError for anything else, with the names that there are.
    """
    plain = " ".join(text.lower().replace("-", " ").replace("_", " ").split())
    name = _ALIASES.get(plain, plain)
    if name not in SCALES:
        raise MidiganError(f"no scale {text!r}: legal are {', '.join(SCALES)}")
    return name
