"""Drums in MusicXML, which have no pitch there: given the one that General MIDI has for them.

music21 reads where on the staff such a note is printed, but not which instrument strikes it. So
before it reads a score, each unpitched note of a part for drums is written as a pitch.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from midigan.files.drum_places import KEY_AT

_STEPS = ("C", "C", "D", "D", "E", "F", "F", "G", "G", "A", "A", "B")
_SHARP = {1, 3, 6, 8, 10}

#: The keys as MusicXML writes them, counted from 1.
_COUNTED = {str(key + 1) for key in range(128)}

#: In the encodings that scores come in.
_UNPITCHED = ["unpitched".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]


def give_drums_pitches(xml: bytes) -> tuple[bytes, frozenset[str]]:
    """A MusicXML score whose drums have pitches, and the ids of the parts that are for drums.

    A part is, if more than half of its notes have no pitch. Each gets the key of the part's
    `midi-unpitched` for its instrument, or that of its place on the staff; what has neither stays
    as it is. Anything else but a score with drums comes back as it went.
    """
    if not any(word in xml for word in _UNPITCHED):
        return xml, frozenset()
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError, LookupError):  # the latter: odd encodings
        return xml, frozenset()
    keys = {part.get("id", ""): _keys(part) for part in root.iter("score-part")}
    drums = set()
    for number, notes in _notes(root).items():
        struck = [note for note in notes if note.find("unpitched") is not None]
        if 2 * len(struck) > len(notes):
            drums.add(number)
            for note in struck:
                _give_pitch(note, keys.get(number, {}))
    return ElementTree.tostring(root), frozenset(drums)


def _notes(root: Element) -> dict[str, list[Element]]:
    """What sounds in each part, by its id, whether parts have measures or measures parts."""
    found: dict[str, list[Element]] = {}
    for part in root.iter("part"):
        notes = [note for note in part.iter("note") if note.find("rest") is None]
        found.setdefault(part.get("id", ""), []).extend(notes)
    return found


def _keys(part: Element) -> dict[str, int]:
    """The key that each instrument of a part strikes, MIDI 0..127."""
    found = {}
    for instrument in part.iter("midi-instrument"):
        key = (instrument.findtext("midi-unpitched") or "").strip()
        if key in _COUNTED:
            found[instrument.get("id", "")] = int(key) - 1
    return found


def _give_pitch(note: Element, keys: Mapping[str, int]) -> None:
    """Write an unpitched note as a pitch, if it can be told which."""
    unpitched, instrument = note.find("unpitched"), note.find("instrument")
    assert unpitched is not None
    step, octave = (unpitched.findtext(f"display-{what}", "") for what in ("step", "octave"))
    key = keys.get(instrument.get("id", "")) if instrument is not None else None
    if key is None and len(keys) == 1:
        (key,) = keys.values()
    if key is None:
        key = KEY_AT.get(step.strip() + octave.strip())
    if key is not None:
        unpitched.clear()
        unpitched.tag = "pitch"
        ElementTree.SubElement(unpitched, "step").text = _STEPS[key % 12]
        if key % 12 in _SHARP:
            ElementTree.SubElement(unpitched, "alter").text = "1"
        ElementTree.SubElement(unpitched, "octave").text = str(key // 12 - 1)
