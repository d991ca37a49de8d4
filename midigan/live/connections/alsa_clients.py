"""Who is connected to whom at ALSA's sequencer, by the kernel's own list of its clients.

It is text for people, but its form has stayed: a line for each client, below it its ports, and
below each port whom it sends to and hears (Linux: sound/core/seq/seq_clientmgr.c,
snd_seq_info_clients_read):

    Client 128 : "midigan" [User Legacy]
      Port   0 : "midigan" (R-e-)
        Connecting To: 129:0, 130:1[r:0][ex]
        Connected From: 131:0
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

#: Where the kernel shows it.
CLIENTS = Path("/proc/asound/seq/clients")

#: SNDRV_SEQ_MAX_CLIENTS and SNDRV_SEQ_MAX_PORTS: numbers are below these.
_MOST_CLIENTS, _MOST_PORTS = 192, 254
#: All clients with all their ports take less.
_MOST_BYTES = 1 << 24

_CLIENT = re.compile(r'Client +([0-9]{1,3}) : "(.*)"')
_PORT = re.compile(r' {2}Port +([0-9]{1,3}) : "')
_SENDS_TO, _HEARS = "    Connecting To: ", "    Connected From: "
#: `129:0`, and after it how times are stamped, and whether nobody else may connect.
_OTHER = re.compile(r"([0-9]{1,3}):([0-9]{1,3})(?:\[[rt]:[0-9]+\])?(?:\[ex\])?")
#: What RtMidi puts at the end of a port's name: MidiOutAlsa::getPortName.
_NUMBERS = re.compile(r" ([0-9]{1,3}):([0-9]{1,3})$")


@dataclass
class Listed:
    """A port: the name of its client, and the numbers of those it sends to and hears."""

    client: str
    to: set[str] = field(default_factory=set)
    hears: set[str] = field(default_factory=set)


def address_of(name: str) -> str | None:
    """The numbers of client and port, as `128:0`, in a port's name; None if it has none."""
    found = _NUMBERS.search(name)
    return None if found is None else _address(*found.groups())


def without_address(name: str) -> str:
    """A port's name without its numbers, if it has any."""
    return _NUMBERS.sub("", name)


def read_ports(clients: Path) -> dict[str, Listed] | None:
    """`ports` of a list that lies in a file; None if it cannot be read."""
    try:
        with clients.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    return ports(text)


def ports(text: str) -> dict[str, Listed]:
    """All ports, by their numbers, as `128:0`.

    Names are other people's and may hold anything, lines as these among them; what is not as
    the kernel writes it counts for nothing.
    """
    client: re.Match[str] | None = None
    here: Listed | None = None
    found: dict[str, Listed] = {}
    for line in text.split("\n"):
        if match := _CLIENT.match(line):
            client, here = match, None
        elif match := _PORT.match(line):
            address = _address(client[1], match[1]) if client else None
            here = found.setdefault(address, Listed(client[2])) if client and address else None
        elif here is not None and line.startswith(_SENDS_TO):
            here.to |= _others(line[len(_SENDS_TO) :])
        elif here is not None and line.startswith(_HEARS):
            here.hears |= _others(line[len(_HEARS) :])
    return found


def _others(text: str) -> set[str]:
    each = (_OTHER.fullmatch(one) for one in text.split(", "))
    return {address for one in each if one and (address := _address(one[1], one[2]))}


def _address(client: str, port: str) -> str | None:
    if int(client) >= _MOST_CLIENTS or int(port) >= _MOST_PORTS:
        return None
    return f"{int(client)}:{int(port)}"
