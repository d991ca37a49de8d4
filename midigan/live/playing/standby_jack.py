"""How a standby port at JACK knows and reaches those who listened to another port."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

from midigan.errors import MidiganError, PortError

_NAME = "midigan standby"
#: Messages a period: those of all keys of a channel. More at once would be too much for some.
_A_PERIOD = 129
_PATIENCE_S = 1.5
#: A server that died may never let go of its clients.
_LEAVING_S = 0.5


class JackWay:
    """A client of JACK's; its port is made when it is needed."""

    def __init__(self, port: str) -> None:
        """Join the server; `port` is the full name of the other one.

        Raises MidiganError without JACK-Client, PortError without JACK.
        """
        try:
            import jack
        except (ImportError, OSError) as error:
            raise MidiganError("a standby port needs JACK-Client and JACK") from error
        self._jack: Any = jack
        self._port = port
        try:
            self._client = jack.Client(_NAME, no_start_server=True)
        except jack.JackError as error:
            raise PortError(f"JACK does not answer: {error}") from error

    def listeners(self) -> set[str] | None:
        """The full names of the ports that are connected to it; None if it has gone."""
        with contextlib.suppress(self._jack.JackError):
            source = self._client.get_port_by_name(self._port)
            return {port.name for port in self._client.get_all_connections(source)}
        return None

    def send(self, messages: Sequence[Sequence[int]], receivers: Sequence[str]) -> None:
        """Send messages to all of these who are still there, together.

        Raises PortError if JACK does not take them.
        """
        waiting = deque(messages)
        port = self._client.midi_outports.register("out")
        connected, sent = threading.Event(), threading.Event()

        def process(_: int) -> None:
            port.clear_buffer()
            if not connected.is_set():
                return
            if not waiting:
                sent.set()
            for _ in range(min(_A_PERIOD, len(waiting))):
                port.write_midi_event(0, bytes(waiting.popleft()))

        self._client.set_process_callback(process)
        self._client.activate()
        for receiver in receivers:
            with contextlib.suppress(self._jack.JackError):  # it may have gone as well
                self._client.connect(port, receiver)
        connected.set()
        if not sent.wait(_PATIENCE_S):
            raise PortError("JACK takes no messages")

    def close(self) -> None:
        """Leave the server in good order, if it is still there: others lose messages otherwise."""
        closing = threading.Thread(target=self._client.close, daemon=True)
        closing.start()
        closing.join(_LEAVING_S)
