"""Clients of python-rtmidi, one a backend, and the one that sees the port that is wanted.

Each looks at the ports by itself: joining a JACK server takes several of its periods, and one
that only makes a list of ports would have to be joined beside the one that plays.
"""

from __future__ import annotations

from typing import Any

from midigan.errors import PortError
from midigan.live.connections.port_names import (
    BACKENDS,
    Listing,
    backends_of,
    choose_port,
    hushed,
    load_rtmidi,
)

#: What systems show as the client.
_NAME = "midigan"


def new_client(backend: str, *, inputs: bool) -> Any:
    """A client of a backend, not connected yet. Raises PortError if it does not answer."""
    try:
        return _new(load_rtmidi(), backend, inputs)
    except OSError as error:
        raise PortError(f"{backend} does not answer: {error}") from error


def client_for(wanted: str, backend: str | None, *, inputs: bool) -> tuple[Any, str, str]:
    """A client, its backend, and the full name of the one output, or input, that is `wanted`.

    Raises PortError if none or several match, or without such a backend.
    """
    rtmidi = load_rtmidi()
    clients: dict[str, Any] = {}
    listings = []
    try:
        for name in backends_of(rtmidi, backend):
            ports, trouble = [], ""
            try:
                clients[name] = _new(rtmidi, name, inputs)
                ports = clients[name].get_ports()
            except OSError as error:
                trouble = f"does not answer ({error})"
            listings.append(Listing(name, *((ports, []) if inputs else ([], ports)), trouble))
        chosen, port = choose_port(wanted, listings, inputs=inputs)
        return clients.pop(chosen), chosen, port
    finally:
        for other in clients.values():
            other.delete()


def _new(rtmidi: Any, backend: str, inputs: bool) -> Any:
    kind = rtmidi.MidiIn if inputs else rtmidi.MidiOut
    with hushed():
        return kind(rtapi=getattr(rtmidi, BACKENDS[backend]), name=_NAME)
