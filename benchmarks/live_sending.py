"""The table of `live.py` on sending: how late sixteenths are at the send call.

Meanwhile other processes keep the processor busy and one draws phrases, as the composer does;
`--busy 0` leaves the machine idle. Each player is a process of its own, in turn. Late is measured
from the earliest grid of sixteenths that none of the first hundred is ahead of, and the drift is
how much later the last hundred are than those, by their medians.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AbstractContextManager
from statistics import median

import live_senders
from alongside import alongside
from live_senders import BPM, SENDERS, SIXTEENTH_S
from live_times import percentile, row

PLAYERS = live_senders.__file__

#: So many onsets at the beginning say where the grid lies, and so many at the end where it ended.
SOME = 100


def load(busy: int) -> AbstractContextManager[None]:
    """Keep so many processors busy, and draw phrases; 0 does neither."""
    busily = [sys.executable, "-c", "while True: pass"]
    return alongside([*[busily] * busy, [sys.executable, PLAYERS, "draw"]] if busy else [])


def measure_sending(count: int, busy: int) -> None:
    beside = f"{busy} busy processes and one that draws" if busy else "idle"
    print(f"\nsending {count} sixteenths at {BPM:g} bpm, {beside}")
    row("late, ms", "p50", "p99", "max", "drift")
    with load(busy):
        for name in SENDERS:
            command = [sys.executable, PLAYERS, name, str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                # A peer that is not installed, most likely: the others are measured all the same.
                row(name, done.stderr.strip().rpartition("\n")[2])
                continue
            after = [at - n * SIXTEENTH_S for n, at in enumerate(json.loads(done.stdout))]
            earliest = min(after[:SOME])
            late = [(at - earliest) * 1000 for at in after]
            drift = median(late[-SOME:]) - median(late[:SOME])
            cells = [*(percentile(late, percent) for percent in (50, 99, 100)), drift]
            row(name, *(f"{cell:.3f}" for cell in cells))
