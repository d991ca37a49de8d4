"""Sees to it that the phrases from the playhead on are there before they are needed."""

from __future__ import annotations

from collections.abc import Callable

from midigan.live.agenda import Agenda, Placed
from midigan.live.leading.transport import Span
from midigan.live.processes.composer_messages import Note, Phrase
from midigan.live.processes.player_messages import Start

#: How many phrases are held beyond the one that plays.
_AHEAD = 2
#: So far before and after it they stay for leaders that loop, and the first for those that
#: start over: they sound at once, until what is composed anew for that place replaces them.
_NEAR = 16
#: How many may be asked for and not there yet: who is dragged along a timeline must not
#: leave the composer with work for places that were passed long ago.
_PENDING = 4


class Supply:
    """Asks for phrases by number, and puts what comes into the agenda."""

    def __init__(self, ask: Callable[[int], None], agenda: Agenda, start: Start) -> None:
        self._ask, self._agenda, self._start = ask, agenda, start
        self._page = 0
        self._pending: set[int] = set()
        self._begun: set[int] = set()

    def turn_to(self, page: int) -> None:
        """Phrase `page` plays now, after the one before it."""
        self._begun.add(self._page)
        self._go_to(page)

    def jump_to(self, page: int, *, played: bool) -> None:
        """Phrase `page` plays next; `played` says whether the one before has begun."""
        if played:
            self._begun.add(self._page)
        self._go_to(page)

    def _go_to(self, page: int) -> None:
        """What has been played before is asked for again: it may have changed since."""
        self._page = page
        again = self._begun.intersection(self._window())
        self._ask_for(again)
        self._agenda.keep(lambda number: number == 0 or abs(number - page) <= _NEAR)
        self._begun = {number for number in self._begun - again if self._agenda.holds(number)}
        self._fill()

    def arrived(self, phrase: Phrase, earliest_tick: int, missed: Span | None = None) -> None:
        """Take a phrase, asked for or sent anew; for now nothing of it begins before a tick.

        What should have begun in the span `missed`, before the phrase was there, begins at its
        end.
        """
        begin = phrase.number * self._start.phrase_ticks
        notes = [self._placed(begin, note) for note in phrase.notes]
        first = not self._agenda.holds(phrase.number)
        self._agenda.put(phrase.number, notes, earliest_tick)
        if first and missed is not None:
            self._agenda.begin_late(phrase.number, *missed)
        self._pending.discard(phrase.number)
        self._fill()

    def _placed(self, begin: int, note: Note) -> Placed:
        """A note of a phrase that begins at tick `begin`."""
        start, channel = begin + note.start, self._start.parts[note.track].channel
        tied_tick = begin if note.tied else None
        whose = note.track, channel, note.pitch, note.velocity
        return Placed(start, start + note.length, *whose, tied_tick)

    def _fill(self) -> None:
        self._ask_for({number for number in self._window() if not self._agenda.holds(number)})

    def _window(self) -> range:
        return range(self._page, self._page + _AHEAD + 1)

    def _ask_for(self, numbers: set[int]) -> None:
        for number in sorted(numbers - self._pending):
            if len(self._pending) < _PENDING:
                self._pending.add(number)
                self._ask(number)
