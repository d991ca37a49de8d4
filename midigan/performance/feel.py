"""How grid notes are struck: what a roll cannot say, learned from music as plain tables.

Both tables have a row a track and a column a step of the bar. A roll does not tell a
held pitch from one struck again; the `restrike` table says how likely the second is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout
from midigan.notes import sort_notes
from midigan.song import Notes

Table = NDArray[np.float64]

#: Standard deviation of a careless player's velocities.
_CARELESS = 15.0


def measure_restrikes(notes: Notes, layout: Layout) -> Table:
    """Share of steps, `(tracks, steps)`, at which a pitch that sounded just before is struck.

    Of all steps of the bar at which a pitch goes on sounding, held or struck again, how
    many strike it again. 0 where a track never has such a step, and on drum tracks.
    """
    struck, held = count_repeats(notes, layout)
    share = struck / np.maximum(struck + held, 1)
    share[[track.drum for track in layout.tracks]] = 0
    return share


def count_repeats(notes: Notes, layout: Layout) -> tuple[Table, Table]:
    """How often a pitch that sounded just before is struck again, and how often it is held.

    Both are `(tracks, steps)`, by the step of the bar at which it goes on.
    """
    struck = np.zeros((len(layout.tracks), layout.steps))
    held = np.zeros_like(struck)
    order = np.lexsort((notes["start"], notes["pitch"], notes["track"]))
    notes = notes[order]
    ends = notes["start"] + notes["length"]
    follows = (
        (notes["track"][1:] == notes["track"][:-1])
        & (notes["pitch"][1:] == notes["pitch"][:-1])
        & (notes["start"][1:] == ends[:-1])
    )
    again = notes[1:][follows]
    np.add.at(struck, (again["track"], again["start"] % layout.steps), 1)
    inner = np.maximum(notes["length"] - 1, 0)
    offsets = np.arange(inner.sum()) - np.repeat(np.cumsum(inner) - inner, inner) + 1
    steps = (np.repeat(notes["start"], inner) + offsets) % layout.steps
    np.add.at(held, (np.repeat(notes["track"], inner), steps), 1)
    return struck, held


def measure_velocities(notes: Notes, layout: Layout) -> Table:
    """Mean velocity of the notes that begin at each step of the bar: `(tracks, steps)`.

    A step at which a track never begins a note has the track's mean, an empty track 80.
    """
    total = np.zeros((len(layout.tracks), layout.steps))
    count = np.zeros_like(total)
    where = (notes["track"], notes["start"] % layout.steps)
    np.add.at(total, where, notes["velocity"])
    np.add.at(count, where, 1)
    tracks = count.sum(axis=1, keepdims=True)
    mean = np.where(tracks > 0, total.sum(axis=1, keepdims=True) / np.maximum(tracks, 1), 80.0)
    return np.where(count > 0, total / np.maximum(count, 1), mean)


def strike_again(notes: Notes, table: Table, steps: int, rng: np.random.Generator) -> Notes:
    """Break held notes into repeated ones, by chance, as `table` `(tracks, steps)` says.

    steps: steps in a bar. Returns a sorted NOTE array; what sounds at each step is unchanged.
    """
    inner = np.maximum(notes["length"] - 1, 0)
    owner = np.repeat(np.arange(len(notes)), inner)
    offset = np.arange(inner.sum()) - np.repeat(np.cumsum(inner) - inner, inner) + 1
    step = (notes["start"][owner] + offset) % steps
    broken = rng.random(len(owner)) < table[notes["track"][owner], step]
    pieces = np.concatenate([notes, notes[owner[broken]]])
    cut = np.concatenate([np.zeros(len(notes), np.int64), offset[broken]])
    piece_owner = np.concatenate([np.arange(len(notes)), owner[broken]])
    order = np.lexsort((cut, piece_owner))
    pieces, cut, piece_owner = pieces[order], cut[order], piece_owner[order]
    end = pieces["length"].astype(np.int64)
    same = piece_owner[1:] == piece_owner[:-1]
    end[:-1][same] = cut[1:][same]
    pieces["start"] += cut.astype(np.int32)
    pieces["length"] = end - cut
    return sort_notes(pieces)


def set_velocities(notes: Notes, table: Table, steps: int) -> Notes:
    """The notes with the velocities that `table` `(tracks, steps)` has for their steps."""
    played = notes.copy()
    found = table[notes["track"], notes["start"] % steps]
    played["velocity"] = np.clip(np.floor(found + 0.5), 1, 127)
    return played


def humanize_velocities(notes: Notes, percent: float, rng: np.random.Generator) -> Notes:
    """The notes with velocities that waver, 1..127; 100 per cent is a spread of 15."""
    played = notes.copy()
    moves = rng.normal(0, _CARELESS * percent / 100, len(notes))
    played["velocity"] = np.clip(np.floor(notes["velocity"] + moves + 0.5), 1, 127)
    return played
