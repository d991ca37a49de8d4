"""MIDI bytes read event by event: what the careful reader must find, in its plainest form.

Slow, and the definition: no event is read but after the one before it, no note ends but by
the release that is read, and nothing is left out of the changes of drum channels.
"""

from collections import Counter, deque
from itertools import pairwise

import numpy as np

from midigan.files.readers.drum_parts import DRUM_CHANNEL, DrumParts
from midigan.files.readers.pedal import PEDAL, RESET, hold
from midigan.files.score import TICK_METER, TICK_NOTE, TICK_TEMPO, Score, SourceTrack


class _AllDrumParts(DrumParts):
    """Every event counts."""

    def _telling(self):
        events = self._events()
        return events[np.argsort(events["tick"], kind="stable")]


#: Data bytes that follow each kind of channel message, by the status byte's high four bits.
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}

#: Data bytes of system messages, which do not belong in a file.
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}

#: Payload bytes of meta events that have a fixed size.
_META_BYTES = {0x20: 1, 0x21: 1, 0x2F: 0, 0x51: 3, 0x54: 5, 0x58: 4, 0x59: 2}

_NAME, _END, _TEMPO, _METER = 0x03, 0x2F, 0x51, 0x58

#: The controller that chooses a bank of programs.
_BANK_SELECT = 0

#: Where time stops, so that no sum of ticks can overflow later.
_LAST_TICK = 2**44


def read_by_events(data, ppq, *, pedal=False):
    """What `read_carefully` gives."""
    found = _Findings()
    chunks = _track_chunks(data)
    if len(chunks) != int.from_bytes(data[10:12], "big"):
        found.mend("its header counts other tracks than it has")
    for number, (begin, stop) in enumerate(chunks):
        track = _TrackReader(data, begin, stop, number, found)
        track.read()
        if track.at - begin != int.from_bytes(data[begin - 4 : begin], "big"):
            found.mend("a track is not as long as its header says")
    return found.score(ppq, pedal)


def _track_chunks(data):
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


class _Findings:
    """What the tracks of one file yield together."""

    def __init__(self):
        self.mended = Counter()
        self.names = {}
        self.tracks = {}
        self.notes = []
        self.tempos = []
        self.meters = []
        self.drum_parts = _AllDrumParts()
        self.pedal_moves = []

    def mend(self, what):
        self.mended[what] += 1

    def source(self, chunk, channel, program):
        return self.tracks.setdefault((chunk, channel, program), len(self.tracks))

    def score(self, ppq, pedal):
        notes = np.array(self.notes, TICK_NOTE)
        tracks = self._divide(notes)
        held = hold(notes, tracks, self.pedal_moves) if pedal else 0
        warnings = [f"{what} ({n}x)" if n > 1 else what for what, n in self.mended.items()]
        return Score(
            ppq,
            tracks,
            notes,
            np.array(self.tempos, TICK_TEMPO),
            np.array(self.meters, TICK_METER),
            tuple(warnings),
            pedal_held=held,
        )

    def _divide(self, notes):
        """The source tracks; where a channel changes to or from drums, two instead of one."""
        tracks = []
        divided = []
        changes = self.drum_parts.changes()
        for number, (chunk, channel, program) in enumerate(self.tracks):
            drums = channel == DRUM_CHANNEL
            name = self.names.get(chunk, "")
            if channel in changes:
                ticks, states = changes[channel]
                own = np.flatnonzero(notes["source"] == number)
                at = np.searchsorted(ticks, notes["start"][own], side="right") - 1
                is_drum = np.array(states)[at]
                drums = bool(is_drum.all())
                if is_drum.any() and not drums:
                    notes["source"][own[is_drum]] = len(self.tracks) + len(divided)
                    divided.append(SourceTrack(name, program, True, channel))
            tracks.append(SourceTrack(name, program, drums, channel))
        return (*tracks, *divided)


class _TrackReader:
    """Walks the events of one track chunk, from `data[at]` to `data[stop]`."""

    def __init__(self, data, at, stop, number, found):
        self.data, self.at, self.stop = data, at, stop
        self.number, self.found = number, found
        self.tick = 0
        #: The last message's status byte, and whether a system message has cancelled it.
        self.status, self.lapsed = 0, False
        self.programs = [0] * 16
        #: Struck and not yet released: (tick, source, velocity), oldest first.
        self.sounding = {}

    def read(self):
        try:
            while not self._event():
                pass
        except IndexError:
            self.found.mend("a track breaks off")
        for (_, pitch), struck in self.sounding.items():
            for tick, source, velocity in struck:
                self.found.mend("a note that never ends was closed")
                self.found.notes.append((tick, self.tick - tick, source, pitch, velocity))

    def _event(self):
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

    def _message(self):
        kind, channel = self.status >> 4, self.status & 0xF
        first = self._data_byte()
        second = self._data_byte() if _DATA_BYTES[kind] == 2 else 0
        if kind == 0xC:
            self.programs[channel] = first
            self.found.drum_parts.program(self.tick, channel)
        elif kind == 0xB and first == _BANK_SELECT:
            self.found.drum_parts.bank(self.tick, channel, second)
        elif kind == 0xB and first in (PEDAL, RESET):
            value = second if first == PEDAL else 0
            self.found.pedal_moves.append((self.tick, channel, value))
        elif kind == 0x9 and second:
            source = self.found.source(self.number, channel, self.programs[channel])
            struck = self.sounding.setdefault((channel, first), deque())
            struck.append((self.tick, source, second))
        elif kind in (0x8, 0x9) and self.sounding.get((channel, first)):
            tick, source, velocity = self.sounding[channel, first].popleft()
            self.found.notes.append((tick, self.tick - tick, source, first, velocity))

    def _meta(self, kind):
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

    def _payload(self):
        size = self._number()
        if size > self.stop - self.at:
            raise IndexError
        self.at += size
        return self.data[self.at - size : self.at]

    def _number(self):
        """A variable-length quantity of at most four bytes."""
        value = 0
        for _ in range(4):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise IndexError

    def _data_byte(self):
        byte = self._byte()
        if byte >= 0x80:
            self.found.mend("a data byte over 127 was cut to seven bits")
        return byte & 0x7F

    def _byte(self):
        if self.at >= self.stop:
            raise IndexError
        byte = self.data[self.at]
        self.at += 1
        return byte
