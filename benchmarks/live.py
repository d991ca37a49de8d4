"""How well `midigan live` keeps time: starting and sending beside its peers, following, leading.

    pip install -e '.[benchmark,test,link]'      and, for most tables, Debian's jackd2
    python benchmarks/live.py [starting] [sending] [receiving] [following] [leading] [link]
                              [--sixteenths 1000] [--busy 2]

sending: errors between the onsets of sixteenths at the send call, while other processes keep
the processor busy and one draws phrases, as the composer does; each player in a process of its
own, in turn. following: MIDI clock sent by a JACK client at exact frames, against where the
process that follows says its pulses are; a receiver cannot know how long every pulse takes,
so errors are from their mean. A busy machine makes the dummy server slip, and the clock with
it: judge by a run without slips. leading: pulses as another JACK client receives them. receiving
and link: see live_heard.py, starting: live_start.py.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "live")]

from live_heard import (  # noqa: E402
    measure_link,
    measure_receiving,
    on_our_clock,
    percentile,
    timed,
)
from live_start import measure_starting  # noqa: E402

BPM = 240.0
SIXTEENTH_S = 60 / BPM / 4
PLAYERS = ("midigan", "mido play()", "isobar")


def be_first() -> None:
    """Let this process's JACK clients be as punctual as a DAW, but not what it starts."""
    with contextlib.suppress(OSError, AttributeError):
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(65))


def row(name: str, *cells: str) -> None:
    print(f"{name:28}" + "".join(f"{cell:>12}" for cell in cells), flush=True)


# Sending: each of these runs in a process of its own and returns when it sent each note.


def send_with_midigan(count: int) -> list[float]:
    from midigan.live.clock import PPQN, Clock
    from midigan.live.playing.player import Player
    from midigan.live.processes.composer_messages import Ask, Note, Part, Phrase
    from midigan.live.processes.player_messages import Start
    from midigan.live.processes.priority import be_punctual

    sixteenth, phrase = PPQN // 4, 8 * PPQN
    times: list[float] = []

    class Port:
        name = "nowhere"
        away = False
        returns = 0
        takes_s = 0.0

        def send(self, message: Sequence[int]) -> None:
            if message[0] == 0x90:
                times.append(time.perf_counter())

        def check(self) -> str:
            return ""

        def close(self) -> None:
            pass

    class Link:
        waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()

        def receive(self, timeout_s: float) -> Any:
            with contextlib.suppress(queue.Empty):
                return self.waiting.get(timeout=max(timeout_s, 0))

        def send(self, message: Any) -> None:
            if isinstance(message, Ask):
                starts = range(0, phrase, sixteenth)
                notes = [Note(start, sixteenth // 2, 0, 60, 90) for start in starts]
                self.waiting.put(Phrase(message.number, notes))

    be_punctual()
    start = Start(BPM, phrase, count * sixteenth, [Part("Lead", 0, 0)])
    Player(Port(), Clock(), Link(), start).run()
    return times


def send_with_mido(count: int) -> list[float]:
    import mido

    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BPM))])
    for _ in range(count):
        track += [mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=120)]
    file = mido.MidiFile(ticks_per_beat=480, tracks=[track])
    return [time.perf_counter() for message in file.play() if message.type == "note_on"]


def send_with_isobar(count: int) -> list[float]:
    import isobar

    times: list[float] = []

    class Output(isobar.io.OutputDevice):  # type: ignore[misc]
        def note_on(self, *_: object, **__: object) -> None:
            times.append(time.perf_counter())

    timeline = isobar.Timeline(BPM, output_device=Output())
    timeline.stop_when_done = True
    timeline.schedule({"note": isobar.PSequence([60], count), "duration": 0.25})
    timeline.run()
    return times


SENDERS: dict[str, Callable[[int], list[float]]] = dict(
    zip(PLAYERS, (send_with_midigan, send_with_mido, send_with_isobar), strict=True)
)


def draw_for_ever() -> None:
    """What the composer does meanwhile, without a pause."""
    from midigan.compose import compose
    from midigan.generator import Generator
    from midigan.shipped import find_generator

    generator = Generator.load(find_generator(None))
    for number in range(10**9):
        compose(generator, 1, number)


