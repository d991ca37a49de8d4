"""Songs of a few notes, written as rows."""

import numpy as np

from midigan.layout import load_layout
from midigan.notes import separated, sort_notes
from midigan.song import NOTE, Song

SATB = load_layout("satb")


def song(name, bars, *rows, **more):
    notes = sort_notes(np.array([(*row, 64) for row in rows], NOTE))
    return Song(name, notes, np.full(bars, 16, np.uint16), **more)


def separate_overlaps(notes):
    return separated(*(notes[name] for name in NOTE.names))


def same_song(one, other):
    return (
        one.name == other.name
        and one.programs == other.programs
        and all(
            np.array_equal(getattr(one, field), getattr(other, field))
            for field in ("notes", "bar_steps", "tempos", "meters")
        )
    )
