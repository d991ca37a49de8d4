"""The notes of a voice: as printed, with ties, and as they sound."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple


class VoiceNote(NamedTuple):
    """A note of a voice: `start` and `end` in quarter notes, `pitch` MIDI 0..127."""

    start: Fraction
    end: Fraction
    pitch: int


class Written(NamedTuple):
    """A note as printed: `tie` is music21's "start", "continue", "stop", or "" for none."""

    start: Fraction
    end: Fraction
    pitch: int
    tie: str


def merge_ties(written: list[Written]) -> list[VoiceNote]:
    """Tied notes as one. A tie that leads nowhere is ignored."""
    notes: list[VoiceNote] = []
    tied: dict[int, VoiceNote] = {}
    for begin, end, pitch, tie in written:
        held, note = tied.pop(pitch, None), VoiceNote(begin, end, pitch)
        if held is not None and held.end == begin and tie in ("continue", "stop"):
            note = note._replace(start=held.start)
        elif held is not None:
            notes.append(held)
        if tie in ("start", "continue"):
            tied[pitch] = note
        else:
            notes.append(note)
    return [*notes, *tied.values()]


def without_overlaps(notes: list[VoiceNote]) -> tuple[VoiceNote, ...]:
    """Sorted notes of which no two of a pitch overlap: unisons merged, the earlier one cut."""
    kept: dict[tuple[int, Fraction], VoiceNote] = {}
    for note in sorted(notes):
        kept[note.pitch, note.start] = note  # of a unison, the longest comes last
    by_pitch = [kept[key] for key in sorted(kept)]
    for i, (note, following) in enumerate(pairwise(by_pitch)):
        if note.pitch == following.pitch:
            by_pitch[i] = note._replace(end=min(note.end, following.start))
    return tuple(sorted(by_pitch))
