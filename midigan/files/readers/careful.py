"""The careful MIDI reader: pure Python, takes what it can from damaged files.

It reads notes, names, programs, tempos and meters, mends what can be mended and says so.
symusic reads sound files faster; this one is for the rest, and for systems that symusic has
no wheel for. It takes many events at once, whatever they are, and goes from one to the next
where they are broken or few, so that large files take no longer than they must. Standard:
MIDI 1.0, Standard MIDI Files (RP-001).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from midigan.files.readers.batch import LAST_TICK, META_BYTES, METER, TEMPO, Batch
from midigan.files.readers.events import (
    DATA_BYTES,
    LONGEST_EVENT,
    META,
    SYSEX,
    SYSEX_END,
    SYSTEM_BYTES,
    WIDTHS,
    find_events,
)
from midigan.files.readers.findings import Findings
from midigan.files.readers.mended import UNENDING
from midigan.files.readers.strikes import STRIKE, Strikes, by_appearance
from midigan.files.score import Score

_NAME, _END = 0x03, 0x2F

#: Bytes that are looked at for events in order: at first and at least, and at most.
_LEAST_AHEAD, _MOST_AHEAD = 1 << 9, 1 << 16


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
        self.found.mend(UNENDING, unending)
        self.found.notes.append(notes)

    def _events(self) -> None:
        """Read all events: those in order many at once, others one by one."""
        ended = False
        while not ended:
            if self.at >= self.look_at:
                self._look_ahead()
            ended = self._event()

    def _look_ahead(self) -> None:
        """Read the events that are ahead, up to one that is odd or tells something special."""
        told = {_END} if self.number in self.found.names else {_END, _NAME}
        while (size := min(self.ahead, self.stop - self.at)) >= _LEAST_AHEAD:
            data = self.numbers[self.at : self.at + size]
            found = find_events(data, int(WIDTHS[self.status]), told)
            taken = found.size if found else 0
            if found:
                self._take(Batch(data, found, self.tick, self.status, self.lapsed))
                self.at += taken
            if not found or taken < size - LONGEST_EVENT:
                # Where events that are none of these are many, looking ahead does not pay.
                self.ahead = max(_LEAST_AHEAD, min(self.ahead, 2 * taken))
                self.look_at = self.at + (_LEAST_AHEAD if taken < _LEAST_AHEAD // 4 else 0)
                break
            self.ahead = min(2 * self.ahead, _MOST_AHEAD)

    def _take(self, batch: Batch) -> None:
        """Do with many events what `_event` does with one."""
        for what, times in batch.mended():
            self.found.mend(what, times)
        self.found.conduct(batch.tempos(), batch.meters())
        self.found.controls(batch)
        self._play(batch)
        self.tick, self.status, self.lapsed = batch.state()

    def _play(self, batch: Batch) -> None:
        """The notes among many events, and where they end."""
        # Of 0x8 and 0x9.
        played = np.flatnonzero(batch.status < 0xA0)
        channels, velocity = batch.channel[played], batch.second[played].copy()
        velocity[batch.status[played] < 0x90] = 0
        strikes = np.empty(len(played), STRIKE)
        strikes["tick"] = batch.tick[played]
        strikes["key"] = channels.astype(np.uint16) << 7 | batch.first[played]
        strikes["velocity"] = velocity
        programs = batch.programs(played, self.programs)
        sound = channels.astype(np.int64) << 7 | programs
        sources = np.zeros(16 << 7, np.int32)
        for number in by_appearance(sound[velocity > 0], 16 << 7):
            sources[number] = self.found.source(self.number, number >> 7, number & 127)
        strikes["source"] = sources[sound]
        self.strikes.extend(strikes)

    def _event(self) -> bool:
        """Read one event; true if it ends the track."""
        self.tick = min(self.tick + self._number(), LAST_TICK)
        byte = self._byte()
        if byte == META:
            return self._meta(self._byte())
        if byte in (SYSEX, SYSEX_END):
            message = self._payload()
            if byte == SYSEX:
                self.found.drum_parts.sysex(self.tick, message)
            self.lapsed = True
        elif byte > 0xF0:
            self.found.mend("a system message does not belong in a file")
            self.at += SYSTEM_BYTES.get(byte, 0)
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
        elif kind in META_BYTES and len(payload) != META_BYTES[kind]:
            self.found.mend("a meta event of the wrong length was ignored")
        elif kind == TEMPO:
            # 0 is no tempo, and says so as one: whoever makes bars drops it.
            mspq = int.from_bytes(payload, "big")
            self.found.tempos.append((self.tick, 60e6 / mspq if mspq else 0.0))
        elif kind == METER:
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
