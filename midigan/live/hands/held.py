"""Keys that are held on a MIDI keyboard, as the harmony that is played in."""

from __future__ import annotations

from collections.abc import Sequence

from midigan.controls import Turn
from midigan.live.sounding import NOTE_OFF, NOTE_ON
from midigan.turns.pitches import HARMONY_NEXT


class Held:
    """The keys that are down; of all of them together, their pitch classes are the harmony."""

    def __init__(self, *, at_bar: bool = False) -> None:
        """at_bar: whether a harmony begins with the next bar, not at once."""
        self._control = HARMONY_NEXT if at_bar else "harmony"
        self._down: set[tuple[int, int]] = set()

    def turns(self, message: Sequence[int]) -> list[Turn]:
        """The turn that a MIDI message means, if it changes the harmony; none held is free."""
        if len(message) != 3 or message[0] & 0xF0 not in (NOTE_ON, NOTE_OFF):
            return []
        before = self._harmony()
        status, pitch, velocity = message
        key = status & 0x0F, pitch
        if status & 0xF0 == NOTE_ON and velocity:
            self._down.add(key)
        else:
            self._down.discard(key)
        after = self._harmony()
        return [Turn(self._control, " ".join(map(str, after)))] if after != before else []

    def _harmony(self) -> list[int]:
        """Pitch classes, each as the MIDI pitch 0..11."""
        return sorted({pitch % 12 for _, pitch in self._down})
