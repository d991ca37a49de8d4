"""The table of `live.py` on sending: errors between the onsets of sixteenths at the send call.

Meanwhile other processes keep the processor busy and one draws phrases, as the composer does.
Each player is a process of its own, in turn.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import live_senders
from live_senders import BPM, SENDERS
from live_times import percentile, row

PLAYERS = live_senders.__file__


@contextlib.contextmanager
def load(busy: int) -> Iterator[None]:
    """Keep so many processors busy, and draw phrases."""
    codes = ["while True: pass"] * busy
    commands = [[sys.executable, "-c", code] for code in codes]
    commands.append([sys.executable, PLAYERS, "draw"])
    processes = [subprocess.Popen(command) for command in commands]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def measure_sending(count: int, busy: int) -> None:
    print(f"\nsending {count} sixteenths at {BPM:g} bpm, {busy} busy processes and one that draws")
    row("error between onsets, ms", "p50", "p99", "max")
    sixteenth_s = 60 / BPM / 4
    with load(busy):
        for name in SENDERS:
            command = [sys.executable, PLAYERS, name, str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            times = json.loads(done.stdout)
            errors = [abs(b - a - sixteenth_s) * 1000 for a, b in pairwise(times)]
            cells = [percentile(errors, percent) for percent in (50, 99, 100)]
            row(name, *(f"{cell:.3f}" for cell in cells))
