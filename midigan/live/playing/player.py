"""The player: notes at their time, on a port. The only code that knows clock and port.

It does nothing else. While it waits for a deadline that is far enough away, or for its leader
to roll, it reads one message, or reports, or looks whether the port is still there.
"""

from __future__ import annotations

import contextlib

from midigan.errors import MidiganError, PortError
from midigan.live.agenda import Agenda
from midigan.live.clock import Clock
from midigan.live.connections.lookout import Lookout
from midigan.live.connections.ports import Port
from midigan.live.leading.pulses import Pulses
from midigan.live.leading.transport import Change, Transport
from midigan.live.playing.supply import Supply
from midigan.live.playing.tally import Tally
from midigan.live.processes.composer_messages import Ask, Phrase
from midigan.live.processes.link import Link
from midigan.live.processes.player_messages import (
    Ended,
    Failed,
    Notice,
    Overran,
    Panic,
    Position,
    Start,
    Stop,
)
from midigan.live.processes.wire import Message
from midigan.live.sounding import PROGRAM_CHANGE, Sounding

#: From the first program change to the first note: synthesizers load a sound in it.
_LEAD_S = 0.05

#: What is done between deadlines must be done this long before the next one.
_GUARD_S = 0.002
_REPORT_EVERY_S = 0.25

#: Later than this is no jitter: the computer was asleep, or the process suspended. What
#: was missed is not sent in a burst. The music goes on from where it was, or, if another
#: leads, where that one is by now.
_ASLEEP_S = 1.0


class _Stopped(Exception):  # noqa: N818 - nothing went wrong
    """Someone asked the player to stop."""


