"""The fast MIDI reader: symusic, for files that are in order (see `midi`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from midigan.files.readers.sound import Chunks
from midigan.files.score import (
    TICK_METER,
    TICK_TEMPO,
    Score,
    SourceTrack,
    TickArray,
)

#: Ticks within which symusic's 32-bit sums can be trusted. A block of note-offs is put this
#: long after the end of each track, so that a note which never ends shows by its length.
_TRUSTED_TICKS = 2**27
#: A delta time as long as that, behind an empty text that takes the one before the track's end.
_LONG_AFTER = b"\xff\x01\x00\xc0\x80\x80\x00"
#: The status byte of each channel's note-ons, and note-offs for all of its keys.
_ALL_OFF = {
    0x90 | channel: bytes([0x80 | channel]) + b"\0".join(bytes([k, 0]) for k in range(128))
    for channel in range(16)
}
_END_OF_TRACK = b"\xff\x2f\x00"

#: A note as symusic pickles it, with room for its source in bytes that mean nothing there; the
#: size of what comes before all of them; and how many sources fit in.
_RECORD = np.dtype(
    {
        "names": ["start", "length", "source", "pitch", "velocity"],
        "formats": ["<i4", "<i4", "<u2", "u1", "u1"],
        "offsets": [0, 4, 10, 8, 9],
        "itemsize": 12,
    }
)
_COUNT_BYTES = 4
_MOST_SOURCES = 1 << 16
#: What symusic calls them, in the order of its constructor.
_NAMES = {"start": "time", "length": "duration", "pitch": "pitch", "velocity": "velocity"}


def read_fast(files: Sequence[tuple[bytes, Chunks]]) -> list[Score | None]:
    """The scores as symusic reads them: quickly, and only right if the bytes are in order.

    files: the bytes of MIDI files, and where the events of each track begin and stop in them.
    None where symusic is not installed, fails, or needs more memory than it may have, where a
    note never ends, where ticks overflow, where there are no notes, and where there are more
    sources than it counts.
    """
    try:
        import symusic  # noqa: F401
    except ImportError:
        return [None] * len(files)
    parsed = [_parsed(data, chunks) for data, chunks in files]
    read = [one for one in parsed if one is not None]
    if not read:
        return [None] * len(files)
    tracks = [_items(one.tracks) for one in read]
    notes = _records(tracks)
    bounds = [0, *accumulate(one.note_num() for one in read)]
    # A power of two, so that the bits of all ticks together tell; a sign is one of them.
    bits = np.bitwise_or.reduceat(notes["start"] | notes["length"], bounds[:-1]).tolist()
    scores = iter(
        [
            _score(one, own, notes[begin:stop]) if 0 <= ticks < _TRUSTED_TICKS else None
            for one, own, ticks, (begin, stop) in zip(
                read, tracks, bits, pairwise(bounds), strict=True
            )
        ]
    )
    return [None if one is None else next(scores) for one in parsed]


def _parsed(data: bytes, chunks: Chunks) -> Any | None:
    """What symusic reads in a file whose notes all end; None where it cannot be used."""
    from symusic import Score as FastScore

    used = [status for status in _ALL_OFF if status in data]
    closed = [data[:14]]
    for begin, stop in chunks:
        events = data[begin : stop - len(_END_OF_TRACK)]
        end = _end_of_track(bytes([status for status in used if status in events]))
        closed += (b"MTrk", (len(events) + len(end)).to_bytes(4, "big"), events, end)
    try:
        # Not sanitised: bytes over 127 are left to the careful reader, which counts them.
        found = FastScore.from_midi(b"".join(closed))
    except (RuntimeError, ValueError, UnicodeDecodeError, MemoryError):
        return None
    return found if found.note_num() and len(found.tracks) <= _MOST_SOURCES else None


def _score(found: Any, tracks: Sequence[Any], notes: TickArray) -> Score:
    sources = tuple([_source(t.name, t.program, t.is_drum) for t in tracks])
    tempos, meters = _items(found.tempos), _items(found.time_signatures)
    return Score(found.tpq, sources, notes, _tempos(tempos), _meters(meters))


def _items(found: Any) -> list[Any]:
    """What one of symusic's lists holds. Its iterators end with an exception, which is slow."""
    return [found[number] for number in range(len(found))]


@lru_cache(4096)
def _source(name: str, program: int, drum: bool) -> SourceTrack:
    """A source track, which is much the same from file to file."""
    return SourceTrack(name, int(program), bool(drum))


@lru_cache(256)
def _end_of_track(used: bytes) -> bytes:
    """An end of a track, and before it long after all else note-offs for every key.

    used: the status bytes of the note-ons that there are in the track.
    """
    offs = b"\0".join([_ALL_OFF[status] for status in used])
    return _LONG_AFTER + offs + b"\0" + _END_OF_TRACK if offs else _END_OF_TRACK


def _records(tracks: Sequence[Sequence[Any]]) -> TickArray:
    """The notes of files' tracks in one _RECORD array; a source is a track's number in its file."""
    lists = [track.notes for own in tracks for track in own]
    if _pickles_records():
        packed = bytearray().join([memoryview(x.__getstate__())[_COUNT_BYTES:] for x in lists])
        found = np.frombuffer(packed, _RECORD)
    else:
        columns = [notes.numpy() for notes in lists]
        found = np.empty(sum(map(len, lists)), _RECORD)
        for name, own in _NAMES.items():
            found[name] = np.concatenate([column[own] for column in columns])
    numbers = np.array([number for own in tracks for number in range(len(own))], np.uint16)
    found["source"] = np.repeat(numbers, [len(x) for x in lists])
    return found


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
    return all(np.array_equal(found[n], c) for n, c in zip(_NAMES, columns, strict=True))


def _tempos(found: Iterable[Any]) -> TickArray:
    return _array(
        tuple([(t.time, 60e6 / t.mspq if t.mspq > 0 else 0.0) for t in found]), TICK_TEMPO
    )


def _meters(found: Iterable[Any]) -> TickArray:
    return _array(tuple([(m.time, m.numerator, m.denominator) for m in found]), TICK_METER)


@lru_cache(1024)
def _array(rows: tuple[tuple[float, ...], ...], dtype: np.dtype[Any]) -> TickArray:
    """An array of a few rows, not to be written to: many files have the same."""
    array = np.array(list(rows), dtype)
    array.flags.writeable = False
    return array
