"""Which MIDI ports there are, and which one is meant.

The work is python-rtmidi's, asked backend by backend; on a system without any MIDI service
it raises even when asked for a list.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from midigan.errors import PortError
from midigan.live.connections.alsa_clients import without_address

#: Names of the backends as options spell them, and the constants of python-rtmidi.
BACKENDS = {
    "alsa": "API_LINUX_ALSA",
    "jack": "API_UNIX_JACK",
    "coremidi": "API_MACOSX_CORE",
    "winmm": "API_WINDOWS_MM",
}


class Listing(NamedTuple):
    """The ports of one backend; `trouble` says why there are none, "" if it answers."""

    backend: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    trouble: str


def list_ports(backend: str | None = None) -> list[Listing]:
    """The ports of every backend that this python-rtmidi has, or of one.

    Raises PortError if python-rtmidi is not installed, or has no such backend.
    """
    rtmidi = load_rtmidi()
    listings = []
    for name in backends_of(rtmidi, backend):
        api = getattr(rtmidi, BACKENDS[name])
        try:
            with hushed():
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
    case ("IAC Bus" finds "IAC Driver Bus 1"), then parts of words, and last, for a full name at
    ALSA, without the numbers at its end: who returns may have others.
    """
    low = wanted.casefold()
    words = low.split()
    ways = (
        [name for name in names if name == wanted],
        [name for name in names if name.casefold() == low],
        [name for name in names if set(words) <= set(_words(name))],
        [name for name in names if all(word in name.casefold() for word in words)],
        [name for name in names if without_address(name) == without_address(wanted)],
    )
    return next((found for found in ways if found), []) if words else []


def choose_port(
    wanted: str, listings: Sequence[Listing], *, inputs: bool = False
) -> tuple[str, str]:
    """The backend and the full name of the one output port, or input, that `wanted` means.

    Raises PortError if none or several match, with the names that there are.
    """
    ports = [
        (listing.backend, name) for listing in listings for name in listed(listing, inputs=inputs)
    ]
    names = match_port(wanted, [name for _, name in ports])
    found = [(backend, name) for backend, name in ports if name in names]
    if not found:
        kind = "input" if inputs else "output"
        there = what_there_is(listings, inputs=inputs)
        raise PortError(f"no {kind} port matches {wanted!r}: {there}")
    if len(found) > 1:
        several = ", ".join(f"{name!r} ({backend})" for backend, name in found)
        raise PortError(f"{wanted!r} matches {several}: name one of them in full, or its --backend")
    return found[0]


def what_there_is(listings: Sequence[Listing], *, inputs: bool = False) -> str:
    """The output ports there are, or inputs, or that there are none, in a few words."""
    names = [repr(name) for listing in listings for name in listed(listing, inputs=inputs)]
    if names:
        return f"there are {', '.join(names)}"
    return "there are none; 'midigan ports' says what to do about that"


def load_rtmidi() -> Any:
    """The module. Raises PortError with what to install if it is missing."""
    _load_jack_of_system()
    try:
        import rtmidi
    except ImportError as error:
        raise PortError(
            "MIDI ports need python-rtmidi, which is not installed: 'pip install python-rtmidi' "
            "(from Python 3.13 on with a C++ compiler and, on Linux, ALSA's headers)"
        ) from error
    return rtmidi


@cache
def _load_jack_of_system() -> None:
    """Let python-rtmidi find the system's JACK library before the one that its wheels bring.

    That one speaks to no PipeWire (github.com/SpotlightKid/python-rtmidi/issues/210), and to a
    JACK server of another version only by luck. What is loaded for everybody is found first.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            ctypes.CDLL("libjack.so.0", mode=ctypes.RTLD_GLOBAL)


def backends_of(rtmidi: Any, wanted: str | None) -> list[str]:
    """All backends that this python-rtmidi has, or the one that is wanted.

    Raises PortError if it has not that one.
    """
    compiled = set(rtmidi.get_compiled_api())
    there = [name for name, api in BACKENDS.items() if getattr(rtmidi, api) in compiled]
    if wanted is None:
        return there
    if wanted not in there:
        raise PortError(f"no MIDI backend {wanted!r} here: legal are {', '.join(there)}")
    return [wanted]


def listed(listing: Listing, *, inputs: bool) -> Sequence[str]:
    """The inputs of a backend, or its outputs."""
    return listing.inputs if inputs else listing.outputs


def _words(name: str) -> list[str]:
    return name.casefold().replace(":", " ").replace("_", " ").split()


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """ALSA and JACK write to standard error themselves when they are not there; not to ours."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
