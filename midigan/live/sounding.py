"""The table of sounding notes: who owns each key that is down, so that none stays down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from midigan.live.agenda import RELEASE, TIE, Event

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x80, 0x90, 0xB0, 0xC0
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123


class Send(Protocol):
    """Sends a channel message: whose it is (-1: no track's), then its bytes."""

    def __call__(self, track: int, *message: int) -> None:
        """Send it. Raises PortError if that cannot be."""


def releases_of(channels: Iterable[int]) -> list[tuple[int, int, int]]:
    """The messages that release every key there is: nobody knows any more which are down."""
    messages = []
    for channel in channels:
        messages += [(NOTE_OFF | channel, pitch, 0) for pitch in range(128)]
        messages.append((CONTROL_CHANGE | channel, ALL_NOTES_OFF, 0))
    return messages


class Outgoing:
    """What comes due together: the messages to be sent for it, and who owns each key then."""

    def __init__(self, owner_of: dict[tuple[int, int], Event]) -> None:
        self.owner_of = dict(owner_of)
        #: Whose each message is, and its bytes.
        self.messages: list[tuple[int, tuple[int, int, int]]] = []
        self.channels: set[int] = set()

    def add(self, event: Event) -> None:
        """Take in the next event."""
        if event.order == TIE:
            self._tie(event)
        elif event.order == RELEASE:
            self._release(event)
        else:
            self._strike(event)

    def _tie(self, event: Event) -> None:
        """Let what would end now go on as this note, if it is of the same track."""
        key = event.channel, event.pitch
        owner = self.owner_of.get(key)
        if owner is not None and (owner.track, owner.end_tick) == (event.track, event.tick):
            self.owner_of[key] = event

    def _strike(self, event: Event) -> None:
        """A note-on, unless the key is down for this very note; that of another goes up first."""
        owner = self.owner_of.get((event.channel, event.pitch))
        if owner is not None and owner.owner == event.owner:
            return
        if owner is not None:
            self._lift(owner)
        self.owner_of[event.channel, event.pitch] = event
        self.channels.add(event.channel)
        message = NOTE_ON | event.channel, event.pitch, event.velocity
        self.messages.append((event.track, message))

    def _release(self, event: Event) -> None:
        """The note-off of a note, unless its key has passed to another one.

        Nor is it the end of a note that was put off, or tied, to end at another tick.
        """
        owner = self.owner_of.get((event.channel, event.pitch))
        if owner is not None and (owner.owner, owner.end_tick) == (event.owner, event.end_tick):
            self._lift(owner)

    def _lift(self, event: Event) -> None:
        self.messages.append(_note_off(event))
        del self.owner_of[event.channel, event.pitch]


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

    def foresee(self, events: Iterable[Event]) -> Outgoing:
        """What is to be sent for some events, if nothing else is sent before; sends nothing."""
        outgoing = Outgoing(self._owner_of)
        for event in events:
            outgoing.add(event)
        return outgoing

    def play(self, outgoing: Outgoing) -> None:
        """Send what was foreseen. Raises PortError if that cannot be."""
        # Noted before it is sent: a note that may have gone out is one that must end.
        self._owner_of |= outgoing.owner_of
        self._channels |= outgoing.channels
        for track, message in outgoing.messages:
            self._send(track, *message)
        self._owner_of = outgoing.owner_of

    def lift_all(self) -> None:
        """Send the note-off of everything that sounds."""
        for key, event in list(self._owner_of.items()):
            track, message = _note_off(event)
            self._send(track, *message)
            del self._owner_of[key]

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


def _note_off(event: Event) -> tuple[int, tuple[int, int, int]]:
    return event.track, (NOTE_OFF | event.channel, event.pitch, 0)
