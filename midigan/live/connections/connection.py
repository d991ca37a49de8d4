"""A connection of ours at JACK or ALSA: whether it is still the one that was made.

A client that ends and is started again at once has a port of the same name as before, and
nobody is connected to it. Whoever sends to it hears of nothing.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Protocol

from midigan.live.connections import alsa_watch, jack_watch

#: A client that ends is disconnected first, and its name goes after that: only what stays so
#: for several looks was done by hand.
_LOOKS = 4
#: Where it never stands after so many tries, whoever looks sees nothing of connections there.
_TRIES = 10


class Sight(Enum):
    """What a look has shown."""

    STEADY = auto()
    #: Another client has the name, or it never took effect.
    LOST = auto()
    #: The client is still the one that it was: somebody has disconnected it from us.
    DISCONNECTED = auto()
    #: Somebody has connected it to us again.
    CONNECTED = auto()


class Watch(Protocol):
    """Looks at the ports of a service."""

    @property
    def takes_s(self) -> float:
        """How long `connected` may take."""

    def called(self, name: str) -> str:
        """What a port of this full name is called here, "" if it cannot be told."""

    def ports(self, *, inputs: bool) -> set[str]:
        """What all MIDI ports that send are called, or all that receive; others may be among."""

    def connected(self, port: str) -> set[str]:
        """Those that are connected to one."""

    def owner(self, port: str) -> str:
        """What tells its client from others of its name, as far as anything does; "" for none."""

    def close(self) -> None:
        """Look no more."""


class Connection:
    """Looks after the connection between a port of ours, made for it or kept, and another's."""

    def __init__(self, watch: Watch, *, inputs: bool) -> None:
        self._watch, self._inputs = watch, inputs
        self._own = self._other = self._owner = ""
        self._before: set[str] = set()
        self._seen = False
        self._unseen = self._tries = 0

    @property
    def takes_s(self) -> float:
        """How long a look may take while it is there."""
        return self._watch.takes_s

    def prepare(self, other: str) -> None:
        """It is about to be made, to a port of this full name."""
        self._other = self._watch.called(other)
        self._owner = self._watch.owner(self._other)
        self._before = self._watch.ports(inputs=self._inputs)

    def made(self, own: str = "") -> None:
        """It was made, though JACK lets it take effect a period later, or never.

        `own` is the full name of our port, where that is known.
        """
        self._own = own or self._newest()
        self._seen = False
        self._unseen = 0

    def _newest(self) -> str:
        """What our port is called, by those that there were before; "" if nobody knows."""
        new = self._watch.ports(inputs=self._inputs) - self._before
        # If others opened one at the same moment nobody knows which is ours. At ALSA ours stays.
        if len(new) == 1:
            return new.pop()
        return "" if new or self._own not in self._before else self._own

    def stands(self) -> bool:
        """Whether it has taken effect, as far as anybody can tell; it waits a period for that.

        What is sent before is lost: a port whose owner is not ready refuses to be connected, and
        a server that is late keeps its graph as it was.
        """
        self._seen = bool(self._own) and self._other in self._watch.connected(self._own)
        self._tries = 0 if self._seen else self._tries + 1
        if self._tries == _TRIES:
            self._own = ""
        return self._seen or not self._own

    def look(self) -> Sight:
        """What has become of it. It waits for the server only after it has been lost.

        DISCONNECTED is said once, until it has been seen again. CONNECTED is said also if it
        was disconnected for a moment only: what was sent meanwhile is lost all the same.
        """
        if self._own and self._other in self._watch.connected(self._own):
            again = self._seen and self._unseen > 1
            self._seen = True
            self._unseen = 0
            return Sight.CONNECTED if again else Sight.STEADY
        if self._own and self._unseen < _LOOKS:
            self._unseen += 1
            if self._seen and self._watch.owner(self._other) != self._owner:
                return Sight.LOST
            if self._unseen == _LOOKS:
                return Sight.DISCONNECTED if self._seen else Sight.LOST
        return Sight.STEADY

    def close(self) -> None:
        """Look no more."""
        self._watch.close()


#: Who looks at ports, by the names of the backends.
_WATCHES = {"jack": jack_watch.watch, "alsa": alsa_watch.watch}


def look_after(backend: str, *, inputs: bool) -> Connection | None:
    """Be ready to look after a connection; None where nobody can."""
    watching = _WATCHES[backend]() if backend in _WATCHES else None
    return None if watching is None else Connection(watching, inputs=inputs)
