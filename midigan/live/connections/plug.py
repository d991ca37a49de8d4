"""A connection to a MIDI port that may go away and come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from midigan.errors import PortError
from midigan.live.connections.advice import advice
from midigan.live.connections.alsa_clients import without_address
from midigan.live.connections.clients import client_for, new_client
from midigan.live.connections.connection import Connection, Sight, look_after
from midigan.live.connections.hangup import HangUp
from midigan.live.connections.jack_input import JackInput
from midigan.live.connections.jack_watch import JackWatch, watch
from midigan.live.connections.port_names import (
    Listing,
    hushed,
    list_ports,
    listed,
    match_port,
)

#: Takes a message with the seconds since the one before, and nothing; in a thread of the library.
Hear = Callable[[tuple[Sequence[int], float], object], None]

#: What systems show as the port where clients have several.
_PORT = "midi"


class Plug:
    """A client of python-rtmidi, input or output, and the port that it is connected to.

    (Or a client that offers the same, see `clients`.)

    `wanted` is what the port was chosen by: a port that returns may have another number in
    its name, and is known by those words. It is None for a virtual port, which never goes.
    `shown_as` is what others at JACK or ALSA call a virtual port, "" for all others. `watch` knows
    who is connected to a virtual input of JACK's, and `connection` looks after the one to any
    other port, where somebody can tell.
    """

    shown_as = backend = ""

    def __init__(
        self,
        client: Any,
        name: str,
        wanted: str | None,
        hang_up: HangUp,
        watch: JackWatch | None = None,
        connection: Connection | None = None,
    ) -> None:
        self.client = client
        self.name = name
        self.away = False
        #: How often it was opened again, or connected again by others.
        self.returns = 0
        self._returning, self._opened = "", False
        self._hear: Hear | None = None
        self._wanted, self._hang_up = wanted, hang_up
        self._watch, self._connection = watch, connection

    def listen(self, hear: Hear) -> None:
        """Let somebody hear what arrives at an input, also after it has returned."""
        self._hear = hear
        self.client.set_callback(hear)

    @property
    def takes_s(self) -> float:
        """How long `check` may take, if that is known, while nothing happens to the port."""
        return self._connection.takes_s if self._connection is not None else 0.0

    def check(self) -> str:
        """Close the connection if the port has gone, open it again if it is back.

        Returns a line for people if either happened, else "". Raises PortError if the MIDI
        service has died, and with it all ports: using them would hang.
        """
        if self._hang_up.happened():
            raise PortError(f"the MIDI service behind port {self.name!r} has gone away")
        if self._wanted is None:
            return ""
        # A port that was closed at the other end goes on taking messages silently.
        names = self.client.get_ports()
        if self.away:
            return self._reopen(names)
        return self._look() if self.name in names else self.lose()

    def _look(self) -> str:
        """Whether we are still connected to the port of this name; a line for people if not."""
        sight = Sight.STEADY if self._connection is None else self._connection.look()
        if sight is Sight.LOST:
            news = self.lose()
            self._returning = self.name  # it is there already
            return news
        if sight is Sight.DISCONNECTED:
            return f"port {self.name!r} was disconnected from midigan: connect it again to hear it"
        if sight is Sight.CONNECTED:
            self.returns += 1
            return f"port {self.name!r} is connected to midigan again"
        return ""

    def _reopen(self, names: Sequence[str]) -> str:
        """Go one step on to having it open again; a line for people when it is, else "".

        JACK lists a port before its owner is ready, and lets a connection take effect only when
        it comes to it: the port is opened when it is seen a second time, and taken as back when
        it can be seen to be connected.
        """
        found = [self.name] if self.name in names else match_port(self._wanted or "", names)
        name = found[0] if len(found) == 1 else ""
        seen, self._returning = name != "" and name == self._returning, name
        if not self._opened:
            self._opened = seen and self._open(name)
            if not self._opened or self._connection is not None:
                return ""
        elif not seen or (self._connection is not None and not self._connection.stands()):
            self.client.close_port()
            self._opened = False
            return ""
        self.away, self._opened, self.name = False, False, name
        self.returns += 1
        return f"port {self.name!r} is back"

    def lose(self) -> str:
        """Take the port as gone, because it refused a message; a line for people.

        Raises PortError if it is none that is opened again.
        """
        if self._wanted is None:
            raise PortError(f"port {self.name!r} no longer takes messages")
        self.away, self._returning = True, ""
        self.client.close_port()
        return f"port {self.name!r} has gone away; it is opened again when it returns"

    def others(self) -> set[str]:
        """Who is connected to a virtual port, by their full names, as far as anybody can tell."""
        return self._watch.connected(self.shown_as) if self._watch else set()

    def close(self) -> None:
        """Close the connection, but not if its service is dead: that would hang."""
        if not self._hang_up.happened():
            self.client.close_port()
            self.client.delete()
            for looking in (self._watch, self._connection):
                if looking is not None:
                    looking.close()

    def _open(self, name: str) -> bool:
        """Whether it could be opened; if it is gone again, or not ready, the next look tries."""
        try:
            _open(self.client, name, self._connection)
        except (OSError, ValueError):
            return False
        if self._hear is not None:
            self.client.set_callback(self._hear)  # python-rtmidi forgets it with the port
        return True


def connect(
    wanted: str, backend: str | None = None, *, inputs: bool = False, timed: bool = False
) -> Plug:
    """Connect to the one output port, or input, that `wanted` names in full or in part.

    A `timed` input knows at JACK when exactly messages came, if anybody can: see `new_client`.
    Raises PortError if none or several match, or if it cannot be opened.
    """
    hang_up = HangUp()
    client, found, name = client_for(wanted, backend, inputs=inputs, timed=timed)
    connection = look_after(found, inputs=inputs)
    try:
        _open(client, name, connection)
    except (OSError, ValueError) as error:
        raise PortError(f"port {name!r} cannot be opened: {error}") from error
    plug = Plug(client, name, wanted, hang_up.armed(), connection=connection)
    plug.backend = found
    return plug


def create(
    name: str, backend: str | None = None, *, inputs: bool = False, timed: bool = False
) -> Plug:
    """Create a virtual port of our own: one that sends, or for `inputs` one that receives.

    `timed` is as for `connect`. Raises PortError where the system cannot.
    """
    listings = [listing for listing in list_ports(backend) if not listing.trouble]
    able = [listing.backend for listing in listings if listing.backend != "winmm"]
    if not able:
        raise PortError(f"no virtual port can be created here: {' '.join(advice())}")
    hang_up = HangUp()
    client = new_client(able[0], inputs=inputs, timed=timed)
    try:
        with hushed():
            client.open_virtual_port(name)
    except (OSError, NotImplementedError) as error:
        raise PortError(f"virtual port {name!r} cannot be created: {error}") from error
    hang_up.armed()
    shown_as = _own_port(client) or _newest(name, able[0], listings, inputs=inputs)
    watching = watch() if shown_as and inputs and able[0] == "jack" else None
    plug = Plug(client, f"{name} ({able[0]})", None, hang_up, watching)
    plug.shown_as, plug.backend = shown_as, able[0]
    return plug


def _newest(name: str, backend: str, before: Sequence[Listing], *, inputs: bool) -> str:
    """The full name of the port that was created since: another midigan's has the same ending.

    "" if there is not one of that name, and for backends that do not say who listens.
    What receives is listed among the outputs of others, and what sends among their inputs.
    """
    if backend not in ("alsa", "jack"):
        return ""
    known = {port for listing in before for port in listed(listing, inputs=not inputs)}
    (after,) = list_ports(backend)
    ports = listed(after, inputs=not inputs)
    new = set(ports) - known
    ours = [
        port
        for port in new
        if name in (_without_client(port), _without_client(without_address(port)))
    ]
    return ours[0] if len(ours) == 1 else ""


def _without_client(port: str) -> str:
    """A port's name without its client's."""
    return port.partition(":")[2]


def _open(client: Any, name: str, connection: Connection | None) -> None:
    """Connect a client. Raises ValueError without a port of that name, OSError if it refuses."""
    with hushed():
        if connection is not None:
            connection.prepare(name)
        client.open_port(client.get_ports().index(name), _PORT)
        if connection is not None:
            connection.made(_own_port(client))


def _own_port(client: Any) -> str:
    """The full name of a client's port, "" if it does not say."""
    return client.port_name if isinstance(client, JackInput) else ""
