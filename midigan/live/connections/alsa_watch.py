"""Who is connected to whom at ALSA's sequencer, which python-rtmidi does not tell.

Ports are known by their numbers, as `128:0`: of names there may be several alike.
"""

from __future__ import annotations

from pathlib import Path

from midigan.live.connections.alsa_clients import CLIENTS, Listed, address_of, read_ports


class AlsaWatch:
    """Looks at ports in the kernel's list. It waits for nobody."""

    takes_s = 0.0

    def __init__(self, clients: Path = CLIENTS) -> None:
        self._clients = clients

    def called(self, name: str) -> str:
        """What a port of this full name is called here."""
        return address_of(name) or ""

    def ports(self, *, inputs: bool) -> set[str]:
        """All ports there are."""
        return set(self._listed())

    def connected(self, port: str) -> set[str]:
        """The ports that are connected to one."""
        found = self._listed().get(port)
        return set() if found is None else found.to | found.hears

    def owner(self, port: str) -> str:
        """The name of its client, "" if there is none: numbers are given again, soon."""
        found = self._listed().get(port)
        return "" if found is None else found.client

    def close(self) -> None:
        """There is nothing to leave."""

    def _listed(self) -> dict[str, Listed]:
        return read_ports(self._clients) or {}


def watch() -> AlsaWatch | None:
    """Look at ports of ALSA; None where the kernel does not show them."""
    return AlsaWatch() if read_ports(CLIENTS) is not None else None
