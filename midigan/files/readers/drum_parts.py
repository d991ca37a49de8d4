"""Which channels play drums, and from when on: channel 10, unless the file says otherwise.

General MIDI (MMA RP-003) has drums on channel 10 alone. Roland GS ("use for rhythm part",
SC-55 and SC-88Pro owner's manuals, address 40 1x 15) and Yamaha XG ("part mode", XG
specifications, address 08 nn 07, and bank select 126 and 127) let a file make drums of any
channel, and anything of channel 10; General MIDI 2 (MMA RP-024) has banks 120 and 121 for that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.files.readers.joined import Joined
from midigan.files.score import TickArray

#: General MIDI's channel of drums, counted from 0.
DRUM_CHANNEL = 9

#: System exclusive messages, without their F0. General MIDI on, 1 or 2 (3 for the second).
_GM_ON = re.compile(rb"\x7e.\x09([\x01\x03])\xf7", re.DOTALL)
#: Roland (41), data set (12) for GS (42): reset and mode set; a part's use for rhythm.
_GS_RESET = re.compile(rb"\x41.\x42\x12(?:\x40\x00\x7f\x00|\x00\x00\x7f[\0\x01]).\xf7", re.DOTALL)
_GS_RHYTHM = re.compile(rb"\x41.\x42\x12\x40([\x10-\x1f])\x15([\0-\x02]).\xf7", re.DOTALL)
#: Yamaha (43), parameter change for XG (4C): system on and all reset; a part's mode.
_XG_RESET = re.compile(rb"\x43[\x10-\x1f]\x4c\0\0[\x7e\x7f]\0\xf7")
_XG_PART = re.compile(rb"\x43[\x10-\x1f]\x4c\x08([\0-\x0f])\x07([\0-\x7f])\xf7")

#: The longest of them has so many bytes.
LONGEST = 10

#: Those of them that leave other drums than those of channel 10.
_TELLING = re.compile(
    rb"\xf0.(?:\x41.\x42\x12\x40(?:[\x11-\x1f]\x15[^\0]|\x10\x15\0)"
    rb"|\x43[\x10-\x1f]\x4c\x08(?:[^\x09]\x07[^\0]|\x09\x07\0))",
    re.DOTALL,
)
#: The end of a bank select that may mean drums: a control change with up to three others
#: before it that share its status byte.
_BANK = re.compile(rb".*[\xb0-\xbf](?:[\0-\x7f]{3}){0,3}\0[\x78\x7e\x7f]", re.DOTALL)
_BANK_BYTES = 12
#: How far before its controller number the status byte lies.
_STATUS_BACK = (1, 4, 7, 10)
#: XG or GM 2 switched on, and a bank select on channel 10: it may be made melodic.
_SWITCHED_ON = re.compile(rb"\xf0.(?:\x43[\x10-\x1f]\x4c\0\0\x7e|\x7e.\x09\x03)", re.DOTALL)
_TENTH_BANK = b"\xb9\0"

#: The banks that mean drums, and those that mean none, by what the file was switched to.
_ALL = frozenset(range(128))
_XG_DRUMS = frozenset({126, 127})
_BANKS = {
    "": (_XG_DRUMS, frozenset[int]()),
    "gm": (frozenset[int](), frozenset[int]()),
    "gm2": (frozenset({120}), frozenset({121})),
    "gs": (frozenset[int](), frozenset[int]()),
    "xg": (_XG_DRUMS, _ALL - _XG_DRUMS),
}


def may_have_drum_parts(joined: Joined) -> list[bool]:
    """Whether the bytes of each MIDI file may hold an event that makes other drums than GM's.

    A quick search. It may find one where there is none, and misses a bank select that many
    others share a status byte with.
    """
    # Most files have no exclusive messages: looking for one byte takes no time.
    found = [b"\xf0" in data and _may_have_exclusive(data) for data in joined.files]
    # Bytes 0x78 to 0x7F behind a 0, as the numbers wrap around.
    bank = np.uint8(0x78), np.uint8(8)
    places = joined.find(lambda own: (own[1:] - bank[0] < bank[1]) & (own[:-1] == 0), behind=1)
    # A glance at where the status byte may be spares most of the matching.
    control = [joined.numbers.take(places - back, mode="clip") >> 4 == 0xB for back in _STATUS_BACK]
    files, places = joined.places(places[np.logical_or.reduce(control)])
    for file, at in zip(files.tolist(), places.tolist(), strict=True):
        if _BANK.fullmatch(joined.files[file], max(at - _BANK_BYTES, 0), at + 2):
            found[file] = True
    return found


def _may_have_exclusive(data: bytes) -> bool:
    return bool(_TELLING.search(data) or (_SWITCHED_ON.search(data) and _TENTH_BANK in data))


#: A program change (value PROGRAM), a bank select (value: the bank), or on EVERY channel an
#: exclusive message (value: which).
_EVENT = np.dtype([("tick", "<i8"), ("value", "<i4"), ("channel", "i1")])
PROGRAM, EVERY = -1, -1


#: A mode to switch to, or a channel and whether it plays drums.
_Change = str | tuple[int, bool]


class DrumParts:
    """Collects the events of a file that tell which channels play drums, in any order of tracks.

    Channels are 0..15.
    """

    def __init__(self) -> None:
        self._few: list[tuple[int, int, int]] = []
        self._many: list[TickArray] = []
        #: What exclusive messages may do, in the order in which they first came.
        self._exclusive: list[_Change] = []

    def sysex(self, tick: int, message: bytes) -> None:
        """A system exclusive message, without its F0."""
        number = self.number_of(message)
        if number is not None:
            self._few.append((tick, number, EVERY))

    def number_of(self, message: bytes) -> int | None:
        """The number of what an exclusive message does, for `extend`; None if that is nothing."""
        change = _change(message)
        if change is None:
            return None
        if change not in self._exclusive:
            self._exclusive.append(change)
        return self._exclusive.index(change)

    def bank(self, tick: int, channel: int, number: int) -> None:
        """A bank select (controller 0); the next program change puts it in force."""
        self._few.append((tick, number, channel))

    def program(self, tick: int, channel: int) -> None:
        """A program change."""
        self._few.append((tick, PROGRAM, channel))

    def extend(
        self,
        ticks: NDArray[np.int64],
        channels: NDArray[np.integer[Any]],
        values: NDArray[np.integer[Any]],
    ) -> None:
        """Many, each (n,): bank selects (0..127) and program changes (PROGRAM), by `values`.

        On channel EVERY they are exclusive messages, by their numbers.
        """
        events = np.empty(len(ticks), _EVENT)
        events["tick"], events["channel"], events["value"] = ticks, channels, values
        self._many += [np.array(self._few, _EVENT), events]
        self._few = []

    def changes(self) -> dict[int, tuple[list[int], list[bool]]]:
        """Of each channel that is not as in General MIDI throughout: ticks, and drums from there.

        Each list begins with the state at tick 0. Events of a tick are taken in the order in
        which they came; sounds of the same tick come after them.
        """
        channels = _Channels()
        found = {channel: ([0], [drums]) for channel, drums in enumerate(channels.drums)}
        telling = self._telling()
        columns = (telling[name].tolist() for name in ("tick", "value", "channel"))
        for tick, value, at in zip(*columns, strict=True):
            own: Sequence[int] = (at,)
            if at == EVERY:
                own = channels.change(self._exclusive[value])
            elif value == PROGRAM:
                channels.program(at)
            else:
                channels.bank(at, value)
            for channel in own:
                ticks, states = found[channel]
                if channels.drums[channel] != states[-1]:
                    ticks.append(tick)
                    states.append(channels.drums[channel])
        return {channel: both for channel, both in found.items() if len(both[0]) > 1}

    def _events(self) -> TickArray:
        """All events as they came."""
        return np.concatenate([*self._many, np.array(self._few, _EVENT)])

    def _telling(self) -> TickArray:
        """The events by tick, without those that change nothing.

        Of program changes in a row, nothing else coming to the channel, the first one counts,
        and of the same exclusive message in a row; of bank selects in a row the last.
        """
        events = self._events()
        events = events[np.argsort(events["tick"], kind="stable")]
        every = events["channel"] == EVERY
        telling = every.copy()
        again = every[1:] & every[:-1] & (events["value"][1:] == events["value"][:-1])
        telling[1:] &= ~again
        for channel in np.flatnonzero(np.bincount(events["channel"][~every])).tolist():
            own = np.flatnonzero(every | (events["channel"] == channel))
            program = ~every[own] & (events["value"][own] == PROGRAM)
            bank = ~every[own] & ~program
            telling[own[program & ~np.append(False, program[:-1])]] = True
            telling[own[bank & ~np.append(bank[1:], False)]] = True
        return events[telling]


def _change(message: bytes) -> _Change | None:
    """What an exclusive message does, without its F0; None if it tells nothing of drums."""
    if found := _GM_ON.fullmatch(message):
        return "gm" if found[1] == b"\x01" else "gm2"
    if _GS_RESET.fullmatch(message):
        return "gs"
    if _XG_RESET.fullmatch(message):
        return "xg"
    if found := _GS_RHYTHM.fullmatch(message):
        # Parts are numbered from 1, but the tenth is block 0 and those before it follow.
        block, drums = found[1][0] & 15, found[2] != b"\0"
        return DRUM_CHANNEL if block == 0 else block - (block <= DRUM_CHANNEL), drums
    if found := _XG_PART.fullmatch(message):
        return found[1][0], found[2] != b"\0"
    return None


class _Channels:
    """The state of a sound module: what each of 16 channels plays at a moment."""

    def __init__(self) -> None:
        self.reset("")

    def change(self, change: _Change) -> Sequence[int]:
        """Do what an exclusive message does. Returns which channels may play others now."""
        if isinstance(change, str):
            self.reset(change)
            return range(16)
        self.part(*change)
        return (change[0],)

    def reset(self, mode: str) -> None:
        """Drums on channel 10 alone; `mode` names the standard that was switched to."""
        self.mode = mode
        self.drums = [channel == DRUM_CHANNEL for channel in range(16)]
        self._banks: list[int | None] = [None] * 16
        self._told = [False] * 16

    def part(self, channel: int, drums: bool) -> None:
        """Drums or none by an exclusive message, which no bank select undoes."""
        self.drums[channel], self._told[channel] = drums, True

    def bank(self, channel: int, number: int) -> None:
        """The bank that the channel's next program is taken from."""
        self._banks[channel] = number

    def program(self, channel: int) -> None:
        """A program change: the bank selected before it is in force."""
        with_drums, without = _BANKS[self.mode]
        if not self._told[channel] and self._banks[channel] in with_drums | without:
            self.drums[channel] = self._banks[channel] in with_drums
