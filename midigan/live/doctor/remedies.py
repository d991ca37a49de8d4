"""What would make a system play better: what, why, and the exact command where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from midigan.live.connections.advice import advice
from midigan.live.doctor.checkup import Checkup

#: Wake-ups later than this at p99 are heard: as much as a MIDI cable's own three messages.
_LATE_MS = 3.0
#: The priority that the player asks for, and a little room.
_RTPRIO = 70


class Remedy(NamedTuple):
    """`what` to do and `why`; `command` does it, "" where no command can."""

    what: str
    why: str
    command: str


#: Services whose virtual ports are all that a system needs, by backend.
_SERVICES = {
    "alsa": Remedy("load ALSA's sequencer", "it has virtual ports", "sudo modprobe snd-seq"),
    "jack": Remedy("start a JACK server", "it has virtual ports", "jackd -d dummy"),
}


def remedies(found: Checkup) -> list[Remedy]:
    """What to do, what matters most first; nothing where all is well."""
    return [*_ports(found), *_generator(found), *_punctuality(found), *_extras(found)]


def _ports(found: Checkup) -> Iterator[Remedy]:
    if not found.backends:
        yield Remedy("install python-rtmidi", "it opens MIDI ports", "pip install 'midigan[ports]'")
    elif not found.ports and not found.virtual:
        dead = {backend.name for backend in found.backends if backend.trouble}
        for name, remedy in _SERVICES.items():
            if name in dead:
                yield remedy
        if not dead & _SERVICES.keys():
            for line in advice((), found.platform):
                yield Remedy(line.rstrip("."), "there is no port to play to", "")


def _generator(found: Checkup) -> Iterator[Remedy]:
    measured = found.composing
    if measured is not None and measured.p99_ms / 1000 > measured.phrase_s / 2:
        fewer = min(measured.affordable or 1, measured.candidates)
        yield Remedy(
            "compose with fewer candidates",
            f"a phrase takes {measured.p99_ms / 1000:.1f} s, and sounds {measured.phrase_s:.1f} s",
            f"midigan live --candidates {max(fewer, 1)}",
        )


def _punctuality(found: Checkup) -> Iterator[Remedy]:
    if not found.wakeups:
        return
    player = found.wakeups[-1]
    if found.platform == "linux" and player.priority != "real-time":
        yield Remedy(
            "let midigan have real-time priority, then log in again",
            "notes stay in time while other programs work",
            f'echo "$USER - rtprio {_RTPRIO}" | sudo tee /etc/security/limits.d/midigan.conf',
        )
    if player.p99_ms > _LATE_MS:
        yield Remedy(
            "close programs that keep the computer busy, and turn power saving off",
            f"1 of 100 notes would be {player.p99_ms:.1f} ms late, or more",
            "sudo cpupower frequency-set -g performance" if found.platform == "linux" else "",
        )


def _extras(found: Checkup) -> Iterator[Remedy]:
    iac = any("iac" in port.casefold() for port in found.ports)
    if found.platform == "darwin" and found.virtual and not iac:
        yield Remedy(
            "switch the IAC driver on in Audio MIDI Setup, and play to it",
            "notes of a virtual port may hang if its process is killed",
            "midigan live --port 'IAC Bus'",
        )
    for daw in found.daws:
        if daw.found and daw.state in ("not installed", "older"):
            yield Remedy(
                f"put midigan into {daw.title}",
                "bars without leaving the DAW",
                f"midigan plugins install {daw.plugin}",
            )
    if not found.link:
        yield Remedy("add Ableton Link", "in time with other apps", "pip install 'midigan[link]'")
    if not found.jack and any(b.name == "jack" and not b.trouble for b in found.backends):
        yield Remedy(
            "add JACK transport", "start and stop with the DAW", "pip install 'midigan[jack]'"
        )
