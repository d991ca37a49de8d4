"""The tables of `live.py` on what others get of midigan: a JACK receiver, and a Link peer.

receiving: notes as another JACK client gets them, against what `midigan live` says that it has
sent; every message counts, also its place in the order. A server that overruns loses messages of
anybody's: judge by a run without overruns. link: where the process that follows
says the beat is, against a second peer's beat at the same moment.
"""

from __future__ import annotations

import json
import queue
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from live_times import on_our_clock, percentile, row, timed

PERIODS = (64, 256, 1024)

#: A peer of its own process. For each line it answers with (second, beat, tempo): the quickest
#: of many looks, so that the moment is known to a microsecond or two.
PEER = """
import asyncio, json, sys, time
from aalink import Link

async def main():
    link = Link(float(sys.argv[1]))
    link.start_stop_sync_enabled = link.enabled = True
    while not link.num_peers:
        await asyncio.sleep(0.01)
    link.playing = True
    print("joined", flush=True)
    loop = asyncio.get_running_loop()
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if line != "where":
            link.tempo = float(line)
        answers = []
        for _ in range(50):
            before = time.perf_counter()
            beat = link.beat
            after = time.perf_counter()
            answers.append((after - before, (before + after) / 2, beat))
        _, at, beat = min(answers)
        print(json.dumps([at, beat, link.tempo]), flush=True)

asyncio.run(main())
"""


def measure_receiving(bars: int = 32) -> None:
    import jack
    from real_parts import RATE, Midigan, jack_server, without_repeats

    print(f"\nreceiving {bars} bars at 120 bpm, from the shipped generator")
    row("error of onsets, periods", "p50", "p99", "max", "lost", "doubled", "order", "overruns")
    for frames in PERIODS:
        with tempfile.TemporaryDirectory() as folder, jack_server(frames):
            overruns: list[float] = []
            watcher = jack.Client("Watcher", no_start_server=True)
            watcher.set_xrun_callback(overruns.append)
            watcher.activate()
            receiver, log = timed("Synth"), Path(folder) / "log.jsonl"
            arguments = ["--port", "synth in", "--tempo", 120, "--seed", 1, "--log", log]
            Midigan("live", *arguments, "--bars", bars).end(bars * 2 + 60.0)
            sent = sent_messages(log)
            times = on_our_clock([at for at, _ in receiver.messages], receiver.cycles)
            all_got = [(at, tuple(d)) for at, (_, d) in zip(times, receiver.messages, strict=True)]
            got = without_repeats(all_got) if overruns else all_got
            receiver.close()
            watcher.close()
            period_s = frames / RATE
            errors = onset_errors(sent, got)
            cells = [percentile(errors, percent) / period_s for percent in (50, 99, 100)]
            row(
                f"{frames} frames ({1000 * period_s:.2f} ms)",
                *(f"{cell:.2f}" for cell in cells),
                *(f"{count}" for count in (*differences(sent, got), len(overruns))),
            )


def sent_messages(log: Path) -> list[tuple[float, tuple[int, ...]]]:
    """What the session's log says was sent: (second of the music, bytes), in order."""
    found = []
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        for tick, _track, message in entry.get("sent", []):
            found.append((tick * 60 / 120 / 960, tuple(message)))
    return found


def onset_errors(
    sent: Sequence[tuple[float, tuple[int, ...]]], got: Sequence[tuple[float, tuple[int, ...]]]
) -> list[float]:
    """How far each note-on is from its place, by the median of all; of keys that lost none."""
    ours: dict[tuple[int, ...], list[float]] = defaultdict(list)
    theirs: dict[tuple[int, ...], list[float]] = defaultdict(list)
    for found, messages in ((ours, sent), (theirs, got)):
        for at, message in messages:
            if message[0] & 0xF0 == 0x90:
                found[message].append(at)
    pairs = [
        pair
        for message, times in ours.items()
        if len(times) == len(theirs[message])
        for pair in zip(times, theirs[message], strict=True)
    ]
    middle = statistics.median(at - due for due, at in pairs)
    return [abs(at - due - middle) for due, at in pairs]


def differences(
    sent: Sequence[tuple[float, tuple[int, ...]]], got: Sequence[tuple[float, tuple[int, ...]]]
) -> tuple[int, int, int]:
    """How many messages were lost, came twice, and are not in the order in which they were sent."""
    ours, theirs = [message for _, message in sent], [message for _, message in got]
    lost, doubled = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
    disorder = 0
    if not lost and not doubled:
        disorder = sum(one != other for one, other in zip(ours, theirs, strict=True))
    return lost.total(), doubled.total(), disorder


class Peer:
    """A second Link peer."""

    def __init__(self, bpm: float) -> None:
        command = [sys.executable, "-c", PEER, str(bpm)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def joined(self) -> None:
        """Wait until it has company, and has started."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "joined\n"

    def say(self, line: str) -> tuple[float, float, float]:
        """Tell it a tempo, or ask "where": (second, beat, tempo) after that."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        at, beat, bpm = json.loads(self._process.stdout.readline())
        return at, beat, bpm

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def measure_link(count: int = 200) -> None:
    from midigan.live.clock import PPQN
    from midigan.live.processes.child import Child
    from midigan.live.processes.composer_messages import Part
    from midigan.live.processes.player_messages import Follow, Position, Start

    print(f"\nfollowing Ableton Link: {count} looks at each tempo, against a second peer")
    row("phase error, microseconds", "p50", "p95", "max")
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    child, peer = Child("midigan.live.leading.sync_process", heard.put), Peer(120.0)
    try:
        child.send(Follow("link", None, None, 0.0))
        child.listen()
        heard.get(timeout=20)
        child.send(Start(120.0, 8 * PPQN, None, [Part("Lead", 0, 0)]))
        peer.joined()
        last: Position | None = None
        for bpm in (120.0, 132.5):
            peer.say(str(bpm))
            time.sleep(2)
            errors: list[float] = []
            while len(errors) < count:
                time.sleep(random.uniform(0.005, 0.04))
                at, beat, tempo_bpm = peer.say("where")
                while not heard.empty():
                    message = heard.get()
                    last = message if isinstance(message, Position) else last
                if last is not None and last.rolling:
                    here = last.tick / PPQN + (at - last.at_s) * last.tempo_bpm / 60
                    errors.append(abs((here - beat + 2) % 4 - 2) * 60 / tempo_bpm * 1e6)
            row(f"at {bpm:g} bpm", *(f"{percentile(errors, p):.1f}" for p in (50, 95, 100)))
    finally:
        peer.close()
        child.close(2)
