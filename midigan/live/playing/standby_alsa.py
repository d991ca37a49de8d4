"""How a standby port at ALSA's sequencer knows and reaches those who listened to another port.

Who listens is in the kernel's list of clients (see `alsa_clients`), and each of them is among
the ports that python-rtmidi can connect to. Built from the kernel's and RtMidi's sources, and
tested with stand-ins for both: it has not been run on a sequencer yet. A bridge that tells its
senders apart, as PipeWire's, takes a standby port for another instrument.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from midigan.errors import PortError
from midigan.live.connections.alsa_clients import CLIENTS, address_of, read_listeners
from midigan.live.connections.port_names import BACKENDS, hushed, load_rtmidi

_NAME, _PORT = "midigan standby", "out"
#: The kernel keeps 200 events for a client that does not read them, and drops the next
#: (SNDRV_SEQ_DEFAULT_CLIENT_EVENTS): so many are sent at once, then it may read.
_AT_ONCE = 64
_PAUSE_S = 0.01


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
        return read_listeners(self._clients, self._address)

    def send(self, messages: Sequence[Sequence[int]], receivers: Sequence[str]) -> None:
        """Send messages to each of these who is still there.

        Raises PortError if none of those who are there takes them.
        """
        there = [receiver for receiver in receivers if self._index(receiver) is not None]
        reached = [self._send_to(receiver, messages) for receiver in there]
        if there and not any(reached):
            raise PortError("ALSA takes no messages")

    def close(self) -> None:
        """Leave the sequencer."""
        self._out.delete()

    def _send_to(self, receiver: str, messages: Sequence[Sequence[int]]) -> bool:
        """Whether one receiver took all messages; it may go meanwhile."""
        index = self._index(receiver)
        if index is None:
            return False
        try:
            with hushed():
                self._out.open_port(index, _PORT)
                for begin in range(0, len(messages), _AT_ONCE):
                    for message in messages[begin : begin + _AT_ONCE]:
                        self._out.send_message(message)
                    time.sleep(_PAUSE_S)
                self._out.close_port()
        except (OSError, ValueError):
            return False
        return True

    def _index(self, receiver: str) -> int | None:
        """Where a receiver is among the ports that can be connected to; None if nowhere."""
        names = self._out.get_ports()
        return next((i for i, name in enumerate(names) if address_of(name) == receiver), None)
