"""The careful MIDI reader: pure Python, takes what it can from damaged files.

It reads notes, names, programs, tempos and meters, mends what can be mended and says so.
symusic reads sound files faster; this one is for the rest, and for systems that symusic has
no wheel for. It goes from event to event, and over messages in order many at once, so that
large files take no longer than they must. Standard: MIDI 1.0, Standard MIDI Files (RP-001).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from midigan.files.findings import Findings
from midigan.files.messages import DATA_BYTES, MESSAGE_BYTES, Messages, read_messages
from midigan.files.score import Score
from midigan.files.strikes import STRIKE, Strikes, by_appearance

#: Data bytes of system messages, which do not belong in a file.
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}

#: Payload bytes of meta events that have a fixed size.
_META_BYTES = {0x20: 1, 0x21: 1, 0x2F: 0, 0x51: 3, 0x54: 5, 0x58: 4, 0x59: 2}

_NAME, _END, _TEMPO, _METER = 0x03, 0x2F, 0x51, 0x58

#: Where time stops, so that no sum of ticks can overflow later.
_LAST_TICK = 2**44

#: Bytes that are looked at for messages in order: at first and at least, and at most.
_LEAST_AHEAD, _MOST_AHEAD = 1 << 9, 1 << 18


def read_carefully(data: bytes, ppq: int, *, pedal: bool = False) -> Score:
    """The score in `data`, which begins at `MThd`. Finds no notes rather than failing.

    pedal: whether notes last as long as the sustain pedal holds them.
    """
    found = Findings(pedal)
    numbers = np.frombuffer(data, np.uint8)
    chunks = _track_chunks(data)
    if len(chunks) != int.from_bytes(data[10:12], "big"):
        found.mend("its header counts other tracks than it has")
    for number, (begin, stop) in enumerate(chunks):
        track = _TrackReader(data, numbers[:stop], begin, number, found)
        track.read()
        if track.at - begin != int.from_bytes(data[begin - 4 : begin], "big"):
            found.mend("a track is not as long as its header says")
    return found.score(ppq)


def _track_chunks(data: bytes) -> list[tuple[int, int]]:
    """Where the events of each track begin and stop.

    A track ends where the next one begins, whatever its length field says: the reader
    stops at the end-of-track event.
    """
    heads = []
    at = data.find(b"MTrk", 8)
    while at >= 0:
        heads.append(at)
        at = data.find(b"MTrk", at + 8)
    return [(head + 8, stop) for head, stop in pairwise([*heads, len(data)])]


class _TrackReader:
    """Walks the events of one track chunk, from `data[at]` to the last of `numbers`.

    numbers: the bytes of `data` up to the track's end, as an array.
    """

    def __init__(
        self, data: bytes, numbers: NDArray[np.uint8], at: int, number: int, found: Findings
    ) -> None:
        self.data, self.numbers, self.at, self.stop = data, numbers, at, len(numbers)
        self.number, self.found = number, found
        self.tick = 0
        #: The last message's status byte, and whether a system message has cancelled it.
        self.status, self.lapsed = 0, False
        self.programs = [0] * 16
        self.strikes = Strikes()
        #: How far to look ahead for messages in order, and from where on it is worth it.
        self.ahead, self.look_at = _LEAST_AHEAD, at

    def read(self) -> None:
        try:
            self._events()
        except IndexError:
            self.found.mend("a track breaks off")
        notes, unending = self.strikes.notes(self.tick)
        self.found.mend("a note that never ends was closed", unending)
        self.found.notes.append(notes)

    def _events(self) -> None:
        """Read all events: messages in order at once, others one by one."""
        ended = False
        while not ended:
            if self.at >= self.look_at and self.status:
                self._messages()
            ended = self._event()

    def _messages(self) -> None:
        """Read the messages in order that are ahead, if any."""
        while (size := min(self.ahead, self.stop - self.at)) > MESSAGE_BYTES:
            found = read_messages(self.numbers[self.at : self.at + size], self.status)
            taken = found.size if found else 0
            if found:
                self._take(found)
            if taken < size - MESSAGE_BYTES:
                # Where events that are none of these are many, looking ahead does not pay.
                self.ahead = max(_LEAST_AHEAD, min(self.ahead, 2 * taken))
                self.look_at = self.at + (_LEAST_AHEAD if taken < _LEAST_AHEAD // 4 else 0)
                break
            self.ahead = min(2 * self.ahead, _MOST_AHEAD)

    def _take(self, found: Messages) -> None:
        """Do with many messages what `_message` does with one."""
        ticks = np.minimum(self.tick + np.cumsum(found.delay), _LAST_TICK)
        self.found.controls(found, ticks)
        programs = found.status >> 4 == 0xC
        changed = (found.status[programs] & 0xF).tolist(), found.first[programs].tolist()
        for channel, program in dict(zip(*changed, strict=True)).items():
            self.programs[channel] = program
        self._play(found, ticks)
        if self.lapsed:
            self.found.mend("a message after a system one lacks its status byte", found.unnamed)
            self.lapsed = found.unnamed == len(ticks)
        self.status, self.tick = int(found.status[-1]), int(ticks[-1])
        self.at += found.size

    def _play(self, found: Messages, ticks: NDArray[np.int64]) -> None:
        """The notes among many messages, and where they end."""
        # Of 0x8 and 0x9. There are no program changes among them: those have one data byte.
        played = np.flatnonzero(found.status < 0xA0)
        channels, pitches = found.status[played] & 0xF, found.first[played]
        strikes = np.empty(len(played), STRIKE)
        strikes["tick"] = ticks[played]
        strikes["key"] = channels.astype(np.uint16) << 7 | pitches
        strikes["velocity"] = np.where(found.status[played] >= 0x90, found.second[played], 0)
        sources = np.zeros(16, np.int32)
        for channel in by_appearance(channels[strikes["velocity"] > 0], 16):
            sources[channel] = self.found.source(self.number, channel, self.programs[channel])
        strikes["source"] = sources[channels]
        self.strikes.extend(strikes)

    def _event(self) -> bool:
        """Read one event; true if it ends the track."""
        self.tick = min(self.tick + self._number(), _LAST_TICK)
        byte = self._byte()
        if byte == 0xFF:
            return self._meta(self._byte())
        if byte in (0xF0, 0xF7):
            message = self._payload()
            if byte == 0xF0:
                self.found.drum_parts.sysex(self.tick, message)
            self.lapsed = True
        elif byte > 0xF0:
            self.found.mend("a system message does not belong in a file")
            self.at += _SYSTEM_BYTES.get(byte, 0)
        elif byte >= 0x80:
            self.status, self.lapsed = byte, False
            self._message()
        elif self.status:
            if self.lapsed:
                self.found.mend("a message after a system one lacks its status byte")
            self.at -= 1
            self._message()
        else:
            self.found.mend("a message without a status byte was skipped")
        return False

    def _message(self) -> None:
        kind, channel = self.status >> 4, self.status & 0xF
        first = self._data_byte()
        second = self._data_byte() if DATA_BYTES[kind] == 2 else 0
        if kind == 0x9 and second:
            source = self.found.source(self.number, channel, self.programs[channel])
            self.strikes.add(self.tick, source, channel << 7 | first, second)
        elif kind in (0x8, 0x9):
            self.strikes.add(self.tick, 0, channel << 7 | first, 0)
        else:
            if kind == 0xC:
                self.programs[channel] = first
            self.found.control(self.tick, self.status, first, second)

    def _meta(self, kind: int) -> bool:
        payload = self._payload()
        if kind == _NAME and self.number not in self.found.names:
            self.found.names[self.number] = payload.decode("utf-8", "replace")
        elif kind in _META_BYTES and len(payload) != _META_BYTES[kind]:
            self.found.mend("a meta event of the wrong length was ignored")
        elif kind == _TEMPO:
            # 0 is no tempo, and says so as one: whoever makes bars drops it.
            mspq = int.from_bytes(payload, "big")
            self.found.tempos.append((self.tick, 60e6 / mspq if mspq else 0.0))
        elif kind == _METER:
            denominator = 2 ** payload[1] if payload[1] < 16 else 0
            self.found.meters.append((self.tick, payload[0], denominator))
        if (
            kind == _END
            and self.stop - self.at > 3
            and self.data[self.stop - 3 : self.stop] == (b"\xff\x2f\x00")
        ):
            self.found.mend("events after the end of a track were ignored")
        return kind == _END

    def _payload(self) -> bytes:
        size = self._number()
        if size > self.stop - self.at:
            raise IndexError
        self.at += size
        return self.data[self.at - size : self.at]

    def _number(self) -> int:
        """A variable-length quantity of at most four bytes."""
        value = 0
        for _ in range(4):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise IndexError

    def _data_byte(self) -> int:
        byte = self._byte()
        if byte >= 0x80:
            self.found.mend("a data byte over 127 was cut to seven bits")
        return byte & 0x7F

    def _byte(self) -> int:
        if self.at >= self.stop:
            raise IndexError
        byte = self.data[self.at]
        self.at += 1
        return byte
