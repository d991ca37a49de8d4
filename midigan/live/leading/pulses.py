"""Sending MIDI clock: 24 pulses a quarter note, Start, Stop, Continue and Song Position."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from midigan.live.clock import PPQN

SONG_POSITION, CLOCK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC

#: Ticks from pulse to pulse, and in the unit of a Song Position, a sixteenth note.
PULSE_TICKS = PPQN // 24
SIXTEENTH_TICKS = PPQN // 4
#: Song positions have 14 bits.
_LAST_SIXTEENTH = 0x3FFF


class Pulses:
    """The clock that others follow: `next_tick` is None while it stands."""

    def __init__(self, send: Callable[[Sequence[int]], None]) -> None:
        self._send = send
        self._untold: list[Sequence[int]] = []  # until right before the next pulse
        self.next_tick: int | None = None

    def go(self, tick: int) -> None:
        """Roll: the next pulse is that at `tick` or the first after it.

        Start is said now. A Song Position and Continue come with the first pulse: Ardour 7.3
        forgets the position, and goes on from 0, when the pulse is not in the same period.
        """
        self.next_tick = -(-tick // PULSE_TICKS) * PULSE_TICKS
        if tick == 0:
            self._send((START,))
            return
        sixteenth, rest = divmod(tick, SIXTEENTH_TICKS)
        if rest == 0 and sixteenth <= _LAST_SIXTEENTH:
            self._untold.append((SONG_POSITION, sixteenth & 0x7F, sixteenth >> 7))
        self._untold.append((CONTINUE,))

    def take(self, tick: int) -> None:
        """Send the pulse of `tick` if it is its turn."""
        if tick == self.next_tick:
            for message in self._untold:
                self._send(message)
            self._untold.clear()
            self._send((CLOCK,))
            self.next_tick = tick + PULSE_TICKS

    def stop(self) -> None:
        """Stand, and say so, unless it stands already."""
        if self.next_tick is not None:
            self.next_tick = None
            if not self._untold:
                self._send((STOP,))
            self._untold.clear()
