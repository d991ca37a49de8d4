"""MIDI ports: what is there, which one is meant, and opening it.

The work is python-rtmidi's, asked backend by backend; on a system without any MIDI service
it raises even when asked for a list.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from midigan.errors import PortError
from midigan.live.advice import advice
from midigan.live.hangup import HangUp

#: Names of the backends as options spell them, and the constants of python-rtmidi.
BACKENDS = {
    "alsa": "API_LINUX_ALSA",
    "jack": "API_UNIX_JACK",
    "coremidi": "API_MACOSX_CORE",
    "winmm": "API_WINDOWS_MM",
}
_CLIENT = "midigan"


class Listing(NamedTuple):
    """The ports of one backend; `trouble` says why there are none, "" if it answers."""

    backend: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    trouble: str


class Port(Protocol):
    """Where the player sends to."""

    name: str

    def send(self, message: Sequence[int]) -> None:
        """Send the bytes of one message. Raises PortError if that cannot be."""

    def check(self) -> None:
        """Raise PortError if the port has gone away, even though sending seems to work."""

    def close(self) -> None:
        """Close the port; what was sent before still goes out."""


class RtMidiPort:
    """A port of python-rtmidi; one that it was connected to, or a virtual one."""

    def __init__(self, out: Any, name: str, hang_up: HangUp, *, virtual: bool) -> None:
        self.name = name
        self._out = out
        self._hang_up = hang_up
        self._virtual = virtual

    def send(self, message: Sequence[int]) -> None:
        """Send the bytes of one message."""
        try:
            self._out.send_message(message)
        except OSError as error:
            raise PortError(f"port {self.name!r} no longer takes messages: {error}") from error

    def check(self) -> None:
        """Raise PortError if the MIDI service or the port at the other end has gone.

        Sending to a port that was closed at the other end goes on succeeding silently, and
        sending through a dead JACK server hangs for ever once its buffer is full.
        """
        if self._hang_up.happened():
            raise PortError(f"the MIDI service behind port {self.name!r} has gone away")
        if not self._virtual and self.name not in self._out.get_ports():
            raise PortError(f"port {self.name!r} has gone away")

    def close(self) -> None:
        """Close the port, but leave one alone whose service is dead: closing it would hang."""
        if not self._hang_up.happened():
            self._out.close_port()


def list_ports(backend: str | None = None) -> list[Listing]:
    """The ports of every backend that this python-rtmidi has, or of one.

    Raises PortError if python-rtmidi is not installed, or has no such backend.
    """
    rtmidi = _rtmidi()
    listings = []
    for name in _backends(rtmidi, backend):
        api = getattr(rtmidi, BACKENDS[name])
        try:
            with _hushed():
                inputs, outputs = rtmidi.MidiIn(rtapi=api), rtmidi.MidiOut(rtapi=api)
                listing = Listing(name, inputs.get_ports(), outputs.get_ports(), "")
                for client in (inputs, outputs):
                    client.delete()
        except OSError as error:
            listing = Listing(name, (), (), f"does not answer ({error})")
        listings.append(listing)
    return listings


def match_port(wanted: str, names: Sequence[str]) -> list[str]:
    """The names that `wanted` may mean: all that match in the strictest way that any does.

    First the whole name, then the whole name in any case, then its words in any order and
    case ("IAC Bus" finds "IAC Driver Bus 1"), then parts of words.
    """
    low = wanted.casefold()
    words = low.split()
    ways = (
        [name for name in names if name == wanted],
        [name for name in names if name.casefold() == low],
        [name for name in names if set(words) <= set(_words(name))],
        [name for name in names if all(word in name.casefold() for word in words)],
    )
    return next((found for found in ways if found), []) if words else []


def choose_port(wanted: str, listings: Sequence[Listing]) -> tuple[str, str]:
    """The backend and the full name of the one output port that `wanted` means.

    Raises PortError if none or several match, with the names that there are.
    """
    ports = [(listing.backend, name) for listing in listings for name in listing.outputs]
    names = match_port(wanted, [name for _, name in ports])
    found = [(backend, name) for backend, name in ports if name in names]
    if not found:
        raise PortError(f"no output port matches {wanted!r}: {what_there_is(listings)}")
    if len(found) > 1:
        several = ", ".join(f"{name!r} ({backend})" for backend, name in found)
        raise PortError(f"{wanted!r} matches {several}: name one of them in full, or its --backend")
    return found[0]


def open_port(wanted: str, backend: str | None = None) -> RtMidiPort:
    """Open the one output port that `wanted` names in full or in part.

    Raises PortError if none or several match, or if it cannot be opened.
    """
    backend, name = choose_port(wanted, list_ports(backend))
    hang_up = HangUp()
    out = _open_out(backend)
    try:
        with _hushed():
            out.open_port(out.get_ports().index(name), "out")
    except (OSError, ValueError) as error:
        raise PortError(f"port {name!r} cannot be opened: {error}") from error
    return RtMidiPort(out, name, hang_up.armed(), virtual=False)


def open_virtual(name: str, backend: str | None = None) -> RtMidiPort:
    """Create an output port of our own, for a DAW to connect to.

    Raises PortError where the system cannot.
    """
    answering = [listing.backend for listing in list_ports(backend) if not listing.trouble]
    able = [name for name in answering if name != "winmm"]
    if not able:
        raise PortError(f"no virtual port can be created here: {' '.join(advice())}")
    hang_up = HangUp()
    out = _open_out(able[0])
    try:
        with _hushed():
            out.open_virtual_port(name)
    except (OSError, NotImplementedError) as error:
        raise PortError(f"virtual port {name!r} cannot be created: {error}") from error
    return RtMidiPort(out, f"{name} ({able[0]})", hang_up.armed(), virtual=True)


def what_there_is(listings: Sequence[Listing]) -> str:
    """The output ports there are, or that there are none, in a few words."""
    names = [repr(name) for listing in listings for name in listing.outputs]
    if names:
        return f"there are {', '.join(names)}"
    return "there are none; 'midigan ports' says what to do about that"


def _rtmidi() -> Any:
    try:
        import rtmidi
    except ImportError as error:
        raise PortError(
            "MIDI ports need python-rtmidi, which is not installed: 'pip install python-rtmidi' "
            "(from Python 3.13 on with a C++ compiler and, on Linux, ALSA's headers)"
        ) from error
    return rtmidi


def _backends(rtmidi: Any, wanted: str | None) -> list[str]:
    compiled = set(rtmidi.get_compiled_api())
    there = [name for name, api in BACKENDS.items() if getattr(rtmidi, api) in compiled]
    if wanted is None:
        return there
    if wanted not in there:
        raise PortError(f"no MIDI backend {wanted!r} here: legal are {', '.join(there)}")
    return [wanted]


def _open_out(backend: str) -> Any:
    rtmidi = _rtmidi()
    try:
        with _hushed():
            return rtmidi.MidiOut(rtapi=getattr(rtmidi, BACKENDS[backend]), name=_CLIENT)
    except OSError as error:
        raise PortError(f"{backend} does not answer: {error}") from error


def _words(name: str) -> list[str]:
    return name.casefold().replace(":", " ").replace("_", " ").split()


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """ALSA and JACK write to standard error themselves when they are not there; not to ours."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
