"""Who is connected to whom at JACK, which python-rtmidi does not tell.

It only ever asks, and has no callbacks: those would wait for the interpreter while a call of
python-rtmidi's, which keeps it, waits for the server, and that one for them.
"""

from __future__ import annotations

import contextlib
from typing import Any

_NAME = "midigan watch"


class JackWatch:
    """Looks at ports. Their names are full ones, as `client:port`."""

    def __init__(self) -> None:
        """Join the server.

        Raises ImportError or OSError without JACK-Client and its library, RuntimeError without
        a server.
        """
        import jack

        self._error: type[Exception] = jack.JackError
        try:
            self._client: Any = jack.Client(_NAME, no_start_server=True)
        except jack.JackError as error:
            raise RuntimeError(f"JACK does not answer: {error}") from error

    def called(self, name: str) -> str:
        """Ports are called by their full names."""
        return name

    def ports(self, *, inputs: bool) -> set[str]:
        """The names of all MIDI ports that send, or of those that receive."""
        kind = {"is_input": True} if inputs else {"is_output": True}
        return {port.name for port in self._client.get_ports(is_midi=True, **kind)}

    @property
    def takes_s(self) -> float:
        """How long `connected` may take: JACK lets a new connection take effect first.

        JACK2: common/JackAPI.cpp, WaitGraphChange, sleeps for 1.1 periods while one is pending.
        """
        return 1.2 * float(self._client.blocksize) / float(self._client.samplerate)

    def connected(self, port: str) -> set[str]:
        """The names of the ports that are connected to one. It asks no other process."""
        with contextlib.suppress(self._error):  # it has gone
            found = self._client.get_port_by_name(port)
            return {other.name for other in self._client.get_all_connections(found)}
        return set()

    def owner(self, port: str) -> str:
        """What tells its client from all others of the same name, before and after it.

        "" if there is none. It waits for the server. (A port's own UUID would not do: JACK2
        gives those of closed ports again.)
        """
        with contextlib.suppress(self._error):
            uuid: str = self._client.get_uuid_for_client_name(port.partition(":")[0])
            return uuid
        return ""

    def close(self) -> None:
        """Leave the server."""
        self._client.close()


def watch() -> JackWatch | None:
    """Look at ports of JACK; None where JACK-Client is not installed, or JACK does not answer."""
    with contextlib.suppress(ImportError, OSError, RuntimeError):
        return JackWatch()
    return None
