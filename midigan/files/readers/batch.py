"""Many events of a track at once, and what they say: messages, tempos, meters, and damage."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from midigan.files.readers.events import META, SYSEX, SYSEX_END, WIDTHS, Events
from midigan.files.score import TICK_METER, TICK_TEMPO, TickArray

#: Payload bytes of meta events that have a fixed size; _ANY of the others.
META_BYTES = {0x20: 1, 0x21: 1, 0x2F: 0, 0x51: 3, 0x54: 5, 0x58: 4, 0x59: 2}
_ANY = 0xFF
_META_SIZES = np.full(256, _ANY, np.uint8)
_META_SIZES[list(META_BYTES)] = list(META_BYTES.values())

TEMPO, METER = 0x51, 0x58

#: Bytes of system exclusive messages that are looked at together.
_PADDED = 16

#: Where time stops, so that no sum of ticks can overflow later.
LAST_TICK = 2**44

#: The smallest note value that a meter of a file may name is 2 to minus one less than this.
_VALUES = 16


class Batch:
    """What events say that were found in `data` after a tick and a status byte.

    status: the last status byte of a channel message before them, 0 if there is none; lapsed:
    whether a system message has come since.

    ticks: int64 (events,), when each of them is. Of the channel messages among them, n: event
    int64 (n,), which of the events they are; tick int64 (n,); status uint8 (n,), their own or the
    one before's; channel (n,) 0..15; first, second uint8 (n,), their data bytes cut to seven
    bits, second 0 where there is one alone.
    """

    def __init__(
        self, data: NDArray[np.uint8], events: Events, tick: int, status: int, lapsed: bool
    ) -> None:
        self._data, self._at, self._byte = data, events.at, events.byte
        self.ticks = np.minimum(tick + np.cumsum(events.delay), LAST_TICK)
        self._lacking = self._byte < 0x80
        own = ~self._lacking & (self._byte < SYSEX)
        sysex = (self._byte == SYSEX) | (self._byte == SYSEX_END)
        # The last event of the kind, up to each event.
        named, since = _last(own), _last(sysex)
        self._status = np.where(named >= 0, self._byte.take(named), np.uint8(status))
        self._lapsed = np.where(named >= 0, since > named, lapsed | (since >= 0))
        chosen = np.flatnonzero(own | (self._lacking & (self._status > 0)))
        self.event = chosen
        at = self._at[chosen] + own[chosen]
        self.tick, self.status = self.ticks[chosen], self._status[chosen]
        self.channel = self.status & 0xF
        self._first = data.take(at)
        self._second = np.where(
            WIDTHS.take(self.status) == 2, data.take(at + 1, mode="clip"), np.uint8(0)
        )
        self.first, self.second = self._first & 0x7F, self._second & 0x7F

    def state(self) -> tuple[int, int, bool]:
        """The tick after the last event, the status byte, and whether it has lapsed."""
        return int(self.ticks[-1]), int(self._status[-1]), bool(self._lapsed[-1])

    def exclusives(self, most: int) -> tuple[NDArray[np.int64], NDArray[np.int64], list[bytes]]:
        """System exclusive messages of at most so many bytes, up to ten, without their F0.

        Returns which events they are and which message each is, both int64 (m,), and the
        messages, each once.
        """
        event = np.flatnonzero(self._byte == SYSEX)
        size = self._data.take(self._at[event] + 1, mode="clip").astype(np.int64)
        event, size = event[size <= most], size[size <= most]
        if not len(event):
            return event, event, []
        places = np.arange(_PADDED)
        rows = self._data.take(self._at[event, None] + 2 + places, mode="clip")
        rows *= places < size[:, None]
        # Whole numbers are put in order much faster than rows.
        begin, rest = (rows[:, part].copy().view("<u8") for part in (slice(8), slice(8, _PADDED)))
        number = np.unique(begin, return_inverse=True)[1].reshape(-1) << 32
        number |= rest.reshape(-1).astype(np.int64) << 8 | size
        _, first, which = np.unique(number, return_index=True, return_inverse=True)
        return event, which, [rows[i, : size[i]].tobytes() for i in first.tolist()]

    def mended(self) -> list[tuple[str, int]]:
        """What of the events is damage, and how often, in the order of the first of each."""
        system = (self._byte > SYSEX) & (self._byte != SYSEX_END) & (self._byte != META)
        sizes = _META_SIZES.take(self._kind)
        running = self._lacking & (self._status > 0) & self._lapsed
        high = [self.event[part >= 0x80] for part in (self._first, self._second)]
        found = {
            "a system message does not belong in a file": np.flatnonzero(system),
            "a meta event of the wrong length was ignored": self._meta[
                (sizes != _ANY) & (sizes != self._length)
            ],
            "a message after a system one lacks its status byte": np.flatnonzero(running),
            "a message without a status byte was skipped": np.flatnonzero(
                self._lacking & (self._status == 0)
            ),
            "a data byte over 127 was cut to seven bits": np.sort(np.concatenate(high)),
        }
        some = [what for what, places in found.items() if len(places)]
        return [(what, len(found[what])) for what in sorted(some, key=lambda own: found[own][0])]

    def tempos(self) -> TickArray:
        """TICK_TEMPO array; 0 microseconds are no tempo, and say so as one of 0."""
        event, at = self._of_kind(TEMPO)
        mspq = sum(self._data.take(at + n).astype(np.int64) << 8 * (2 - n) for n in range(3))
        tempos = np.empty(len(event), TICK_TEMPO)
        tempos["tick"] = self.ticks[event]
        tempos["bpm"] = np.divide(60e6, mspq, out=np.zeros(len(event)), where=mspq > 0)
        return tempos

    def meters(self) -> TickArray:
        """TICK_METER array; a denominator that is too great comes as 0."""
        event, at = self._of_kind(METER)
        power = self._data.take(at + 1).astype(np.int64)
        meters = np.empty(len(event), TICK_METER)
        meters["tick"], meters["numerator"] = self.ticks[event], self._data.take(at)
        meters["denominator"] = np.where(power < _VALUES, 1 << np.minimum(power, _VALUES), 0)
        return meters

    def programs(self, chosen: NDArray[np.int64], before: list[int]) -> NDArray[np.int64]:
        """The program (m,) that is in force at each of some of the messages.

        chosen: (m,), which. before: by channel, at the beginning; at the end afterwards.
        """
        channels = self.channel[chosen]
        found = np.array(before)[channels]
        changes = np.flatnonzero(self.status >> 4 == 0xC)
        for channel in np.flatnonzero(np.bincount(self.channel[changes])).tolist():
            own = changes[self.channel[changes] == channel]
            mine = np.flatnonzero(channels == channel)
            number = np.searchsorted(own, chosen[mine])
            found[mine[number > 0]] = self.first[own[number[number > 0] - 1]]
            before[channel] = int(self.first[own[-1]])
        return found

    @cached_property
    def _meta(self) -> NDArray[np.int64]:
        """Which events are meta events."""
        return np.flatnonzero(self._byte == META)

    @cached_property
    def _kind(self) -> NDArray[np.uint8]:
        return self._data.take(self._at[self._meta] + 1)

    @cached_property
    def _length(self) -> NDArray[np.uint8]:
        return self._data.take(self._at[self._meta] + 2)

    def _of_kind(self, kind: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Meta events of a kind and of its size, and where their payload begins."""
        event = self._meta[(self._kind == kind) & (self._length == META_BYTES[kind])]
        return event, self._at[event] + 3


def _last(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each event the last one up to it that is chosen, -1 where there is none."""
    return np.maximum.accumulate(np.where(chosen, np.arange(len(chosen)), -1))
