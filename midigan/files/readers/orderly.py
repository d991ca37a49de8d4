"""Whether the events of a MIDI track are in order: an exact walk over its bytes.

Standard MIDI Files 1.0: an event is a time, a status byte unless it is the one before's, and
data bytes. Which byte is which can only be told from the track's beginning on.
"""

from __future__ import annotations

import re

#: A variable-length quantity of at most four bytes: a time, or the length of a message.
_QUANTITY = rb"[\x80-\xff]{0,3}[\0-\x7f]"
#: Any number of channel messages, each run of them with a status byte of its own. None is
#: given back once it has been matched, so that the time taken grows with the bytes alone.
_CHANNEL_MESSAGES = re.compile(
    rb"(?:%b(?:[\x80-\xbf\xe0-\xef][\0-\x7f]{2}(?:%b[\0-\x7f]{2})*+"
    rb"|[\xc0-\xdf][\0-\x7f](?:%b[\0-\x7f])*+))*+" % (_QUANTITY, _QUANTITY, _QUANTITY)
)
#: What a meta event or a system exclusive message begins with: time, kind and length.
_SYSTEM_MESSAGE = re.compile(rb"%b(\xff[\0-\x7f]|[\xf0\xf7])(%b)" % (_QUANTITY, _QUANTITY))
_END_OF_TRACK = b"\xff\x2f"
#: Sizes of meta events (prefix, port, tempo, meter, key) that symusic takes for granted.
META_SIZES = {0x20: 1, 0x21: 1, 0x51: 3, 0x58: 4, 0x59: 2}


def in_order(data: bytes, begin: int, stop: int) -> bool:
    """Whether the bytes `begin` to `stop - 1` are whole events, the last an end of track.

    False also where a meta event has not its size, or an event after a system message goes
    without a status byte.
    """
    at = begin
    while found := _SYSTEM_MESSAGE.match(data, _channel_messages_end(data, at, stop), stop):
        size = _number(found[2])
        at = found.end() + size
        if found[1] == _END_OF_TRACK:
            return at == stop
        if META_SIZES.get(found[1][-1], size) != size:
            return False
    return False


def _channel_messages_end(data: bytes, begin: int, stop: int) -> int:
    found = _CHANNEL_MESSAGES.match(data, begin, stop)
    return found.end() if found else begin


def _number(quantity: bytes) -> int:
    """The number that a variable-length quantity is."""
    number = 0
    for byte in quantity:
        number = number << 7 | byte & 0x7F
    return number
