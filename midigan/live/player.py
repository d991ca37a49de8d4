"""The player: notes at their time, on a port. The only code that knows clock and port.

It does nothing else. While it waits for a deadline that is far enough away, it reads one
message, or reports, or looks whether the port is still there.
"""

from __future__ import annotations

import contextlib

from midigan.errors import MidiganError, PortError
from midigan.live.agenda import STRIKE, Agenda
from midigan.live.clock import Clock, Timeline
from midigan.live.lateness import Lateness
from midigan.live.link import Link
from midigan.live.ports import Port
from midigan.live.sounding import PROGRAM_CHANGE, Sounding
from midigan.live.wire import Ask, Ended, Message, Phrase, Report, Sent, Start, Stop

#: How many phrases are asked for in advance: one is always ready while another plays.
_AHEAD = 2

#: From the first program change to the first note: synthesizers load a sound in it.
_LEAD_S = 0.05

#: What is done between deadlines must be done this long before the next one.
_GUARD_S = 0.002
#: Looking for the port may ask the system, so it needs more time than that.
_LOOK_S = 0.02

_REPORT_EVERY_S = 0.25
_LOOK_EVERY_S = 0.5

#: Later than this is no jitter: the computer was asleep, or the process suspended. What
#: was missed is not sent in a burst; the music goes on from where it was.
_ASLEEP_S = 1.0


class _Stopped(Exception):  # noqa: N818 - nothing went wrong
    """Someone asked the player to stop."""


class Player:
    """Plays phrases from a link on a port, until its end, a Stop, or trouble."""

    def __init__(self, port: Port, clock: Clock, link: Link, start: Start) -> None:
        self._port, self._clock, self._link, self._start = port, clock, link, start
        self._timeline = Timeline(clock.now(), start.tempo_bpm)
        self._agenda = Agenda(start.end_tick)
        self._sounding = Sounding(self._send)
        self._phrases: set[int] = set()
        self._tick = 0
        self._notes = 0
        self._lateness = Lateness()
        self._sent: list[Sent] = []
        self._next_report_s = self._next_look_s = clock.now()

    def run(self) -> Ended:
        """Play. On every way out nothing is left sounding, and all that was sent is reported."""
        trouble = ""
        try:
            self._choose_programs()
            self._play()
        except _Stopped:
            self._tick = max(self._tick, self._timeline.tick_at(self._clock.now()))
        except MidiganError as error:
            trouble = str(error)
        finally:
            with contextlib.suppress(PortError):
                self._sounding.silence()
            self._report()
        return Ended(trouble)

    def _play(self) -> None:
        for number in range(_AHEAD):
            self._link.send(Ask(number))
        self._wait_for_phrase(0)
        self._timeline = Timeline(self._clock.now() + _LEAD_S, self._start.tempo_bpm)
        page = 0
        while True:
            page_tick = page * self._start.phrase_ticks
            ticks = (self._agenda.next_tick(), page_tick, self._start.end_tick)
            self._tick = min(tick for tick in ticks if tick is not None)
            self._perform(self._tick)
            if self._tick == self._start.end_tick:
                return
            if self._tick == page_tick:
                self._turn_to(page)
                page += 1

    def _turn_to(self, number: int) -> None:
        """Begin a phrase: make sure that it is there, and ask for one further ahead."""
        if number not in self._phrases:
            self._wait_for_phrase(number)
            late_s = self._clock.now() - self._timeline.seconds_at(self._tick)
            self._timeline = self._timeline.delayed(late_s)
        self._phrases.remove(number)
        self._link.send(Ask(number + _AHEAD))

    def _perform(self, tick: int) -> None:
        """Use the time until `tick`, then send what is due."""
        due_s = self._timeline.seconds_at(tick)
        while (spare_s := due_s - _GUARD_S - self._clock.now()) > 0:
            self._idle(spare_s)
        events = self._agenda.take(tick)  # before the moment, not at it
        moment = self._clock.reach(due_s)
        if moment.late_s > _ASLEEP_S:
            self._sounding.lift_all()
            self._timeline = self._timeline.delayed(moment.late_s)
            due_s = moment.now_s
        for event in events:
            if event.order == STRIKE:
                self._lateness.add(max(0.0, self._clock.now() - due_s))
                self._sounding.strike(event)
                self._notes += 1
            else:
                self._sounding.release(event)

    def _idle(self, spare_s: float) -> None:
        """Do one thing that need not be done at a certain time, or wait for a message."""
        now = self._clock.now()
        if now >= self._next_look_s and spare_s > _LOOK_S:
            self._port.check()
            self._next_look_s = now + _LOOK_EVERY_S
        elif now >= self._next_report_s:
            self._report()
        else:
            self._receive(min(spare_s, self._next_report_s - now))

    def _wait_for_phrase(self, number: int) -> None:
        while number not in self._phrases:
            self._idle(_REPORT_EVERY_S)

    def _receive(self, timeout_s: float) -> None:
        message: Message | None = self._link.receive(timeout_s)
        if isinstance(message, Stop):
            raise _Stopped
        if isinstance(message, Phrase):
            begin = message.number * self._start.phrase_ticks
            for start, length, track, pitch, velocity in message.notes:
                channel = self._start.parts[track].channel
                tick = begin + start
                self._agenda.add(tick, tick + length, track, channel, pitch, velocity)
            self._phrases.add(message.number)

    def _choose_programs(self) -> None:
        for track, part in enumerate(self._start.parts):
            self._send(track, PROGRAM_CHANGE | part.channel, part.program)

    def _send(self, track: int, *message: int) -> None:
        self._port.send(message)
        self._sent.append(Sent(self._tick, track, message))

    def _report(self) -> None:
        late = self._lateness
        percentiles = late.percentile_ms(50), late.percentile_ms(99), late.max_ms
        self._link.send(Report(self._tick, self._notes, *percentiles, self._sent))
        self._sent = []
        self._next_report_s = self._clock.now() + _REPORT_EVERY_S
