"""Notes that never end, which symusic drops without a word: for it, each track ends them all.

Note-offs for every key that is used are put long after the end of each track, so that a note
which they end shows by its length. Where there is one the file is read again with the
note-offs later still: what has moved with them never ends, and lasts until its track does, as
the careful reader has it; what has not is a long note.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from midigan.files.readers.records import NOTE
from midigan.files.readers.sound import Chunks

#: Ticks within which symusic's 32-bit sums can be trusted.
TRUSTED_TICKS = 1 << 27

#: How long after its track a note is ended that never does, at first and when read again.
_LATER = (TRUSTED_TICKS, TRUSTED_TICKS + (TRUSTED_TICKS >> 1))
#: Notes of one key that may be ended; of more, some would go unseen.
_MOST_OF_A_KEY = 31

#: The status byte of each channel's note-ons, and note-offs for all of its keys.
_ALL_OFF = {
    0x90 | channel: bytes([0x80 | channel]) + b"\0".join(bytes([k, 0]) for k in range(128))
    for channel in range(16)
}
_HEADER_BYTES = 14
#: An empty text, which takes the delta time before the end of the track.
_TEXT = b"\xff\x01\x00"
_END_OF_TRACK = b"\xff\x2f\x00"


def with_all_off(data: bytes, chunks: Chunks, again: bool = False) -> bytes:
    """The bytes of a file in which every note ends, if long after its track.

    again: whether the file is read again.
    """
    used = [*filter(data.__contains__, _ALL_OFF)]
    parts = [data[:_HEADER_BYTES]]
    for begin, stop in chunks:
        events = data[begin : stop - len(_END_OF_TRACK)]
        end = _end_of_track(bytes(filter(events.__contains__, used)), again)
        parts += (b"MTrk", (len(events) + len(end)).to_bytes(4, "big"), events, end)
    return b"".join(parts)


def closed(
    once: Sequence[bytes | memoryview], again: Sequence[bytes | memoryview]
) -> tuple[list[bytes], int] | None:
    """NOTE records in which notes that never end last as long as their tracks, and how many.

    once, again: those of each track as symusic found them at first, and again. None where a
    note is as long by itself, and where one key has more such notes than have been ended.
    """
    if len(once) != len(again):
        return None
    tracks, count = [], 0
    for first, second in zip(once, again, strict=True):
        notes = np.frombuffer(bytearray(second), NOTE.record)
        unending = np.flatnonzero(notes["length"] >= TRUSTED_TICKS)
        before, now = _late_ends(np.frombuffer(first, NOTE.record)), _late_ends(notes)
        if len(now) or len(before):
            if len(now) != 1 or len(before) != 1 or now[0] - before[0] != _LATER[1] - _LATER[0]:
                return None
            length = now[0] - _LATER[1] - notes["start"][unending]
            if length.min() < 0:
                return None
            notes["length"][unending] = length
            count += len(unending)
        tracks.append(notes.tobytes())
    return tracks, count


def _late_ends(notes: NDArray[np.void]) -> NDArray[np.int64]:
    """The ticks at which notes end that are too long, each once."""
    late = notes[notes["length"] >= TRUSTED_TICKS]
    return np.unique(late["start"].astype(np.int64) + late["length"])


@lru_cache(256)
def _end_of_track(used: bytes, again: bool) -> bytes:
    """An end of a track, and before it long after all else note-offs for every key.

    used: the status bytes of the note-ons that there are in the track. Again, there are as
    many of each key as may be ended, and a tick later one more, which nothing should need.
    """
    if not used:
        return _END_OF_TRACK
    offs = b"\0".join([_ALL_OFF[status] for status in used])
    if again:
        offs = b"\0".join([offs] * _MOST_OF_A_KEY) + b"\1" + offs
    return _TEXT + _delta(_LATER[again]) + offs + b"\0" + _END_OF_TRACK


def _delta(ticks: int) -> bytes:
    """A delta time: a variable-length quantity of four bytes (MIDI 1.0, Standard MIDI Files)."""
    septets = [ticks >> shift & 0x7F for shift in (21, 14, 7, 0)]
    return bytes([*(0x80 | septet for septet in septets[:3]), septets[3]])