class Player:
    """Plays phrases from a link on a port, until its end, a Stop, or trouble."""

    def __init__(
        self,
        port: Port,
        clock: Clock,
        link: Link,
        start: Start,
        transport: Transport | None = None,
        pulses: Pulses | None = None,
    ) -> None:
        self._port, self._clock, self._link, self._start = port, clock, link, start
        self._transport = transport or Transport(start.tempo_bpm)
        self._pulses = pulses
        self._agenda = Agenda()
        self._supply = Supply(lambda number: link.send(Ask(number)), self._agenda, start)
        self._sounding = Sounding(self._send)
        self._page = 0
        self._since_tick = 0  # where it was taken up
        self._shift = 0  # from a tick of the song to what has been played by then
        self._due_s = 0.0  # of the notes that were sent last
        self._tally = Tally()
        self._lookout = Lookout(port, clock, self._sounding.lift_all)  # a tie then strikes anew
        self._next_report_s = clock.now()

    def run(self) -> Ended:
        """Play. On every way out nothing is left sounding, and all that was sent is reported."""
        trouble = ""
        try:
            self._choose_programs()
            self._supply.jump_to(0, played=False)
            if self._transport.leads:
                self._lead(0, self._clock.now() + _LEAD_S)
            self._play()
        except _Stopped:
            self._pass_time()
        except MidiganError as error:
            trouble = str(error)
        finally:
            with contextlib.suppress(PortError):
                self._sounding.silence()
                if self._pulses is not None:
                    self._pulses.stop()
            self._report()
        return Ended(trouble)

    def _play(self) -> None:
        """Do what is next, or use the time until then, over and over."""
        while True:
            if not self._transport.rolling:
                self._idle(_REPORT_EVERY_S)
                continue
            tick, end_tick = self._next_tick()
            spare_s = self._transport.seconds_at(tick) - _GUARD_S - self._clock.now()
            if spare_s > 0:
                self._idle(spare_s)
            elif tick == end_tick:
                self._clock.reach(self._transport.seconds_at(tick))
                self._tally.played_ticks = tick + self._shift
                return
            else:
                self._perform(tick)

    def _next_tick(self) -> tuple[int, int | None]:
        """When something is to be done next, and where the music ends."""
        end = self._start.end_tick
        end_tick = None if end is None else end - self._shift
        ticks = [end_tick, self._agenda.next_tick(), (self._page + 1) * self._start.phrase_ticks]
        if self._pulses is not None:
            ticks.append(self._pulses.next_tick)
        return min(tick for tick in ticks if tick is not None), end_tick

    def _perform(self, tick: int) -> None:
        """Send what is due at `tick`, at its moment."""
        turns = tick == (self._page + 1) * self._start.phrase_ticks
        if turns and self._transport.leads and not self._agenda.holds(self._page + 1):
            self._clock.reach(self._transport.seconds_at(tick))
            self._lead(tick)
        events = self._agenda.take(tick)
        due_s = self._transport.seconds_at(tick)
        self._clock.approach(due_s)
        # At the moment there is no time for it, and before the sleep nobody's caches are kept.
        outgoing = self._sounding.foresee(events)
        self._transport.passed(tick)
        self._tally.played_ticks = tick + self._shift
        moment = self._clock.reach(due_s)
        bearable_s = _ASLEEP_S if self._transport.leads else self._transport.grace_s
        if moment.late_s > bearable_s:
            self._sounding.lift_all()
            if not self._transport.leads:
                self._take_up(self._transport.tick_at(moment.now_s), played=True)
                return
            self._lead(tick)
            due_s = self._transport.seconds_at(tick)
            outgoing = self._sounding.foresee(events)
        if self._pulses is not None:
            self._pulses.take(tick)
        self._due_s = due_s
        self._sounding.play(outgoing)
        if turns:
            self._page += 1
            self._supply.turn_to(self._page)

    def _lead(self, tick: int, earliest_s: float = 0.0) -> None:
        """Roll from `tick` on, once its phrase is there, and at `earliest_s` of our clock."""
        page = tick // self._start.phrase_ticks
        if not self._agenda.holds(page):
            self._sounding.lift_all()
            self._agenda.move(tick)
        self._transport.hold(tick)
        if self._pulses is not None:
            self._pulses.stop()
        while not self._agenda.holds(page):
            self._idle(_REPORT_EVERY_S)
        self._transport.begin(tick, max(self._clock.now(), earliest_s))
        if self._pulses is not None:
            self._pulses.go(tick)

    def _follow(self, position: Position) -> None:
        """Be where the leader is; what sounds ends if that is not where it went on to."""
        self._pass_time()
        rolled = self._transport.rolling
        change = self._transport.follow(position, self._clock.now())
        if change is not Change.STEADY:
            if rolled:
                self._sounding.silence()
            self._take_up(round(position.tick), played=rolled)

    def _take_up(self, tick: int, *, played: bool) -> None:
        """Play on from `tick`; what would already sound there is not begun late."""
        self._since_tick = tick = max(tick, 0)
        self._shift = self._tally.played_ticks - tick
        self._page = tick // self._start.phrase_ticks
        self._agenda.move(tick)
        self._supply.jump_to(self._page, played=played)

    def _pass_time(self) -> None:
        """Count the ticks until now as played; the position of a leader may be behind them."""
        if self._transport.rolling:
            now_tick = self._transport.tick_at(self._clock.now())
            self._tally.played_ticks = max(self._tally.played_ticks, now_tick + self._shift)

    def _idle(self, spare_s: float) -> None:
        """Do one thing that need not be done at a certain time, or wait for a message."""
        now = self._clock.now()
        if self._lookout.is_due(spare_s):
            if news := self._lookout.look():
                self._link.send(Notice(news))
                # Opening a port may take a while: what was said meanwhile comes first.
                while self._receive(0):
                    pass
        elif now >= self._next_report_s:
            self._report()
        else:
            self._receive(self._lookout.within(min(spare_s, self._next_report_s - now)))

    def _receive(self, timeout_s: float) -> bool:
        """Take a message, waiting for it at most so long; whether there was one."""
        message: Message | None = self._link.receive(timeout_s)
        if isinstance(message, Stop):
            raise _Stopped
        if isinstance(message, Failed):
            raise PortError(message.trouble)
        if isinstance(message, Phrase):
            missed = self._transport.missed(self._since_tick, self._clock.now())
            self._supply.arrived(message, self._earliest_tick(), missed)
        elif isinstance(message, Position):
            self._follow(message)
        elif isinstance(message, Panic):
            self._sounding.panic()
        elif isinstance(message, Overran):
            self._port.say_again()
        elif isinstance(message, Notice):
            self._link.send(message)
        return message is not None

    def _earliest_tick(self) -> int:
        """Where notes that have just been composed may begin without being too late."""
        if not self._transport.rolling:
            return 0
        return self._transport.tick_at(self._clock.now() - self._transport.grace_s)

    def _choose_programs(self) -> None:
        for track, part in enumerate(self._start.parts):
            self._send(track, PROGRAM_CHANGE | part.channel, part.program)

    def _send(self, track: int, *message: int) -> None:
        at_s = self._clock.now()
        self._port.send(message)
        self._tally.sent(track, message, at_s - self._due_s)

    def _report(self) -> None:
        tally, transport = self._tally, self._transport
        tick = tally.played_ticks - self._shift
        tempo_bpm, rolling, now = transport.tempo_bpm, transport.rolling, self._clock.now()
        self._link.send(tally.report(tick, tempo_bpm, rolling=rolling, away=self._port.away))
        self._link.send(Position(transport.tick_at(now), now, tempo_bpm, rolling))
        self._next_report_s = self._clock.now() + _REPORT_EVERY_S
