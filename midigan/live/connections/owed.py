"""What a port that went away must be told when it comes back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from midigan.live.sounding import ALL_NOTES_OFF, CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE

#: For so many looks, a few seconds, what was released may still sound at the other end.
_LOOKS = 16


class Owed:
    """Remembers the programs of channels, and the keys that are down at the other end.

    A port that closes goes on taking messages until somebody looks, and whose owner is busy is
    deaf before it goes: what was released a few looks ago may still sound there.
    """

    def __init__(self) -> None:
        self._programs: dict[int, Sequence[int]] = {}
        self._down: set[tuple[int, int]] = set()
        #: Since the last look, and before each of those that are remembered.
        self._released: deque[set[tuple[int, int]]] = deque([set()], maxlen=_LOOKS)

    def sent(self, message: Sequence[int], *, heard: bool) -> None:
        """Take note of a message, and of whether the port was there to hear it."""
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        if kind == PROGRAM_CHANGE:
            self._programs[channel] = message
        elif heard and kind == NOTE_ON:
            self._down.add((channel, message[1]))
        elif heard and kind == NOTE_OFF and (channel, message[1]) in self._down:
            self._down.remove((channel, message[1]))
            self._released[-1].add((channel, message[1]))

    def seen(self) -> None:
        """Somebody looked, and the port is there."""
        self._released.append(set())

    def settle(self) -> list[Sequence[int]]:
        """Note-offs of what was down when it went, then silence and program of each channel."""
        keys = sorted(self._down.union(*self._released))
        return [
            *((NOTE_OFF | channel, pitch, 0) for channel, pitch in keys),
            *((CONTROL_CHANGE | channel, ALL_NOTES_OFF, 0) for channel in self._programs),
            *self._programs.values(),
        ]
