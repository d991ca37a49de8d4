"""Which MIDI files are sound: in such order that the fast reader reads them right.

Anything that symusic refuses, passes silently or misreads is left to the careful reader. A
byte in a name may look like damage; then that one finds none.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from midigan.files.readers.joined import Joined
from midigan.files.readers.orderly import META_SIZES, in_order

#: Where the events of each track of a file begin and stop.
Chunks = list[tuple[int, int]]

#: Bytes of a file's header, and of a track's.
_HEADER, _TRACK_HEADER = 14, 8

#: Status bytes from here on are no channel messages; of those only these belong in a file.
_LAST_CHANNEL_STATUS, _SYSEX, _SYSEX_END, _META = 0xEF, 0xF0, 0xF7, 0xFF
#: Of so many such bytes none is looked at: walking through the file is faster.
_MANY = 4096
#: With more of them no file is looked at further: the careful reader takes such floods as they
#: are, in less memory.
_CROWD = 1 << 18
#: What tells a status byte that does not from a byte of a long delta time: just before it
#: comes a one-byte delta time, and before that a whole message or the head of the track.
_BEFORE_SYSTEM = re.compile(rb".*(?:[\x80-\xbf\xe0-\xef][\0-\x7f]{2}|MTrk.{4})[\0-\x7f]", re.DOTALL)
#: How far before it the message begins, and the head of the track.
_MESSAGE_BACK, _HEAD_BACK = 4, 9
#: A message without a status byte just after a system message.
_LAPSED_STATUS = re.compile(rb"\xf7[\x80-\xff]{0,3}[\0-\x7f]{2}")
#: The kind of meta event that ends a track; and the size of each kind, if it must have one.
_END_OF_TRACK, _END_BYTES, _ANY_SIZE = 0x2F, 3, 0xFF
_META_SIZES = np.full(256, _ANY_SIZE, np.uint8)
_META_SIZES[list(META_SIZES)] = list(META_SIZES.values())


def sound_chunks(joined: Joined) -> list[Chunks | None]:
    """Where the events of each track of each file begin and stop; None if it is not sound.

    Each track must end where its header says, and none hold an event as above. Nearly all
    bytes of music are below those that begin such events; only the others are looked at.
    """
    found = [_chunks(data) for data in joined.files]
    high = joined.find(lambda numbers: numbers > _LAST_CHANNEL_STATUS)
    file, place = joined.places(high)
    if len(high) > _CROWD:
        crowded = np.bincount(file, minlength=len(found)) > _CROWD
        found = [None if many else own for many, own in zip(crowded, found, strict=True)]
        high, file, place = (column[~crowded[file]] for column in (high, file, place))
    last = np.array([chunks[-1][1] if chunks else 0 for chunks in found])
    inside = np.flatnonzero((place >= _HEADER) & (place < last.take(file)))
    high, file, place = high.take(inside), file.take(inside), place.take(inside)
    byte, kind, size = (joined.numbers.take(high + n, mode="clip") for n in range(3))

    is_end = (byte == _META) & (kind == _END_OF_TRACK) & (size == 0)
    ends, bounds = (place[is_end] + _END_BYTES).tolist(), _bounds(file[is_end], len(found))
    for number, chunks in enumerate(found):
        if chunks and ends[slice(*bounds[number : number + 2])] != [stop for _, stop in chunks]:
            found[number] = None

    wanted = _META_SIZES.take(kind)
    odd = np.flatnonzero((byte != _META) | ((wanted != size) & (wanted != _ANY_SIZE)))
    # Of a flood all are counted, since the number of them decides how they are looked at.
    if np.bincount(file.take(odd)).max(initial=0) < _MANY:
        odd = odd[~_plain(joined.numbers, high.take(odd))]
    places, bounds = place.take(odd).tolist(), _bounds(file.take(odd), len(found))
    for number, (data, chunks) in enumerate(zip(joined.files, found, strict=True)):
        if chunks and (own := places[slice(*bounds[number : number + 2])]):
            found[number] = chunks if _in_order(data, chunks, own) else None
    return found


def _plain(numbers: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of such bytes a glance tells to begin nothing odd: bool `(n,)`."""
    byte, kind, size, status, head = (
        numbers.take(at + n, mode="clip") for n in (0, 1, 2, -_MESSAGE_BACK, -_HEAD_BACK)
    )
    lone_end = (byte == _SYSEX_END) & (kind < 0x80) & (size >= 0x80)
    # Where the message before it would have its status byte, or the track its head.
    other = (byte != _META) & (byte != _SYSEX_END) & (status < 0x80) & (head != b"MTrk"[0])
    plain: NDArray[np.bool_] = (byte == _SYSEX) | lone_end | other
    return plain


def _bounds(file: NDArray[np.int64], files: int) -> list[int]:
    """Where in a sorted array the numbers of each file begin, and where the last one's end."""
    return np.searchsorted(file, np.arange(files + 1)).tolist()


def _chunks(data: bytes) -> Chunks | None:
    """Where the events of each track begin and stop; None if the headers do not fit together."""
    if data[4:8] != b"\0\0\0\6" or data[8:10] > b"\0\2":
        return None
    at, chunks = _HEADER, []
    while data[at : at + 4] == b"MTrk":
        begin = at + _TRACK_HEADER
        at = begin + int.from_bytes(data[at + 4 : begin], "big")
        chunks.append((begin, at))
    if at > len(data) or len(chunks) != int.from_bytes(data[10:12], "big"):
        return None
    return chunks if chunks and data.find(b"MTrk", at) < 0 else None


def _in_order(data: bytes, chunks: Chunks, odd: Sequence[int]) -> bool:
    """Whether the tracks that such events may be in are in order.

    odd: where there is a byte that may begin one. The track is walked through: it may as well
    be a byte of a long delta time.
    """
    other = [at for at in odd if data[at] not in (_SYSEX, _SYSEX_END)]
    stop = chunks[-1][1]
    ends = (at for at in odd if data[at] == _SYSEX_END)
    lapsed = [*islice((at for at in ends if _LAPSED_STATUS.match(data, at, stop)), _MANY)]
    if max(len(other), len(lapsed)) >= _MANY:
        return all(in_order(data, *chunk) for chunk in chunks)
    odd = [*lapsed, *(at for at in other if data[at] == _META or _is_odd(data, at))]
    begins = [begin for begin, _ in chunks]
    walked = {max(bisect(begins, at) - 1, 0) for at in odd}
    return all(in_order(data, *chunks[number]) for number in sorted(walked))


def _is_odd(data: bytes, at: int) -> bool:
    """Whether a status byte of no other kind may begin an event that symusic cannot take."""
    return _BEFORE_SYSTEM.fullmatch(data, max(at - _HEAD_BACK, 0), at) is not None
