"""MIDI output ports as the player sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from midigan.live.connections.owed import Owed
from midigan.live.connections.plug import Plug


class Port(Protocol):
    """Where the player sends to."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def away(self) -> bool:
        """Whether it is looked for, to be opened again."""

    @property
    def returns(self) -> int:
        """How often it was opened again."""

    @property
    def takes_s(self) -> float:
        """How long a look whether it is still there may take, as far as that is known."""

    def send(self, message: Sequence[int]) -> None:
        """Send the bytes of one message. Raises PortError if that can never be again."""

    def check(self) -> str:
        """Look whether it is still there; a line for people if that has changed, else "".

        Raises PortError if it has gone for good.
        """

    def say_again(self) -> None:
        """Let go again of what may still sound: its service ran late, and may have lost it."""

    def close(self) -> None:
        """Close the port."""


class RtMidiPort:
    """A port of python-rtmidi. While it is away, what is sent to it is lost, and that is all.

    When it comes back it is silenced and given its programs again.
    """

    def __init__(self, plug: Plug) -> None:
        self._plug = plug
        self._owed = Owed()
        self._news = ""

    @property
    def name(self) -> str:
        """The full name of the port."""
        return self._plug.name

    @property
    def away(self) -> bool:
        """Whether it has gone, and is opened again when it returns."""
        return self._plug.away

    @property
    def returns(self) -> int:
        """How often it was opened again."""
        return self._plug.returns

    @property
    def takes_s(self) -> float:
        """How long a look may take."""
        return self._plug.takes_s

    def send(self, message: Sequence[int]) -> None:
        """Send the bytes of one message, if the port is there."""
        heard = not self._plug.away
        self._give(message)  # first: it is due now, and taking note of it can wait
        self._owed.sent(message, heard=heard)

    def check(self) -> str:
        """Look whether the port has gone or is back; a line for people if it has, else ""."""
        returns = self._plug.returns
        news, self._news = self._news, ""
        news = self._plug.check() or news
        if self._plug.returns != returns:
            for message in self._owed.settle():
                self.send(message)
        elif not self._plug.away:
            self._owed.seen()
        return news

    def say_again(self) -> None:
        """Send once more the releases, and programs, of the last half second and a bit."""
        for message in self._owed.doubtful():
            self._give(message)

    def close(self) -> None:
        """Close the port."""
        self._plug.close()

    def _give(self, message: Sequence[int]) -> None:
        if not self._plug.away:
            try:
                self._plug.client.send_message(message)
            except OSError:
                self._news = self._plug.lose()
