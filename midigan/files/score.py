"""A score: what a reader finds in one piece of music, in ticks, before any grid.

All readers (MIDI by symusic, MIDI by the careful reader, the JSB arrays) end here, and
everything after (bars, grid, tracks) begins here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: A note: `start` and `length` in ticks, `source` an index into the score's tracks,
#: `pitch` a MIDI pitch 0..127, `velocity` 1..127.
TICK_NOTE = np.dtype(
    [("start", "<i8"), ("length", "<i8"), ("source", "<i4"), ("pitch", "u1"), ("velocity", "u1")]
)

#: A tempo from `tick` on, in quarter notes a minute.
TICK_TEMPO = np.dtype([("tick", "<i8"), ("bpm", "<f8")])

#: A meter from `tick` on.
TICK_METER = np.dtype([("tick", "<i8"), ("numerator", "<i4"), ("denominator", "<i4")])

TickArray = NDArray[np.void]


@dataclass(frozen=True)
class Phase:
    """Where beats and bars begin, and whether the file's own grid has them there.

    beat_tick, bar_tick: the first beat, and the first bar line, at or after tick 0.
    beats: quarter notes in a bar, 4 or 3.
    beat_confidence, bar_confidence: how likely each is right, 0..1.
    own_confidence: how likely tick 0 is a bar line, 0..1.
    """

    beat_tick: int
    bar_tick: int
    beats: int
    beat_confidence: float
    bar_confidence: float
    own_confidence: float


@dataclass(frozen=True)
class SourceTrack:
    """One track of a file: one channel and one program of it.

    `program` is 0..127. `drum` says that it plays drums, whatever its program: it is on MIDI
    channel 10, or on one that the file makes such a channel (see `drum_parts`).
    `channel` is 0..15, or None where the reader does not tell: nothing depends on it.
    """

    name: str
    program: int = 0
    drum: bool = False
    channel: int | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Score:
    """One piece of music in ticks.

    ppq: ticks in a quarter note, at least 1.
    tracks: the source tracks, with or without notes.
    notes: TICK_NOTE array, or one of its fields in integers of other sizes, in any order.
    tempos, meters: TICK_TEMPO and TICK_METER arrays sorted by tick; a tempo or a meter that
        the file has but that is none comes with a 0 in it.
    warnings: what was mended while reading, a short phrase each.
    pedal_held: how many notes were lengthened, because the sustain pedal holds them.
    heard: by which phase the music was moved, if the file's own was not credible.
    """

    ppq: int
    tracks: tuple[SourceTrack, ...]
    notes: TickArray
    tempos: TickArray = field(default_factory=lambda: np.empty(0, TICK_TEMPO))
    meters: TickArray = field(default_factory=lambda: np.empty(0, TICK_METER))
    warnings: tuple[str, ...] = ()
    pedal_held: int = 0
    heard: Phase | None = None


def by_tick(array: TickArray) -> TickArray:
    """Records in the order of their ticks; those of a tick stay in the order that they are in."""
    return array.take(np.argsort(array["tick"], kind="stable"))


def tick_notes(
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    source: NDArray[np.int64] | int,
    pitch: NDArray[np.int64],
    velocity: NDArray[np.int64] | int,
) -> TickArray:
    """A TICK_NOTE array from its columns, each `(n,)` or one number for all notes."""
    notes = np.empty(len(start), TICK_NOTE)
    columns = (start, length, source, pitch, velocity)
    for name, column in zip(TICK_NOTE.names or (), columns, strict=True):
        notes[name] = column
    return notes
