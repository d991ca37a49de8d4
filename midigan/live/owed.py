"""What a port that went away must be told when it comes back."""

from __future__ import annotations

from collections.abc import Sequence

from midigan.live.sounding import ALL_NOTES_OFF, CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE


class Owed:
    """Remembers the programs of channels, and the keys that are down at the other end.

    A port that closes goes on taking messages until somebody looks, and what is sent goes out
    a moment later: what was released since the last look but one may still sound there.
    """

    def __init__(self) -> None:
        self._programs: dict[int, Sequence[int]] = {}
        self._down: set[tuple[int, int]] = set()
        self._released: set[tuple[int, int]] = set()
        self._released_before: set[tuple[int, int]] = set()

    def sent(self, message: Sequence[int], *, heard: bool) -> None:
        """Take note of a message, and of whether the port was there to hear it."""
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        if kind == PROGRAM_CHANGE:
            self._programs[channel] = message
        elif heard and kind == NOTE_ON:
            self._down.add((channel, message[1]))
        elif heard and kind == NOTE_OFF and (channel, message[1]) in self._down:
            self._down.remove((channel, message[1]))
            self._released.add((channel, message[1]))

    def seen(self) -> None:
        """Somebody looked, and the port is there."""
        self._released_before, self._released = self._released, set()

    def settle(self) -> list[Sequence[int]]:
        """Note-offs of what was down when it went, then silence and program of each channel."""
        keys = sorted(self._down | self._released | self._released_before)
        return [
            *((NOTE_OFF | channel, pitch, 0) for channel, pitch in keys),
            *((CONTROL_CHANGE | channel, ALL_NOTES_OFF, 0) for channel in self._programs),
            *self._programs.values(),
        ]
