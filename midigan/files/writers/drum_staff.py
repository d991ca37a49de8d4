"""Drums in MusicXML: notes without a pitch, each with the instrument that is struck.

music21 writes one instrument of a class for a whole part, so its drums are pitches. Here they
become what notation programs read as drums, and play as such.
"""

from __future__ import annotations

from collections.abc import Collection
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from midigan.files.drum_places import CROSSED, place_of

_HEAD = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    b'"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_DRUM_CHANNEL = "10"

#: What comes before a note's instrument, and before its head, by the MusicXML schema.
_BEFORE_INSTRUMENT = ("chord", "unpitched", "duration", "tie")
_BEFORE_HEAD = (
    *_BEFORE_INSTRUMENT,
    "instrument",
    "voice",
    "type",
    "dot",
    "time-modification",
    "stem",
)


def print_drums(xml: bytes, numbers: Collection[int]) -> bytes:
    """A score by parts in which some parts, counted from 0, are for drums.

    Their pitches are taken as keys of General MIDI's drums.
    """
    root = ElementTree.fromstring(xml)
    pairs = list(zip(root.iter("score-part"), root.iterfind("part"), strict=True))
    for number in numbers:
        described, part = pairs[number]
        name = part.get("id", "")
        keys = {_strike(note, name) for note in part.iter("note") if note.find("pitch") is not None}
        _describe(described, name, sorted(keys))
    ElementTree.indent(root)
    return _HEAD + ElementTree.tostring(root, encoding="utf-8") + b"\n"


def _strike(note: Element, part: str) -> int:
    """Write a pitch as what strikes it. Returns its key."""
    pitch, accidental = note.find("pitch"), note.find("accidental")
    assert pitch is not None
    step, octave = pitch.findtext("step", ""), int(pitch.findtext("octave", ""))
    key = 12 * (octave + 1) + _SEMITONES[step] + int(float(pitch.findtext("alter", "0")))
    pitch.clear()
    pitch.tag = "unpitched"
    place = place_of(key)
    SubElement(pitch, "display-step").text = place[0]
    SubElement(pitch, "display-octave").text = place[1:]
    if accidental is not None:
        note.remove(accidental)
    instrument = Element("instrument", id=_instrument(part, key))
    note.insert(_after(note, _BEFORE_INSTRUMENT), instrument)
    if key in CROSSED:
        head = Element("notehead")
        head.text = "x"
        note.insert(_after(note, _BEFORE_HEAD), head)
    return key


def _after(note: Element, names: Collection[str]) -> int:
    """The place behind those children that have one of these names."""
    return sum(child.tag in names for child in note)


def _describe(described: Element, part: str, keys: Collection[int]) -> None:
    """List the instruments of a part for drums, each with its key."""
    from pretty_midi import note_number_to_drum_name

    for child in list(described):
        if child.tag in ("score-instrument", "midi-device", "midi-instrument"):
            described.remove(child)
    for key in keys:
        struck = SubElement(described, "score-instrument", id=_instrument(part, key))
        SubElement(struck, "instrument-name").text = note_number_to_drum_name(key) or f"Key {key}"
    for key in keys:
        played = SubElement(described, "midi-instrument", id=_instrument(part, key))
        SubElement(played, "midi-channel").text = _DRUM_CHANNEL
        SubElement(played, "midi-program").text = "1"
        SubElement(played, "midi-unpitched").text = str(key + 1)  # counted from 1


def _instrument(part: str, key: int) -> str:
    return f"{part}-I{key + 1}"
