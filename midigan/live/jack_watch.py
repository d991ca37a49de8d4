"""What JACK says of a port that python-rtmidi cannot know: by that one, ports are names alone.

A port that is closed and opened again at once has the same name and is another one: the old
connection is gone, and messages go nowhere. And a connection that JACK refuses, because the
port's owner is not ready, looks like one that it made.
"""

from __future__ import annotations

import contextlib
from typing import Any

_NAME = "midigan watch"


class JackWatch:
    """Looks after one port of another client."""

    def __init__(self, port: str) -> None:
        """Join the server; `port` is the full name.

        Raises ImportError or OSError without JACK-Client and its library, RuntimeError without
        a server.
        """
        import jack

        self._port = port
        self._renewed = False
        self._before: set[str] = set()
        self._ours: set[str] = set()
        try:
            self._client: Any = jack.Client(_NAME, no_start_server=True)
            self._client.set_port_registration_callback(self._registered)
            self._client.set_shutdown_callback(lambda *_: None)
            self._client.activate()
        except jack.JackError as error:
            raise RuntimeError(f"JACK does not answer: {error}") from error
        self._error: type[Exception] = jack.JackError

    def lost(self) -> bool:
        """Whether the port was opened anew, and so has lost the connection that was made to it."""
        renewed, self._renewed = self._renewed, False
        # The news of an opening may come when the connection has been made.
        return renewed and not self._ours & self.connected()

    def expect(self, port: str) -> None:
        """A connection is about to be made to the port that has this name now."""
        self._port, self._renewed = port, False
        self._before = self.connected()

    def made(self) -> bool:
        """Whether it was made."""
        self._ours = self.connected() - self._before
        return bool(self._ours)

    def connected(self) -> set[str]:
        """The full names of the ports that are connected to it."""
        with contextlib.suppress(self._error):  # it has gone
            port = self._client.get_port_by_name(self._port)
            return {other.name for other in self._client.get_all_connections(port)}
        return set()

    def close(self) -> None:
        """Leave the server."""
        self._client.deactivate()
        self._client.close()

    def _registered(self, port: Any, register: bool) -> None:
        # In a thread of JACK's.
        if register and port.name == self._port:
            self._renewed = True


def watch(port: str) -> JackWatch | None:
    """Look after a port of JACK; None where JACK-Client is not installed."""
    with contextlib.suppress(ImportError, OSError, RuntimeError):
        return JackWatch(port)
    return None
