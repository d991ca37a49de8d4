"""What is still to be played: notes in, note-ons and note-offs out, in order."""

from __future__ import annotations

import heapq
from typing import NamedTuple

#: At the same tick what ends comes before what begins.
RELEASE, STRIKE = 0, 1


class Event(NamedTuple):
    """One end of a note. `owner` is the note's own number, the same at both its ends."""

    tick: int
    order: int
    owner: int
    track: int
    channel: int
    pitch: int
    velocity: int


class Agenda:
    """A queue of events, to which notes are added in any order; nothing lies after its end."""

    def __init__(self, end_tick: int | None = None) -> None:
        self._events: list[Event] = []
        self._owners = 0
        self._end_tick = end_tick

    def add(
        self, start: int, end: int, track: int, channel: int, pitch: int, velocity: int
    ) -> None:
        """Add a note; the agenda's own end cuts it short, or leaves it out."""
        if self._end_tick is not None:
            end = min(end, self._end_tick)
        if start >= end:
            return
        self._owners += 1
        note = (self._owners, track, channel, pitch, velocity)
        heapq.heappush(self._events, Event(start, STRIKE, *note))
        heapq.heappush(self._events, Event(end, RELEASE, *note))

    def next_tick(self) -> int | None:
        """When the next event is due; None if there is none."""
        return self._events[0].tick if self._events else None

    def take(self, tick: int) -> list[Event]:
        """Take out everything that is due at `tick` or before: releases first."""
        taken = []
        while self._events and self._events[0].tick <= tick:
            taken.append(heapq.heappop(self._events))
        return taken
