"""A connection of ours at JACK: whether it is still the one that was made.

A client that ends and is started again at once has a port of the same name as before, and
nobody is connected to it. Whoever sends to it hears of nothing.
"""

from __future__ import annotations

from enum import Enum, auto

from midigan.live.connections.jack_watch import JackWatch, watch

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


class JackConnection:
    """Looks after the connection between a new port of ours, made for it, and another's."""

    def __init__(self, watch: JackWatch, *, inputs: bool) -> None:
        self.watch, self._inputs = watch, inputs
        self._own = self._other = self._owner = ""
        self._before: set[str] = set()
        self._seen = False
        self._unseen = self._tries = 0

    @property
    def takes_s(self) -> float:
        """How long a look may take while it is there."""
        return self.watch.takes_s

    def prepare(self, other: str) -> None:
        """It is about to be made, to a port of this full name."""
        self._other, self._owner = other, self.watch.owner(other)
        self._before = self.watch.ports(inputs=self._inputs)

    def made(self) -> None:
        """It was made, though JACK lets it take effect a period later, or never."""
        new = self.watch.ports(inputs=self._inputs) - self._before
        # If others opened one at the same moment nobody knows which is ours.
        self._own = new.pop() if len(new) == 1 else ""
        self._seen = False
        self._unseen = 0

    def stands(self) -> bool:
        """Whether it has taken effect, as far as anybody can tell; it waits a period for that.

        What is sent before is lost: a port whose owner is not ready refuses to be connected, and
        a server that is late keeps its graph as it was.
        """
        self._seen = bool(self._own) and self._other in self.watch.connected(self._own)
        self._tries = 0 if self._seen else self._tries + 1
        if self._tries == _TRIES:
            self._own = ""
        return self._seen or not self._own

    def look(self) -> Sight:
        """What has become of it. It waits for the server only after it has been lost.

        DISCONNECTED is said once, until it has been seen again.
        """
        if self._own and self._other in self.watch.connected(self._own):
            self._seen = True
            self._unseen = 0
        elif self._own and self._unseen < _LOOKS:
            self._unseen += 1
            if self._seen and self.watch.owner(self._other) != self._owner:
                return Sight.LOST
            if self._unseen == _LOOKS:
                return Sight.DISCONNECTED if self._seen else Sight.LOST
        return Sight.STEADY

    def close(self) -> None:
        """Look no more."""
        self.watch.close()


def look_after(backend: str, *, inputs: bool) -> JackConnection | None:
    """Be ready to look after a connection; None where that is not JACK's, or nobody can."""
    watching = watch() if backend == "jack" else None
    return None if watching is None else JackConnection(watching, inputs=inputs)