@contextlib.contextmanager
def load(busy: int) -> Iterator[None]:
    """Keep so many processors busy, and draw phrases."""
    codes = ["while True: pass"] * busy
    commands = [[sys.executable, "-c", code] for code in codes]
    commands.append([sys.executable, __file__, "--role", "draw"])
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
    with load(busy):
        for name in PLAYERS:
            command = [sys.executable, __file__, "--role", name, "--sixteenths", str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            times = json.loads(done.stdout)
            errors = [abs(b - a - SIXTEENTH_S) * 1000 for a, b in pairwise(times)]
            cells = [percentile(errors, percent) for percent in (50, 99, 100)]
            row(name, *(f"{cell:.3f}" for cell in cells))


# Following


def measure_following(seconds: float = 30.0) -> None:
    from real_parts import jack_server

    print(f"\nfollowing MIDI clock for {seconds:g} s at 120 bpm, then at 132")
    row("error, ms", "phase p95", "beat ahead", "locked in s", "slips")
    for frames in (64, 256, 1024):
        with jack_server(f"follow{os.getpid()}", frames):
            row(f"{frames} frames", *follow(frames, seconds))


def follow(frames: int, seconds: float) -> list[str]:
    from clock_master import START, ClockMaster
    from real_parts import RATE

    from midigan.live.clock import PPQN
    from midigan.live.processes.child import Child
    from midigan.live.processes.composer_messages import Part
    from midigan.live.processes.player_messages import Follow, Position, Start

    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    master = ClockMaster("Daw")
    child = Child("midigan.live.leading.sync_process", heard.put)
    child.send(Follow("midi", "Daw clock", "jack", 0.0))
    child.listen()
    heard.get(timeout=20)
    child.send(Start(120.0, 8 * PPQN, None, [Part("Lead", 0, 0)]))
    begin = master.now() + 0.5
    master.at(begin - 0.01, START)
    change = master.roll(begin, seconds * 2, 120)
    end = master.roll(change, 30 * 2.2, 132)
    time.sleep(end - master.now())
    child.close(2)
    master.close()
    said = []
    while (message := heard.get(timeout=5)) is not None:
        if isinstance(message, Position) and message.rolling:
            said.append(message)
    pulses = on_our_clock(master.pulses, master.cycles)
    errors, aheads = compare(pulses, said)
    settled = [i for i, at in enumerate(master.pulses) if begin + 5 < at < change]
    mean = statistics.mean(errors[i] for i in settled)
    phase = percentile([abs(errors[i] - mean) for i in settled], 95)
    ahead = percentile([abs(aheads[i] - mean) for i in settled if i + 24 < settled[-1]], 95)
    bound = max(0.001, frames / RATE / 2)
    off = [
        at for i, at in enumerate(master.pulses) if at > change and abs(errors[i] - mean) > bound
    ]
    again = max((at for at in off if at < change + 10), default=change) - change
    return [f"{phase * 1000:.3f}", f"{ahead * 1000:.3f}", f"{again:.2f}", f"{slips(master.cycles)}"]


def slips(cycles: Sequence[tuple[float, float]]) -> int:
    """How often the server lost time against our clock: a real jump of its MIDI clock."""
    behind = [ours - theirs for theirs, ours in cycles]
    quickest = [min(behind[i : i + 40]) for i in range(0, len(behind), 40)]
    return sum(abs(after - before) > 0.0005 for before, after in pairwise(quickest))


def compare(pulses: Sequence[float], said: Sequence[Any]) -> tuple[list[float], list[float]]:
    """Where what was known at each pulse puts it, and the pulse a beat later, less the truth."""
    from midigan.live.clock import PPQN

    errors, aheads, known = [], [], 0
    for number, true_s in enumerate(pulses):
        while known + 1 < len(said) and said[known + 1].tick <= number * 40:
            known += 1
        last = said[known]
        tick_s = 60 / last.tempo_bpm / PPQN
        errors.append(last.at_s + (number * 40 - last.tick) * tick_s - true_s)
        later = min(number + 24, len(pulses) - 1)
        aheads.append(last.at_s + (later * 40 - last.tick) * tick_s - pulses[later])
    return errors, aheads


# Leading


def measure_leading(bars: int = 32) -> None:
    from real_parts import RATE, Midigan, Receiver, jack_server

    print(f"\nsending MIDI clock for {bars} bars at 120 bpm")
    row("error of pulses, ms", "p50", "p99", "max", "missing")
    for frames in (64, 256, 1024):
        with jack_server(f"lead{os.getpid()}", frames):
            receiver, other = Receiver("Synth"), timed("Follower")
            arguments = ["--port", "synth in", "--clock-to", "follower in", "--tempo", 120]
            Midigan("live", *arguments, "--bars", bars, "--seed", 1).end(bars * 2 + 60.0)
            frames_s = [at for at, data in other.messages if data[0] == 0xF8]
            pulses = on_our_clock(frames_s, other.cycles)
            origin = statistics.median(at - i / 48 for i, at in enumerate(pulses))
            errors = [abs(at - origin - i / 48) * 1000 for i, at in enumerate(pulses)]
            cells = [f"{percentile(errors, percent):.3f}" for percent in (50, 99, 100)]
            row(
                f"{frames} frames ({1000 * frames / RATE:.2f} ms)",
                *cells,
                f"{bars * 96 - len(pulses)}",
            )
            receiver.close()
            other.close()


def hush_jack() -> None:
    """Looking whether a server is up writes to standard error while it is not."""
    with contextlib.suppress(ImportError, OSError):
        import jack

        jack.set_error_function(lambda _: None)


def main() -> None:
    parser = argparse.ArgumentParser(description="How well live keeps time.")
    parts = ["starting", "sending", "receiving", "following", "leading", "link"]
    parser.add_argument("parts", nargs="*", default=parts)
    parser.add_argument("--sixteenths", type=int, default=1000)
    parser.add_argument("--busy", type=int, default=2)
    parser.add_argument("--role", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role == "draw":
        draw_for_ever()
    elif options.role:
        print(json.dumps(SENDERS[options.role](options.sixteenths)))
    if options.role:
        return
    hush_jack()
    be_first()
    if "starting" in options.parts:
        measure_starting(row)
    if "sending" in options.parts:
        measure_sending(options.sixteenths, options.busy)
    if "receiving" in options.parts:
        measure_receiving(row)
    if "following" in options.parts:
        measure_following()
    if "leading" in options.parts:
        measure_leading()
    if "link" in options.parts:
        measure_link(row)


if __name__ == "__main__":
    main()
