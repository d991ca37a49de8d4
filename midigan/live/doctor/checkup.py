"""What a system offers to a live session: looked up and measured, one value for all of it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from midigan.errors import MidiganError
from midigan.live.composing.composing_time import ComposingTime, time_composing
from midigan.live.connections.plug import create
from midigan.live.connections.port_names import Listing, list_ports
from midigan.live.doctor.wakeups import Wakeups, measure_apart

#: A virtual port by that name is created for a moment, to see whether one can be.
_PROBE = "midigan doctor"

_Found = TypeVar("_Found")


class Backend(NamedTuple):
    """A MIDI backend: its ports, or why it has none; whether it makes virtual ones."""

    name: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    virtual: bool
    trouble: str


class Daw(NamedTuple):
    """A DAW that midigan has a plug-in for; whether it is here, and how the plug-in stands."""

    title: str
    plugin: str
    found: bool
    state: str


@dataclass(frozen=True)
class Checkup:
    """All that was found.

    wakeups: of an ordinary process, then as the player would be woken; () if not measured.
    rtprio: the highest real-time priority that the system grants this user, 0 for none; None
        where that is not limited by a number.
    composing: None if the generator cannot be used.
    link, jack: whether the libraries for Ableton Link and JACK transport are installed.
    troubles: why something could not be looked up, in sentences.
    """

    platform: str
    backends: Sequence[Backend]
    wakeups: Sequence[Wakeups]
    rtprio: int | None
    composing: ComposingTime | None
    link: bool
    jack: bool
    daws: Sequence[Daw]
    troubles: Sequence[str]

    @property
    def ports(self) -> list[str]:
        """The output ports there are."""
        return [name for backend in self.backends for name in backend.outputs]

    @property
    def virtual(self) -> bool:
        """Whether a virtual port can be created."""
        return any(backend.virtual for backend in self.backends)

    @property
    def can_play(self) -> bool:
        """Whether `midigan live` could begin now."""
        return self.composing is not None and (bool(self.ports) or self.virtual)

    @property
    def sync(self) -> dict[str, str]:
        """For each value of --sync "" if it can be used, else what is missing."""
        inputs = self.virtual or any(backend.inputs for backend in self.backends)
        server = any(b.name == "jack" and not b.trouble for b in self.backends)
        jack = "" if server else "no server"
        return {
            "internal": "",
            "midi": "" if inputs else "no input port",
            "link": "" if self.link else "not installed",
            "jack": jack if self.jack else "not installed",
        }


def can_create(backend: str) -> bool:
    """Whether a virtual port can be created there: one is, for a moment."""
    try:
        create(_PROBE, backend).close()
    except MidiganError:
        return False
    return True


def highest_rtprio() -> int | None:
    """The limit of real-time priority, as `Checkup.rtprio` has it."""
    if sys.platform != "linux":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_RTPRIO)
    return None if soft == resource.RLIM_INFINITY else soft


def is_installed(module: str) -> bool:
    """Whether a library can be imported."""
    return importlib.util.find_spec(module) is not None


@dataclass(frozen=True)
class Probes:
    """How things are looked up and measured."""

    ports: Callable[[], list[Listing]] = list_ports
    virtual: Callable[[str], bool] = can_create
    wakeups: Callable[[], list[Wakeups]] = measure_apart
    rtprio: Callable[[], int | None] = highest_rtprio
    installed: Callable[[str], bool] = is_installed
    composing: Callable[[Path, str, float | None], ComposingTime] = time_composing
    platform: str = sys.platform


def examine(
    generator: Path,
    name: str,
    tempo_bpm: float | None,
    daws: Sequence[Daw],
    probes: Probes | None = None,
) -> Checkup:
    """Look at this system, and measure with a generator, called `name`, at a tempo.

    What cannot be looked up becomes one of `troubles`; nothing is raised for it.
    """
    probes = probes or Probes()
    troubles: list[str] = []

    def tried(probe: Callable[[], _Found], otherwise: _Found) -> _Found:
        try:
            return probe()
        except MidiganError as error:
            troubles.append(str(error))
            return otherwise

    nothing: list[Listing] = []
    listings = tried(probes.ports, nothing)
    backends = [
        Backend(
            found.backend,
            found.inputs,
            found.outputs,
            not found.trouble and found.backend != "winmm" and probes.virtual(found.backend),
            found.trouble,
        )
        for found in listings
    ]
    return Checkup(
        probes.platform,
        backends,
        tried(probes.wakeups, []),
        probes.rtprio(),
        tried(lambda: probes.composing(generator, name, tempo_bpm), None),
        probes.installed("aalink"),
        probes.installed("jack"),
        daws,
        troubles,
    )
