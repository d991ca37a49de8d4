"""Where drums are printed on a staff of five lines.

Weinberg, "Guidelines for Drumset Notation", Percussive Notes 32 (1994); keys of General MIDI.
"""

from __future__ import annotations

#: The key of what stands on a line or in a space, as if in the treble clef. From below: pedal
#: hi-hat, bass drums, floor toms, low tom, snare, higher toms, ride, hi-hat, crashes.
KEY_AT = {
    **{"D4": 44, "E4": 35, "F4": 36, "G4": 41, "A4": 43, "B4": 45, "C5": 38},
    **{"D5": 47, "E5": 50, "F5": 51, "G5": 42, "A5": 49, "B5": 57},
}

#: Others share a place with what is most like them: snares and claps, toms, hi-hats, rides,
#: cymbals. What is not listed stands where the snare does.
_LIKE = {46: 42, 48: 50, 53: 51, 59: 51, 52: 49, 55: 49}

#: What is struck on metal, or with the side of a stick, has a cross for its head.
CROSSED = frozenset({37, 42, 44, 46, 49, 51, 52, 53, 55, 57, 59})

_PLACE_OF = {key: place for place, key in KEY_AT.items()}


def place_of(key: int) -> str:
    """The place, step and octave, at which a key of General MIDI's drums is printed."""
    return _PLACE_OF.get(_LIKE.get(key, key), "C5")
