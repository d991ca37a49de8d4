"""What to do about MIDI ports on each kind of system, for people."""

from __future__ import annotations

import sys
from collections.abc import Collection


def advice(answering: Collection[str] = (), platform: str = sys.platform) -> list[str]:
    """How to come by a MIDI port on this kind of system, in sentences for people.

    `answering` names the backends that are there, and need nothing done.
    """
    if platform == "darwin":
        return [
            "Use --virtual: the DAW then sees an input called midigan.",
            "Or switch the IAC driver on, which is off by default: Audio MIDI Setup, Window, "
            "Show MIDI Studio, IAC Driver, 'Device is online'; then --port 'IAC Bus'.",
            "A virtual port dies with its process: if that is killed, its notes may hang. Those "
            "on the IAC bus are released.",
        ]
    if platform == "win32":
        return [
            "Windows has no virtual ports of a program's own: create a loopback port with "
            "Windows MIDI Services (Windows 11) or loopMIDI (tobias-erichsen.de), "
            "choose it as the DAW's input, and name it with --port.",
        ]
    services = {
        "alsa": "For ALSA, load the sequencer: 'sudo modprobe snd-seq' (it needs /dev/snd/seq).",
        "jack": "For JACK, start a server, 'jackd -d dummy' (Debian: jackd2) in a terminal of its "
        "own; with PipeWire start midigan as 'pw-jack midigan' (Debian: pipewire-jack).",
    }
    return [
        *(line for backend, line in services.items() if backend not in answering),
        "Use --virtual, or open the DAW or synthesizer and name its port with --port.",
    ]
