"""The table of `live.py` on starting: seconds from the command until a JACK receiver has a note.

`midigan live` loads the shipped generator, composes a phrase, opens the port, and leaves a
synthesizer a twentieth of a second to load its sounds. The peer is what any Python program
needs before it can sound at all: mido opens the port and sends one note. They take turns.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
from typing import Any

from live_times import row

ONE_NOTE = """
import time
import mido
mido.set_backend("mido.backends.rtmidi/UNIX_JACK")
(name,) = [name for name in mido.get_output_names() if name == "Synth:in"]
with mido.open_output(name) as port:
    time.sleep(0.05)
    port.send(mido.Message("note_on", note=60))
    time.sleep(0.2)
"""
COMMANDS = {
    "midigan live": ["-m", "midigan", "live", "--port", "synth in", "--seed", "1"],
    "mido, one note": ["-c", ONE_NOTE],
}


def measure_starting(starts: int = 10, frames: int = 256) -> None:
    from real_parts import Receiver, jack_server

    print(f"\nstarting {starts} times, at {frames} frames")
    row("command to first note, s", "min", "median", "max")
    with jack_server(frames):
        receiver = Receiver("Synth")
        taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for _ in range(starts):
            for name, command in COMMANDS.items():
                taken[name].append(_start(receiver, command))
        receiver.close()
    for name, seconds in taken.items():
        cells = min(seconds), statistics.median(seconds), max(seconds)
        row(name, *(f"{cell:.2f}" for cell in cells))


def _start(receiver: Any, command: list[str]) -> float:
    """Seconds from the start of a command until its first note, by JACK's clock."""
    from real_parts import RATE, wait_until

    receiver.messages.clear()
    begin_s = receiver.client.frame_time / RATE
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:

        def strikes() -> list[float]:
            return [at for at, data in list(receiver.notes) if data[0] & 0xF0 == 0x90]

        first: float = wait_until("a note", strikes, timeout_s=60)[0]
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
    return first - begin_s
