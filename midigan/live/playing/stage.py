"""What must be there before the player can begin: ports, and whoever it follows."""

from __future__ import annotations

from collections.abc import Sequence

from midigan.errors import PortError
from midigan.live.clock import Clock
from midigan.live.connections.pacing import paced
from midigan.live.connections.plug import connect, create
from midigan.live.connections.ports import Port, RtMidiPort
from midigan.live.leading.pulses import Pulses
from midigan.live.leading.transport import Transport
from midigan.live.playing.player import Player
from midigan.live.processes.child import Child
from midigan.live.processes.link import PipeLink
from midigan.live.processes.player_messages import (
    Ended,
    Failed,
    Follow,
    Following,
    Hush,
    Notice,
    Open,
    Opened,
    Overran,
    SendClock,
    Start,
)
from midigan.live.processes.priority import be_punctual
from midigan.live.processes.wire import Message
from midigan.live.sounding import releases_of

#: How long the process that follows may take to end by itself.
_PATIENCE_S = 0.5
#: A receiver on a busy machine may come to its messages a few of JACK's periods later, and hears
#: nothing from a port that is gone by then.
_LINGER_S = 0.1
#: It is given so much at most, if its service goes on running late.
_LINGER_AT_MOST_S = 0.5


class Stage:
    """Opened message by message; says so when all is there."""

    def __init__(self, link: PipeLink) -> None:
        self._link = link
        self._port: Port | None = None
        self._shown_as = self._backend = ""
        self._clock_port: Port | None = None
        self._send_clock: SendClock | None = None
        self._follow: Follow | None = None
        self._leader: Child | None = None
        self._joined = True

    def prepare(self, message: Follow | SendClock | Open | Following) -> None:
        """Take one thing that is wanted. Raises PortError if a port cannot be opened."""
        if isinstance(message, Follow):
            self._follow, self._joined = message, False
            self._leader = Child("midigan.live.leading.sync_process", self._hear_leader)
            self._leader.send(message)
            self._leader.listen()
            return
        if isinstance(message, SendClock):
            self._send_clock = message
            return
        if isinstance(message, Following):
            self._joined = True
            self._link.send(Notice(f"following {message.leader}"))
        else:
            self._open(message)
        if self._port is not None and self._joined:
            place = self._shown_as, self._backend
            self._link.send(Opened(self._port.name, be_punctual(), *place))

    def hush(self, message: Hush) -> None:
        """Release every key of some channels."""
        port = self._opened()
        for release in paced(releases_of(message.channels)):
            port.send(release)

    def play(self, start: Start) -> Ended:
        """Play, until the end."""
        port, follow = self._opened(), self._follow
        transport = Transport(start.tempo_bpm)
        if self._leader is not None and follow is not None:
            self._leader.send(start)
            latency_s = follow.latency_ms / 1000
            transport = Transport(start.tempo_bpm, leads=False, latency_s=latency_s)
        pulses = None
        if self._send_clock is not None:
            clock_port = self._clock_port or port
            pulses = Pulses(clock_port.send)
            port = Both(port, clock_port) if clock_port is not port else port
        return Player(port, Clock(), self._link, start, transport, pulses).run()

    def close(self) -> None:
        """Close what is open, when what was sent has been heard as well."""
        self._linger()
        for port in (self._port, self._clock_port):
            if port is not None:
                port.close()
        if self._leader is not None:
            self._leader.close(_PATIENCE_S)

    def _linger(self) -> None:
        """Wait until what was sent last is heard; where it may have got lost, say it again."""
        ports = [port for port in (self._port, self._clock_port) if port and not port.away]
        begin_s = now_s = Clock().now()
        until_s = begin_s + _LINGER_S if ports else begin_s
        while now_s < until_s:
            heard = self._link.receive(until_s - now_s)
            now_s = Clock().now()
            if isinstance(heard, Overran):
                for port in ports:
                    port.say_again()
                until_s = min(now_s + _LINGER_S, begin_s + _LINGER_AT_MOST_S)

    def _open(self, wish: Open) -> None:
        if wish.virtual is not None:
            plug = create(wish.virtual, wish.backend)
        elif wish.port is not None:
            plug = connect(wish.port, wish.backend)
        else:
            raise PortError("neither a port nor a virtual port was asked for")
        self._port = RtMidiPort(plug)
        self._shown_as, self._backend = plug.shown_as, plug.backend
        if self._send_clock is not None and self._send_clock.port is not None:
            self._clock_port = RtMidiPort(connect(self._send_clock.port, wish.backend))

    def _opened(self) -> Port:
        if self._port is None:
            raise PortError("no port was opened")
        return self._port

    def _hear_leader(self, message: Message | None) -> None:
        # In a thread: the player reads it where it has time for it.
        self._link.deliver(message or Failed("the process that follows the leader ended"))


class Both:
    """Two ports for the player to look after; what it plays goes to the first."""

    def __init__(self, port: Port, other: Port) -> None:
        self._ports = port, other
        self.name = port.name

    @property
    def away(self) -> bool:
        """Whether either is."""
        return any(port.away for port in self._ports)

    @property
    def returns(self) -> int:
        """How often that was opened again to which it plays."""
        return self._ports[0].returns

    @property
    def takes_s(self) -> float:
        """How long a look after both may take."""
        return sum(port.takes_s for port in self._ports)

    def send(self, message: Sequence[int]) -> None:
        """Send to the first port."""
        self._ports[0].send(message)

    def check(self) -> str:
        """Look after both; a line for people if something has changed."""
        return "; ".join(news for port in self._ports if (news := port.check()))

    def say_again(self) -> None:
        """Only the first plays notes."""
        self._ports[0].say_again()

    def close(self) -> None:
        """Close both."""
        for port in self._ports:
            port.close()
