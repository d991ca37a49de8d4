"""What is still to be played: phrases in, note-ons and note-offs out, in order.

A note's end enters the queue when its beginning leaves it. So a phrase can be replaced, or
the music taken up elsewhere, without touching what sounds: that ends when it should.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import count
from operator import attrgetter
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
    end_tick: int


class _Page:
    """The note-ons of one phrase in order, and which comes next."""

    def __init__(self, strikes: list[Event]) -> None:
        self.strikes = strikes
        self.next = 0

    def turn_to(self, tick: int) -> None:
        """The next one is the first at `tick` or later."""
        self.next = bisect_left(self.strikes, tick, key=attrgetter("tick"))


class Agenda:
    """A queue of the events of numbered phrases, read from a playhead on."""

    def __init__(self) -> None:
        self._pages: dict[int, _Page] = {}
        #: A heap of what is due once, whatever becomes of the pages: releases, late strikes.
        self._once: list[Event] = []
        self._owners = count(1)
        self._playhead = 0

    def put(
        self, number: int, notes: Iterable[tuple[int, int, int, int, int, int]], earliest: int = 0
    ) -> None:
        """Hold phrase `number`, instead of what was held as such.

        Its notes are (start tick, end tick, track, channel, pitch, velocity). Those that begin
        before the playhead, or before the tick `earliest`, stay silent until it moves.
        """
        page = _Page(
            sorted(
                Event(start, STRIKE, next(self._owners), track, channel, pitch, velocity, end)
                for start, end, track, channel, pitch, velocity in notes
                if start < end
            )
        )
        page.turn_to(max(self._playhead, earliest))
        self._pages[number] = page

    def begin_late(self, number: int, since: int, tick: int) -> None:
        """Begin at `tick` what phrase `number` should have begun from `since` on, but did not.

        Of notes of which less than half is left, nothing is heard.
        """
        page = self._pages[number]
        for strike in page.strikes[: page.next]:
            if strike.tick >= since and tick - strike.tick <= strike.end_tick - tick:
                heapq.heappush(self._once, strike._replace(tick=tick))

    def holds(self, number: int) -> bool:
        """Whether phrase `number` is held."""
        return number in self._pages

    def keep(self, wanted: Callable[[int], bool]) -> None:
        """Drop every phrase whose number is not wanted."""
        for number in [number for number in self._pages if not wanted(number)]:
            del self._pages[number]

    def next_tick(self) -> int | None:
        """When the next event is due; None if there is none."""
        event = self._next()[0]
        return None if event is None else event.tick

    def take(self, tick: int) -> list[Event]:
        """Take out everything that is due at `tick` or before: releases first."""
        taken = []
        while True:
            event, page = self._next()
            if event is None or event.tick > tick:
                break
            taken.append(event)
            if page is None:
                heapq.heappop(self._once)
            else:
                page.next += 1
            if event.order == STRIKE:
                end = event._replace(tick=event.end_tick, order=RELEASE)
                heapq.heappush(self._once, end)
        self._playhead = max(self._playhead, tick + 1)
        return taken

    def move(self, tick: int) -> None:
        """Set the playhead: what begins at `tick` or later is to be played, nothing else."""
        self._playhead = tick
        self._once.clear()
        for page in self._pages.values():
            page.turn_to(tick)

    def _next(self) -> tuple[Event | None, _Page | None]:
        """The next event, and the page that it stands on if it stands on one."""
        best: tuple[Event | None, _Page | None] = None, None
        if self._once:
            best = self._once[0], None
        for page in self._pages.values():
            if page.next < len(page.strikes):
                strike = page.strikes[page.next]
                if best[0] is None or strike < best[0]:
                    best = strike, page
        return best
