"""Pitches by name: C4 is middle C, MIDI pitch 60."""

from __future__ import annotations

import re

from midigan.errors import MidiganError

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_PITCH = re.compile(r"([A-G])(#{1,2}|b{1,2})?(-?\d)", re.IGNORECASE)
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def parse_pitch(text: str) -> int:
    """The MIDI pitch 0..127 of a name or a number: `C4` is 60, `Bb-1` 10, `47` 47.

    Raises MidiganError for anything else.
    """
    text = text.strip()
    pitch = -1
    if text.isascii() and text.isdigit():
        pitch = int(text)
    elif match := _PITCH.fullmatch(text):
        letter, accidentals, octave = match.groups()
        accidentals = accidentals or ""
        shift = accidentals.count("#") - accidentals.lower().count("b")
        pitch = _NATURALS[letter.upper()] + shift + 12 * (int(octave) + 1)
    if not 0 <= pitch <= 127:
        raise MidiganError(f"{text!r} is no pitch: legal are C-1 to G9 (C4 is middle C), 0 to 127")
    return pitch


def parse_range(text: str) -> tuple[int, int]:
    """Lowest and highest pitch of `C2-G4`, `36-67` or `C-1-C4`, in MIDI pitches, both legal.

    Raises MidiganError for what is no range, or none that rises.
    """
    for cut in (i for i, letter in enumerate(text) if letter == "-" and i > 0):
        try:
            low, high = parse_pitch(text[:cut]), parse_pitch(text[cut + 1 :])
        except MidiganError:
            continue
        if low > high:
            raise MidiganError(f"the range {text} falls: put its lowest pitch first")
        return low, high
    raise MidiganError(f"{text!r} is no range of pitches: write one like C2-G4 or 36-67")


def parse_chord(text: str) -> tuple[int, ...]:
    """The pitch classes 0..11, rising, of `C E G`, `C3 Bb4` or `60 64 67`; () for none.

    Raises MidiganError for what is no pitch.
    """
    words = text.replace(",", " ").split()
    named = (word if any(map(str.isdigit, word)) else f"{word}4" for word in words)
    return tuple(sorted({parse_pitch(word) % 12 for word in named}))


def class_name(pitch_class: int) -> str:
    """The name of a pitch class 0..11: 0 is C."""
    return _NAMES[pitch_class]


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch: 60 is C4."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"
