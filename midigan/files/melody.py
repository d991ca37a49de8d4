"""Which songs share their melody: those belong on the same side of a split."""

from __future__ import annotations

import numpy as np

from midigan.layout import Layout
from midigan.song import Notes

#: How much of a melody is compared: enough to tell tunes apart, and less than a phrase or
#: two, so that settings of one tune agree although later lines were altered.
INTERVALS = 15


def melody_track(layout: Layout) -> int:
    """The track that has the melody: the first one that is not of drums, or the first of all."""
    return next((i for i, track in enumerate(layout.tracks) if not track.drum), 0)


def melody_key(notes: Notes, track: int = 0, intervals: int = INTERVALS) -> tuple[int, ...]:
    """A song's melody as the first pitch intervals of one track, in semitones.

    notes: NOTE array of one song. Of notes that begin together the highest counts, and a
    pitch struck again does not: settings of a tune differ in how often its notes are
    repeated for the words. Songs with equal keys have the same melody, whatever the
    transposition and rhythm. () where the track has fewer than two pitches in a row.
    """
    voice = notes[notes["track"] == track]
    voice = voice[np.lexsort((voice["pitch"], voice["start"]))]
    highest = np.diff(voice["start"], append=np.iinfo(np.int32).max) > 0
    steps = np.diff(voice["pitch"][highest].astype(np.int64))
    return tuple(int(step) for step in steps[steps != 0][:intervals])
