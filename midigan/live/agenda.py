"""What is still to be played: phrases in, note-ons and note-offs out, in order.

A note's end enters the queue when its beginning leaves it. So a phrase can be replaced, or
the music taken up elsewhere, without touching what sounds: that ends when it should. Whether a
note goes on over a join is left to the moment of its tie: only then is it known what sounds.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import count
from operator import attrgetter
from typing import NamedTuple

#: At the same tick what goes on comes before what ends, and that before what begins.
TIE, RELEASE, STRIKE = range(3)


class Event(NamedTuple):
    """One end of a note. `owner` is the note's own number, the same at both its ends.

    The TIE of a tied note comes where another of its track, channel and pitch may end. What
    sounds till then goes on as this note, whose STRIKE is not heard then.
    """

    tick: int
    order: int
    owner: int
    track: int
    channel: int
    pitch: int
    velocity: int
    end_tick: int


class Placed(NamedTuple):
    """A note of a phrase, in ticks of the song; `tied_tick` is that of its TIE, None for none."""

    start_tick: int
    end_tick: int
    track: int
    channel: int
    pitch: int
    velocity: int
    tied_tick: int | None = None

    def events(self, owner: int) -> list[Event]:
        """What begins it: nothing for a note without length."""
        if self.start_tick >= self.end_tick:
            return []
        whose = owner, self.track, self.channel, self.pitch, self.velocity, self.end_tick
        strike = Event(self.start_tick, STRIKE, *whose)
        if self.tied_tick is None:
            return [strike]
        return [strike, Event(self.tied_tick, TIE, *whose)]


class _Page:
    """The note-ons and ties of one phrase in order, and which comes next."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.next = 0

    def turn_to(self, tick: int) -> None:
        """The next one is the first at `tick` or later."""
        self.next = bisect_left(self.events, tick, key=attrgetter("tick"))


class Agenda:
    """A queue of the events of numbered phrases, read from a playhead on."""

    def __init__(self) -> None:
        self._pages: dict[int, _Page] = {}
        #: A heap of what is due once, whatever becomes of the pages: releases, late strikes.
        self._once: list[Event] = []
        self._owners = count(1)
        self._playhead = 0

    def put(self, number: int, notes: Iterable[Placed], earliest: int = 0) -> None:
        """Hold phrase `number`, instead of what was held as such.

        Notes that begin before the playhead, or before the tick `earliest`, stay silent until it
        moves.
        """
        tied = self._tied_owners(number)
        events = []
        for note in notes:
            own = tied.get(note[2:5]) if note.tied_tick is not None else None
            events += note.events(own or next(self._owners))
        page = _Page(sorted(events))
        page.turn_to(max(self._playhead, earliest))
        self._pages[number] = page

    def begin_late(self, number: int, since: int, tick: int) -> None:
        """Begin at `tick` what phrase `number` should have begun from `since` on, but did not.

        Of notes of which less than half is left, nothing is heard.
        """
        page = self._pages[number]
        for event in page.events[: page.next]:
            left = event.end_tick - tick
            if event.order == STRIKE and event.tick >= since and tick - event.tick <= left:
                heapq.heappush(self._once, event._replace(tick=tick))

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
        """Take out everything that is due at `tick` or before, in order.

        A tied note is released twice, by its tie and by its strike: a phrase that is replaced
        between the two leaves nothing sounding.
        """
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
            if event.order != RELEASE:
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

    def _tied_owners(self, number: int) -> dict[tuple[int, int, int], int]:
        """Who owns the tied notes of a phrase that is held, by track, channel and pitch.

        One that is sounding already stays the same when its phrase is replaced.
        """
        page = self._pages.get(number)
        ties = [event for event in page.events if event.order == TIE] if page else []
        return {(tie.track, tie.channel, tie.pitch): tie.owner for tie in ties}

    def _next(self) -> tuple[Event | None, _Page | None]:
        """The next event, and the page that it stands on if it stands on one."""
        best: tuple[Event | None, _Page | None] = None, None
        if self._once:
            best = self._once[0], None
        for page in self._pages.values():
            if page.next < len(page.events):
                event = page.events[page.next]
                if best[0] is None or event < best[0]:
                    best = event, page
        return best
