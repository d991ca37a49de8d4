"""A second port, silent until the first one dies: JACK's way out of notes that hang.

A virtual port dies with the process that made it, and nobody else can send through it. So a
survivor remembers who listened to it, and connects a port of its own to them when it is needed.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

from midigan.errors import MidiganError, PortError
from midigan.live.sounding import release_everything

_NAME = "midigan standby"
#: Messages a period: those of all keys of a channel. More at once would be too much for some.
_A_PERIOD = 129
_PATIENCE_S = 1.5
#: A server that died may never let go of its clients.
_LEAVING_S = 0.5


class Standby:
    """Looks who is connected to a JACK port of another process of ours."""

    def __init__(self, port: str) -> None:
        """Join the server; `port` is the full name.

        Raises MidiganError without JACK-Client, PortError without JACK.
        """
        try:
            import jack
        except (ImportError, OSError) as error:
            raise MidiganError("a standby port needs JACK-Client and JACK") from error
        self._jack: Any = jack
        self._port = port
        #: Who was connected when it was last looked, and the time before that.
        self._receivers: tuple[set[str], set[str]] | None = None
        try:
            self._client = jack.Client(_NAME, no_start_server=True)
        except jack.JackError as error:
            raise PortError(f"JACK does not answer: {error}") from error

    def look(self) -> None:
        """Remember who is connected now; if the port has gone, who was before."""
        with contextlib.suppress(self._jack.JackError):
            source = self._client.get_port_by_name(self._port)
            names = {port.name for port in self._client.get_all_connections(source)}
            # A port that dies is disconnected first: what was seen before that counts.
            before = self._receivers[0] if self._receivers else names
            self._receivers = names, before

    def hush(self, channels: Sequence[int]) -> None:
        """Release every key of these channels at all who were connected.

        Raises PortError if it was never seen who was, or if they cannot be reached.
        """
        if self._receivers is None:
            raise PortError(f"JACK has shown no port {self._port!r}")
        waiting: deque[Sequence[int]] = deque()
        release_everything(lambda _track, *message: waiting.append(message), channels)
        self._send(waiting, sorted(set().union(*self._receivers)))

    def close(self) -> None:
        """Leave the server in good order, if it is still there: others lose messages otherwise."""
        closing = threading.Thread(target=self._client.close, daemon=True)
        closing.start()
        closing.join(_LEAVING_S)

    def _send(self, waiting: deque[Sequence[int]], receivers: Sequence[str]) -> None:
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
