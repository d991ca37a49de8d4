"""What a port must be told again: after it went away and came back, or when messages got lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from midigan.live.sounding import ALL_NOTES_OFF, CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE

#: For so many looks, a few seconds, what was released may still sound at the other end.
_LOOKS = 16
#: What was sent in the last of so many, half a second and more, may be what got lost.
_DOUBTFUL_LOOKS = 3


@dataclass
class _Look:
    """What was sent between two looks."""

    released: set[tuple[int, int]] = field(default_factory=set)
    #: The channels that were given a program.
    chosen: set[int] = field(default_factory=set)


class Owed:
    """Remembers the programs of channels, and the keys that are down at the other end.

    A port that closes goes on taking messages until somebody looks, and whose owner is busy is
    deaf before it goes: what was released a few looks ago may still sound there.
    """

    def __init__(self) -> None:
        self._programs: dict[int, Sequence[int]] = {}
        self._down: set[tuple[int, int]] = set()
        #: Since the last look, and before each of those that are remembered.
        self._looks: deque[_Look] = deque([_Look()], maxlen=_LOOKS)

    def sent(self, message: Sequence[int], *, heard: bool) -> None:
        """Take note of a message, and of whether the port was there to hear it."""
        kind, channel = message[0] & 0xF0, message[0] & 0x0F
        if kind == PROGRAM_CHANGE:
            self._programs[channel] = message
            self._looks[-1].chosen.add(channel)
        elif heard and kind == NOTE_ON:
            self._down.add((channel, message[1]))
        elif heard and kind == NOTE_OFF and (channel, message[1]) in self._down:
            self._down.remove((channel, message[1]))
            self._looks[-1].released.add((channel, message[1]))

    def seen(self) -> None:
        """Somebody looked, and the port is there."""
        self._looks.append(_Look())

    def doubtful(self) -> list[Sequence[int]]:
        """Note-offs and programs that may just have got lost; no key that is down again is let go.

        A note that was not heard is not struck again: it would be late, or heard twice.
        """
        looks = list(self._looks)[-_DOUBTFUL_LOOKS:]
        keys = set().union(*(look.released for look in looks)) - self._down
        channels = set().union(*(look.chosen for look in looks))
        return [*_released(keys), *(self._programs[channel] for channel in sorted(channels))]

    def settle(self) -> list[Sequence[int]]:
        """Note-offs of what was down when it went, then silence and program of each channel."""
        keys = self._down.union(*(look.released for look in self._looks))
        return [
            *_released(keys),
            *((CONTROL_CHANGE | channel, ALL_NOTES_OFF, 0) for channel in self._programs),
            *self._programs.values(),
        ]


def _released(keys: Iterable[tuple[int, int]]) -> list[Sequence[int]]:
    return [(NOTE_OFF | channel, pitch, 0) for channel, pitch in sorted(keys)]
