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
        self.next_tick: int | None = None

    def go(self, tick: int) -> None:
        """Say that the next pulse is that at `tick` or the first after it, and roll."""
        self.next_tick = -(-tick // PULSE_TICKS) * PULSE_TICKS
        sixteenth, rest = divmod(tick, SIXTEENTH_TICKS)
        if tick == 0:
            self._send((START,))
            return
        if rest == 0 and sixteenth <= _LAST_SIXTEENTH:
            self._send((SONG_POSITION, sixteenth & 0x7F, sixteenth >> 7))
        self._send((CONTINUE,))

    def take(self, tick: int) -> None:
        """Send the pulse of `tick` if it is its turn."""
        if tick == self.next_tick:
            self._send((CLOCK,))
            self.next_tick = tick + PULSE_TICKS

    def stop(self) -> None:
        """Stand, and say so, unless it stands already."""
        if self.next_tick is not None:
            self.next_tick = None
            self._send((STOP,))
