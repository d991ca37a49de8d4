"""The table of sounding notes: who owns each key that is down, so that none stays down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from midigan.live.agenda import Event

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x80, 0x90, 0xB0, 0xC0
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123


class Send(Protocol):
    """Sends a channel message: whose it is (-1: no track's), then its bytes."""

    def __call__(self, track: int, *message: int) -> None:
        """Send it. Raises PortError if that cannot be."""


def release_everything(send: Send, channels: Iterable[int]) -> None:
    """Release every key there is, where nobody knows any more which are down."""
    for channel in channels:
        for pitch in range(128):
            send(-1, NOTE_OFF | channel, pitch, 0)
        send(-1, CONTROL_CHANGE | channel, ALL_NOTES_OFF, 0)


class Sounding:
    """Sends note-ons and note-offs, and remembers what sounds.

    Two tracks may share a channel and a pitch: the key belongs to the note that struck it
    last, and only that note's end releases it. It passes to a note that is tied to that one.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._owner_of: dict[tuple[int, int], Event] = {}
        self._channels: set[int] = set()

    def __len__(self) -> int:
        return len(self._owner_of)

    def tie(self, event: Event) -> None:
        """Let what would end now go on as this note, if it is of the same track."""
        key = event.channel, event.pitch
        owner = self._owner_of.get(key)
        if owner is not None and (owner.track, owner.end_tick) == (event.track, event.tick):
            self._owner_of[key] = event

    def holds(self, event: Event) -> bool:
        """Whether the key is down for this note."""
        owner = self._owner_of.get((event.channel, event.pitch))
        return owner is not None and owner.owner == event.owner

    def strike(self, event: Event) -> None:
        """Send a note-on; a key that is still down goes up first."""
        key = event.channel, event.pitch
        if key in self._owner_of:
            self._lift(self._owner_of[key])
        # Noted before it is sent: a note that may have gone out is one that must end.
        self._owner_of[key] = event
        self._channels.add(event.channel)
        self._send(event.track, NOTE_ON | event.channel, event.pitch, event.velocity)

    def release(self, event: Event) -> None:
        """Send the note-off of a note, unless its key has passed to another one.

        Nor is it the end of a note that was put off, or tied, to end at another tick.
        """
        owner = self._owner_of.get((event.channel, event.pitch))
        if owner is not None and (owner.owner, owner.end_tick) == (event.owner, event.end_tick):
            self._lift(owner)

    def lift_all(self) -> None:
        """Send the note-off of everything that sounds."""
        for event in list(self._owner_of.values()):
            self._lift(event)

    def silence(self) -> None:
        """Leave nothing sounding: note-offs first, then all-notes-off on each used channel."""
        self.lift_all()
        for channel in sorted(self._channels):
            self._send(-1, CONTROL_CHANGE | channel, ALL_NOTES_OFF, 0)

    def panic(self) -> None:
        """Leave nothing sounding, not even what rings on after its key was released."""
        self.silence()
        for channel in sorted(self._channels):
            self._send(-1, CONTROL_CHANGE | channel, ALL_SOUND_OFF, 0)

    def _lift(self, event: Event) -> None:
        self._send(event.track, NOTE_OFF | event.channel, event.pitch, 0)
        del self._owner_of[event.channel, event.pitch]
