"""Clients of python-rtmidi, or their like, one a backend, and the one that sees a port.

Each looks at the ports by itself: joining a JACK server takes several of its periods, and one
that only makes a list of ports would have to be joined beside the one that plays.
"""

from __future__ import annotations

import contextlib
from typing import Any

from midigan.errors import PortError
from midigan.live.connections.jack_input import JackInput
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


def new_client(backend: str, *, inputs: bool, timed: bool = False) -> Any:
    """A client of a backend, not connected yet. Raises PortError if it does not answer.

    A `timed` input hears MIDI clock, and is a `JackInput` at JACK where JACK-Client is installed.
    """
    try:
        return _new(load_rtmidi(), backend, inputs, timed)
    except OSError as error:
        raise PortError(f"{backend} does not answer: {error}") from error


def client_for(
    wanted: str, backend: str | None, *, inputs: bool, timed: bool = False
) -> tuple[Any, str, str]:
    """A client, its backend, and the full name of the one output, or input, that is `wanted`.

    `timed` is as for `new_client`. Raises PortError if none or several match, or without such a
    backend.
    """
    rtmidi = load_rtmidi()
    clients: dict[str, Any] = {}
    listings = []
    try:
        for name in backends_of(rtmidi, backend):
            ports, trouble = [], ""
            try:
                clients[name] = _new(rtmidi, name, inputs, timed)
                ports = clients[name].get_ports()
            except OSError as error:
                trouble = f"does not answer ({error})"
            listings.append(Listing(name, *((ports, []) if inputs else ([], ports)), trouble))
        chosen, port = choose_port(wanted, listings, inputs=inputs)
        return clients.pop(chosen), chosen, port
    finally:
        for other in clients.values():
            other.delete()


def _new(rtmidi: Any, backend: str, inputs: bool, timed: bool) -> Any:
    if timed and inputs and backend == "jack":
        with contextlib.suppress(ImportError), hushed():
            return JackInput(_NAME)
    kind = rtmidi.MidiIn if inputs else rtmidi.MidiOut
    with hushed():
        client = kind(rtapi=getattr(rtmidi, BACKENDS[backend]), name=_NAME)
    if timed and inputs:
        client.ignore_types(sysex=True, timing=False, active_sense=True)
    return client
