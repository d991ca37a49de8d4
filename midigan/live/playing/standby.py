"""A second port, silent until the first one dies: the way out of notes that hang.

A virtual port dies with the process that made it, and nobody else can send through it. So a
survivor remembers who listened to it, and connects a port of its own to them when it is needed.
JACK and ALSA each have their own way to know them and to reach them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from midigan.errors import PortError
from midigan.live.playing.standby_alsa import AlsaWay
from midigan.live.playing.standby_jack import JackWay
from midigan.live.processes.player_messages import Guard
from midigan.live.sounding import releases_of


class Way(Protocol):
    """How to know who listens to a port, and how to reach them."""

    def listeners(self) -> set[str] | None:
        """Who is connected to the port now; None if there is no such port."""

    def send(self, messages: Sequence[Sequence[int]], receivers: Sequence[str]) -> None:
        """Send messages to those who are still there. Raises PortError if that is impossible."""

    def close(self) -> None:
        """Leave the service."""


class Standby:
    """Looks who is connected to a virtual port of another process of ours."""

    def __init__(self, way: Way) -> None:
        self._way = way
        #: Who was connected when it was last looked, and the time before that.
        self._receivers: tuple[set[str], set[str]] | None = None

    def look(self) -> None:
        """Remember who is connected now; if the port has gone, who was before."""
        names = self._way.listeners()
        if names is not None:
            # A port that dies is disconnected first: what was seen before that counts.
            before = self._receivers[0] if self._receivers else names
            self._receivers = names, before

    def hush(self, channels: Sequence[int]) -> None:
        """Release every key of these channels at all who were connected.

        Raises PortError if it was never seen who was, or if they cannot be reached.
        """
        if self._receivers is None:
            raise PortError("the player's virtual port was never seen")
        self._way.send(releases_of(channels), sorted(set().union(*self._receivers)))

    def close(self) -> None:
        """Leave in good order."""
        self._way.close()


#: The ways there are, by the names of the backends.
WAYS: dict[str, type[JackWay] | type[AlsaWay]] = {"jack": JackWay, "alsa": AlsaWay}


def stand_by(guard: Guard) -> Standby:
    """Be ready for the death of a virtual port.

    Raises MidiganError without what its way needs, PortError if its service does not answer.
    """
    return Standby(WAYS[guard.backend](guard.port))
