"""Channel messages that are in order, read many at once.

In a row of whole messages with as many data bytes each, all bytes below 128 take turns: the
last one of a delay, then the data. The others are a delay's first bytes, just before its last
one, or a status byte, just after it. So all roles are known without walking from message to
message. Standard: MIDI 1.0, Standard MIDI Files (RP-001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Data bytes of channel messages, by the status byte's high four bits.
DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}

#: Data bytes by status byte or, 0, by what is none.
_WIDTH = np.array([DATA_BYTES.get(byte >> 4, 0) for byte in range(256)], np.uint8)

#: A delay has at most four bytes.
_DELAY_HIGH_BYTES = 3
#: A message has at most that many: a delay, a status byte and two of data.
MESSAGE_BYTES = 7


@dataclass(frozen=True, eq=False)
class Messages:
    """Channel messages one after another, all with one data byte or all with two.

    size: bytes that they take.
    delay: (n,) ticks since the one before; status: (n,) their own or the one before's.
    first, second: (n,) data bytes 0..127; second is first where there is one alone.
    unnamed: how many there are before the first that has a status byte of its own, 0..n.
    """

    size: int
    delay: NDArray[np.int64]
    status: NDArray[np.uint8]
    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    unnamed: int


def read_messages(data: NDArray[np.uint8], status: int) -> Messages | None:
    """The messages that `data` begins with, as far as they are in order; None if it does not.

    data: (n,) bytes of a track from the beginning of an event on. status: the status byte
    of the message before it, 0x80..0xEF.
    """
    low = np.flatnonzero(data < 0x80)
    if len(low) < 2:
        return None
    begins_with = int(data[low[0] + 1])
    width = int(_WIDTH[begins_with if begins_with >= 0x80 else status])
    if not width or len(low) <= width:
        return None
    lows = low[: len(low) // (1 + width) * (1 + width)].reshape(-1, 1 + width)
    begin = np.concatenate([[0], lows[:-1, -1] + 1])
    highs = lows[:, 0] - begin
    named = lows[:, 1] - lows[:, 0] - 1
    own = data[lows[:, 1] - 1]
    wrong = (highs > _DELAY_HIGH_BYTES) | (named > 1) | ((named == 1) & (_WIDTH[own] != width))
    if width == 2:
        wrong |= lows[:, 2] != lows[:, 1] + 1
    count = int(wrong.argmax()) if wrong.any() else len(wrong)
    if not count:
        return None
    lows, highs, named = lows[:count], highs[:count], named[:count] == 1
    statuses = np.concatenate([np.array([status], np.uint8), own[:count][named]])
    return Messages(
        int(lows[-1, -1]) + 1,
        _delays(data, lows[:, 0], highs),
        statuses[np.cumsum(named)],
        data[lows[:, 1]],
        data[lows[:, -1]],
        int(named.argmax()) if named.any() else count,
    )


def _delays(
    data: NDArray[np.uint8], last: NDArray[np.int64], highs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The delays whose last bytes are at `last`, with as many `highs` before them."""
    delays = data[last].astype(np.int64)
    for number in range(1, _DELAY_HIGH_BYTES + 1):
        longer = np.flatnonzero(highs >= number)
        delays[longer] += (data[last[longer] - number] & np.int64(0x7F)) << 7 * number
    return delays
