"""The other side of a soak: a DAW that rolls, jumps and stops by JACK transport, and a synthesizer.

    soak_daw.py FILE SECONDS SEED BPM

It is a process of its own and knows nothing of midigan. Once a minute the synthesizer closes
its port, and opens it again two seconds later. Everything that
arrives, and where the transport is, goes to FILE, one JSON array a line, in seconds of the
server's frames:

    ["midi", at, [bytes]]   ["gone", at]   ["back", at]
    ["roll", at, rolling, song]   from here on the transport is at `song` seconds, and rolls or not
    ["overrun", at]   the server was late: messages of anybody's may be lost
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import jack

RATE = 48_000
#: The synthesizer's port, and the DAW's client.
SYNTH, DAW = "Soak synth", "Soak daw"
#: So often and so long the synthesizer is away.
AWAY_EVERY_S, AWAY_S = 60.0, 2.0
#: The song's length in bars, most of which are never heard twice.
SONG_BARS = 4000


class Notebook:
    """Takes down lines without waiting; `write` puts them into the file."""

    def __init__(self, path: str) -> None:
        self._lines: deque[Sequence[Any]] = deque()
        self._file = open(path, "w", encoding="utf-8", buffering=1)  # noqa: PTH123, SIM115

    def add(self, *line: Any) -> None:
        self._lines.append(line)

    def write(self) -> None:
        while self._lines:
            self._file.write(json.dumps(self._lines.popleft()) + "\n")


class Synthesizer:
    """Takes down every message of its input."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self.client = jack.Client(SYNTH, no_start_server=True)
        self._port = self.client.midi_inports.register("in")
        self.client.set_process_callback(self._process)
        self.client.set_xrun_callback(self._overrun)
        self.client.activate()
        notebook.add("back", self.client.frame_time / RATE)

    def _process(self, _: int) -> None:
        begin = self.client.last_frame_time
        for offset, data in self._port.incoming_midi_events():
            self._notebook.add("midi", (begin + offset) / RATE, list(bytes(data)))

    def _overrun(self, _: float) -> None:
        self._notebook.add("overrun", self.client.frame_time / RATE)

    def close(self) -> None:
        self.client.deactivate()
        self._notebook.add("gone", self.client.frame_time / RATE)
        self.client.close()


class Daw:
    """Moves the transport at random, and takes down where it is whenever that is news."""

    def __init__(self, notebook: Notebook, seed: int, bpm: float) -> None:
        self._notebook, self._chance = notebook, random.Random(seed)
        self._bar_frames = round(4 * 60 / bpm * RATE)
        self._been = [0]
        self._known: tuple[bool, int] | None = None
        self.client = jack.Client(DAW, no_start_server=True)
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, _: int) -> None:
        begin = self.client.last_frame_time
        state, position = self.client.transport_query_struct()
        rolling = state == jack.ROLLING
        known = rolling, position.frame - (begin if rolling else 0)
        if known != self._known:
            self._known = known
            self._notebook.add("roll", begin / RATE, rolling, position.frame / RATE)

    def jump(self) -> None:
        """Go to the beginning of a bar, most often a new one, at times to a beat within."""
        if self._chance.random() < 0.3:
            bar = self._chance.choice(self._been)
        else:
            bar = self._chance.randrange(SONG_BARS)
        self._been = [*self._been[-9:], bar]
        beat = self._chance.randrange(4) if self._chance.random() < 0.25 else 0
        self.client.transport_frame = bar * self._bar_frames + beat * self._bar_frames // 4

    def rest(self) -> None:
        """Stop, and roll again a moment later."""
        self.client.transport_stop()
        time.sleep(0.7)
        self.client.transport_start()

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()


def be_first() -> None:
    """Be as punctual as a DAW where the system allows it."""
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(65))


def main() -> None:
    parser = argparse.ArgumentParser(description="A DAW and a synthesizer for soak.py.")
    parser.add_argument("file", help="to take down what arrives")
    parser.add_argument("seconds", type=float)
    parser.add_argument("seed", type=int)
    parser.add_argument("bpm", type=float)
    options = parser.parse_args()
    be_first()
    notebook = Notebook(options.file)
    daw = Daw(notebook, options.seed, options.bpm)
    synthesizer = Synthesizer(notebook)
    print("ready", flush=True)
    sys.stdin.readline()
    left = play(daw, synthesizer, notebook, options.seconds, options.seed)
    print("played", flush=True)
    sys.stdin.readline()
    daw.close()
    if left is not None:
        left.close()
    notebook.write()


def play(
    daw: Daw, first: Synthesizer, notebook: Notebook, seconds: float, seed: int
) -> Synthesizer | None:
    """Roll, jump and stop, and let the synthesizer go and return; returns it if it is there."""
    synthesizer: Synthesizer | None = first
    chance = random.Random(seed + 1)
    daw.client.transport_frame = 0
    daw.client.transport_start()
    begin = time.monotonic()
    next_jump_s, next_rest_s, next_away_s, back_s = 6.0, 25.0, AWAY_EVERY_S / 2, float("inf")
    while (now := time.monotonic() - begin) < seconds:
        if now >= next_jump_s:
            daw.jump()
            next_jump_s = now + chance.uniform(4, 14)
        if now >= next_rest_s:
            daw.rest()
            next_rest_s = now + chance.uniform(30, 60)
        if synthesizer is not None and now >= next_away_s:
            synthesizer.close()
            synthesizer, back_s, next_away_s = None, now + AWAY_S, next_away_s + AWAY_EVERY_S
        if synthesizer is None and now >= back_s:
            synthesizer = Synthesizer(notebook)
        notebook.write()
        time.sleep(0.05)
    daw.client.transport_stop()
    time.sleep(0.5)
    return synthesizer


if __name__ == "__main__":
    main()
