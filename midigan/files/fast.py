"""The fast MIDI reader: symusic, for files that are in order (see `midi`)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from midigan.files.score import (
    TICK_METER,
    TICK_TEMPO,
    Score,
    SourceTrack,
    TickArray,
    tick_notes,
)

#: Ticks within which symusic's 32-bit sums can be trusted. A block of note-offs is put this
#: long after the end of each track, so that a note which never ends shows by its length.
_TRUSTED_TICKS = 2**27
#: A delta time as long as that, behind an empty text that takes the one before the track's end.
_LONG_AFTER = b"\xff\x01\x00\xc0\x80\x80\x00"
#: The status byte of each channel's note-ons, and note-offs for all of its keys.
_ALL_OFF = [
    (0x90 | channel, bytes([0x80 | channel]) + b"\0".join(bytes([k, 0]) for k in range(128)))
    for channel in range(16)
]
_END_OF_TRACK = b"\xff\x2f\x00"

#: A note as symusic pickles it, and the size of what comes before all of them.
_RECORD = np.dtype(
    {
        "names": ["time", "duration", "pitch", "velocity"],
        "formats": ["<i4", "<i4", "i1", "i1"],
        "itemsize": 12,
    }
)
_COUNT_BYTES = 4


def read_fast(data: bytes, chunks: list[tuple[int, int]]) -> Score | None:
    """The score as symusic reads it: quickly, and only right if the bytes are in order.

    data: a MIDI file; chunks: where the events of each track begin and stop in it.
    None where symusic is not installed or fails, where a note never ends, where ticks
    overflow, and where there are no notes.
    """
    try:
        from symusic import Score as FastScore
    except ImportError:
        return None
    closed = [part for begin, stop in chunks for part in _closed(data[begin : stop - 3])]
    try:
        # Not sanitised: bytes over 127 are left to the careful reader, which counts them.
        fast = FastScore.from_midi(b"".join([data[:14], *closed]))
    except (RuntimeError, ValueError, UnicodeDecodeError):
        return None
    tracks = list(fast.tracks)
    if fast.note_num() == 0:
        return None
    counts, found = _records([track.notes for track in tracks])
    # A power of two, so that the bits of all ticks together tell; a sign is one of them.
    if not 0 <= np.bitwise_or.reduce(found["time"] | found["duration"]) < _TRUSTED_TICKS:
        return None
    source = np.repeat(np.arange(len(counts)), counts)
    notes = tick_notes(found["time"], found["duration"], source, found["pitch"], found["velocity"])
    sources = tuple(SourceTrack(t.name, int(t.program), bool(t.is_drum)) for t in tracks)
    return Score(fast.tpq, sources, notes, _tempos(fast.tempos), _meters(fast.time_signatures))


def _closed(events: bytes) -> tuple[bytes, ...]:
    """The parts of a track of these events, and long after them note-offs for every key.

    events: without the end of the track, but with the time before it.
    """
    offs = b"\0".join([all_off for status, all_off in _ALL_OFF if status in events])
    later = _LONG_AFTER + offs + b"\0" if offs else b""
    size = len(events) + len(later) + len(_END_OF_TRACK)
    return b"MTrk", size.to_bytes(4, "big"), events, later, _END_OF_TRACK


def _records(lists: list[Any]) -> tuple[list[int], TickArray]:
    """The notes of symusic's lists, in one _RECORD array, and how many each list has."""
    if _pickles_records():
        states = [notes.__getstate__() for notes in lists]
        packed = b"".join([state[_COUNT_BYTES:] for state in states])
        counts = [(len(state) - _COUNT_BYTES) // _RECORD.itemsize for state in states]
        return counts, np.frombuffer(packed, _RECORD)
    columns = [notes.numpy() for notes in lists]
    found = np.empty(sum(len(column["time"]) for column in columns), _RECORD)
    for name in ("time", "duration", "pitch", "velocity"):
        found[name] = np.concatenate([column[name] for column in columns])
    return [len(column["time"]) for column in columns], found


@cache
def _pickles_records() -> bool:
    """Whether symusic pickles notes as such records, which are quick to take as they are."""
    from symusic import Note

    columns = [np.array(numbers, np.int32) for numbers in ([1, 70_000], [300, 2**30])]
    columns += [np.array(numbers, np.int8) for numbers in ([60, 127], [1, 100])]
    notes = Note.from_numpy(*columns)
    state = notes.__getstate__()
    if not isinstance(state, bytes) or len(state) != _COUNT_BYTES + 2 * _RECORD.itemsize:
        return False
    found = np.frombuffer(state, _RECORD, offset=_COUNT_BYTES)
    names = _RECORD.names or ()
    return all(np.array_equal(found[n], c) for n, c in zip(names, columns, strict=False))


def _tempos(found: Iterable[Any]) -> TickArray:
    tempos = [(tempo.time, 60e6 / tempo.mspq if tempo.mspq > 0 else 0.0) for tempo in found]
    return np.array(tempos, TICK_TEMPO)


def _meters(found: Iterable[Any]) -> TickArray:
    meters = [(meter.time, meter.numerator, meter.denominator) for meter in found]
    return np.array(meters, TICK_METER)
