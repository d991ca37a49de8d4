"""The events of a track, found many at once.

How long an event is can be told from its first bytes, but for one without a status byte: that
depends on how many data bytes the message before it has. So for each byte, and each case, a
table says where an event that begins there ends, and which case it leaves to the next one. To
go from event to event is then to follow the table, eight of them at a time. Standard: MIDI
1.0, Standard MIDI Files (RP-001).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Data bytes of channel messages, by the status byte's high four bits.
DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
#: Data bytes of system messages, which do not belong in a file.
SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}
SYSEX, SYSEX_END, META = 0xF0, 0xF7, 0xFF

#: Data bytes of channel messages, by their status bytes; 0 of all others.
WIDTHS = np.array([DATA_BYTES.get(byte >> 4, 0) for byte in range(256)], np.int32)
#: Bytes from a status byte on; 0 where there is none, or where a size follows.
_SIZES = np.where(WIDTHS > 0, WIDTHS + 1, 0)
_SIZES[0xF1:0xFF] = [1 + SYSTEM_BYTES.get(byte, 0) for byte in range(0xF1, 0xFF)]
_SIZES[SYSEX_END] = 0

#: A delay has at most four bytes, and so many more are looked at behind one.
_DELAY_HIGH_BYTES, _BEHIND = 3, 8
#: The longest event that is found: a delay, what kind it is, a size of one byte, so many more.
LONGEST_EVENT = 4 + 3 + 127


@dataclass(frozen=True, eq=False)
class Events:
    """Events one after another.

    size: bytes that they take together.
    delay: int64 (n,), ticks since the one before.
    at: int64 (n,), where in the data each one's status byte is, or its first data byte if it
        has none. byte: uint8 (n,), what is there.
    """

    size: int
    delay: NDArray[np.int64]
    at: NDArray[np.int64]
    byte: NDArray[np.uint8]


def find_events(data: NDArray[np.uint8], width: int, told: Collection[int]) -> Events | None:
    """The events that `data` begins with, up to one that is odd or told; None if that is first.

    data: (n,) bytes of a track from the beginning of an event on. width: how many data bytes
    the last channel message before it has, 0 if there is none. told: kinds of meta events to
    stop at. Odd is what `data` does not hold to its end, a delay of more than four bytes and a
    size of more than one.
    """
    count = len(data)
    padded = np.concatenate([data, np.zeros(_BEHIND, np.uint8)])
    high = padded >= 0x80
    head, odd = np.arange(1, count + 1, dtype=np.int32), high[:count]
    for number in range(1, _DELAY_HIGH_BYTES + 1):
        head += odd
        odd = odd & high[number : count + number]
    byte = padded.take(head)
    end = head + _SIZES.take(byte)
    _add_long(padded, head, byte, end, odd, told)
    steps = _follow(_table(head, byte, end, odd, width), count)
    if len(steps) < 2:
        return None
    begin = steps[:-1]
    at = head.take(begin).astype(np.int64)
    return Events(int(steps[-1]), _delays(data, begin, at), at, byte.take(begin))


def _add_long(
    padded: NDArray[np.uint8],
    head: NDArray[np.int32],
    byte: NDArray[np.uint8],
    end: NDArray[np.int32],
    odd: NDArray[np.bool_],
    told: Collection[int],
) -> None:
    """Find, in place, the ends of events that say their sizes, and which are not to be taken."""
    long = np.flatnonzero((byte >= SYSEX) & (_SIZES.take(byte) == 0))
    meta = byte[long] == META
    kind = padded.take(head[long] + 1)
    at = head[long] + 1 + meta
    size = padded.take(at)
    end[long] = at + 1 + size
    odd[long] |= (size >= 0x80) | (meta & _among(told).take(kind))


def _among(numbers: Collection[int]) -> NDArray[np.bool_]:
    """Of each byte whether it is one of the numbers: bool (256,)."""
    found = np.zeros(256, np.bool_)
    found[list(numbers)] = True
    return found


def _table(
    head: NDArray[np.int32],
    byte: NDArray[np.uint8],
    end: NDArray[np.int32],
    odd: NDArray[np.bool_],
    width: int,
) -> NDArray[np.int32]:
    """Where the next event begins, (cases * (n + 1),): in a row for each width that there may be.

    The first row is the case at the beginning. What is odd, and what ends behind the data,
    leads to itself.
    """
    count, own = len(head), WIDTHS.take(byte)
    widths = [width, *(w for w in (1, 2) if w != width and np.any(own == w))]
    row_of = np.zeros(3, np.int32)
    row_of[widths] = np.arange(len(widths))
    lacking = byte < 0x80
    table = np.empty((len(widths), count + 1), np.int32)
    for row, now in enumerate(widths):
        stop = np.where(lacking, head + max(now, 1), end)
        to = np.where(own > 0, row_of.take(own), row) * np.int32(count + 1) + stop
        here = np.arange(count, dtype=np.int32) + row * (count + 1)
        table[row, :count] = np.where(odd | (stop > count), here, to)
        table[row, count] = count + row * (count + 1)
    return table.ravel()


def _follow(table: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Where the events begin, from 0 on, and last where the first one begins that is not taken."""
    two = table.take(table)
    four = two.take(two)
    eight = four.take(four)
    jump = eight.data
    at, before = 0, -1
    eighths = []
    while at != before:
        eighths.append(at)
        at, before = jump[at], at
    first = np.array(eighths, np.int64)
    fifth = four.take(first)
    steps = np.stack([first, two.take(first), fifth, two.take(fifth)], axis=1).ravel()
    steps = np.stack([steps, table.take(steps)], axis=1).ravel()
    return steps[: int((table.take(steps) == steps).argmax()) + 1] % (count + 1)


def _delays(
    data: NDArray[np.uint8], begin: NDArray[np.int64], head: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The delays from `begin` up to `head`, in ticks."""
    delays = (data.take(begin) & 0x7F).astype(np.int64)
    for number in range(1, _DELAY_HIGH_BYTES + 1):
        longer = np.flatnonzero(head - begin > number)
        delays[longer] = delays[longer] << 7 | data.take(begin[longer] + number) & 0x7F
    return delays
