"""Who is connected to a port of ours at JACK, which python-rtmidi does not tell.

It only ever asks, and has no callbacks: those would wait for the interpreter while a call of
python-rtmidi's, which keeps it, waits for the server, and that one for them.
"""

from __future__ import annotations

import contextlib
from typing import Any

_NAME = "midigan watch"


class JackWatch:
    """Looks at one port."""

    def __init__(self, port: str) -> None:
        """Join the server; `port` is the full name.

        Raises ImportError or OSError without JACK-Client and its library, RuntimeError without
        a server.
        """
        import jack

        self._port = port
        self._error: type[Exception] = jack.JackError
        try:
            self._client: Any = jack.Client(_NAME, no_start_server=True)
        except jack.JackError as error:
            raise RuntimeError(f"JACK does not answer: {error}") from error

    def connected(self) -> set[str]:
        """The full names of the ports that are connected to it."""
        with contextlib.suppress(self._error):  # it has gone
            port = self._client.get_port_by_name(self._port)
            return {other.name for other in self._client.get_all_connections(port)}
        return set()

    def close(self) -> None:
        """Leave the server."""
        self._client.close()


def watch(port: str) -> JackWatch | None:
    """Look at a port of JACK; None where JACK-Client is not installed."""
    with contextlib.suppress(ImportError, OSError, RuntimeError):
        return JackWatch(port)
    return None
