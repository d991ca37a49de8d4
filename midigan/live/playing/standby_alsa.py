"""How a standby port at ALSA's sequencer knows and reaches those who listened to another port.

Who listens is in the kernel's list of clients (see `alsa_clients`), and each of them is among
the ports that python-rtmidi can connect to. PipeWire's bridge is none of those, and takes every
sender for another instrument: who is behind it cannot be reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from midigan.errors import PortError
from midigan.live.connections.alsa_clients import CLIENTS, Listed, address_of, read_ports
from midigan.live.connections.pacing import paced
from midigan.live.connections.port_names import BACKENDS, hushed, load_rtmidi

_NAME, _PORT = "midigan standby", "out"


class AlsaWay:
    """A client of the sequencer that connects to one receiver after another when needed."""

    def __init__(self, port: str, clients: Path = CLIENTS) -> None:
        """Join the sequencer; `port` is the full name of the other one, its numbers at the end.

        Raises PortError without a sequencer, or if no numbers are in the name.
        """
        self._address, self._clients = address_of(port), clients
        if self._address is None:
            raise PortError(f"{port!r} is no port of ALSA's sequencer: it ends in no numbers")
        rtmidi = load_rtmidi()
        try:
            with hushed():
                self._out: Any = rtmidi.MidiOut(rtapi=getattr(rtmidi, BACKENDS["alsa"]), name=_NAME)
        except OSError as error:
            raise PortError(f"ALSA does not answer: {error}") from error

    def listeners(self) -> set[str] | None:
        """The numbers of the ports that are connected to it, as `128:0`; None if it has gone."""
        found = self._listed().get(self._address or "")
        return None if found is None else found.to

    def send(self, messages: Sequence[Sequence[int]], receivers: Sequence[str]) -> None:
        """Send messages to each of these who is still there.

        Raises PortError if one of them cannot be reached, when all others have been.
        """
        reached = {receiver for receiver in receivers if self._send_to(receiver, messages)}
        listed = self._listed()
        if left := [listed[to].client for to in receivers if to in listed and to not in reached]:
            raise PortError(f"ALSA does not let us reach {', '.join(left)}")

    def close(self) -> None:
        """Leave the sequencer."""
        self._out.delete()

    def _listed(self) -> dict[str, Listed]:
        return read_ports(self._clients) or {}

    def _send_to(self, receiver: str, messages: Sequence[Sequence[int]]) -> bool:
        """Whether one receiver took all messages; it may go meanwhile."""
        index = self._index(receiver)
        if index is None:
            return False
        try:
            with hushed():
                self._out.open_port(index, _PORT)
                for message in paced(messages):
                    self._out.send_message(message)
                self._out.close_port()
        except (OSError, ValueError):
            return False
        return True

    def _index(self, receiver: str) -> int | None:
        """Where a receiver is among the ports that can be connected to; None if nowhere."""
        names = self._out.get_ports()
        return next((i for i, name in enumerate(names) if address_of(name) == receiver), None)
