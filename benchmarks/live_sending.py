"""The table of `live.py` on sending: errors between the onsets of sixteenths at the send call.

Meanwhile other processes keep the processor busy and one draws phrases, as the composer does.
Each player is a process of its own, in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from itertools import pairwise

import live_senders
from alongside import alongside
from live_senders import BPM, SENDERS
from live_times import percentile, row

PLAYERS = live_senders.__file__


def load(busy: int) -> AbstractContextManager[None]:
    """Keep so many processors busy, and draw phrases."""
    busily = [sys.executable, "-c", "while True: pass"]
    return alongside([*[busily] * busy, [sys.executable, PLAYERS, "draw"]])


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
