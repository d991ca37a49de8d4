"""The tables of `live.py` on MIDI clock: following another's, and sending our own.

following: clock sent by a JACK client at exact frames, against where the process that follows
says its pulses are; a receiver cannot know how long every pulse takes, so errors are from their
mean. A busy machine makes the dummy server slip, and the clock with it; nobody knows of that
before: what is said a beat ahead is judged where no slip lies between, and how long it
takes to be right again after a slip (the worst of them) is told beside the change of tempo.
leading: pulses as another JACK client receives them.
"""

from __future__ import annotations

import queue
import statistics
import time
from collections.abc import Sequence
from typing import Any

from live_times import on_our_clock, percentile, row, timed


def measure_following(seconds: float = 30.0) -> None:
    from real_parts import jack_server

    print(f"\nfollowing MIDI clock for {seconds:g} s at 120 bpm, then at 132")
    row("error, ms", "phase p95", "beat ahead", "locked in s", "slips", "again in s")
    for frames in (64, 256, 1024):
        with jack_server(frames):
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
    slipped = slips(master.cycles)
    settled = [i for i, at in enumerate(master.pulses) if begin + 5 < at < change]
    mean = statistics.mean(errors[i] for i in settled)
    phase = percentile([abs(errors[i] - mean) for i in settled], 95)
    known = [i for i in settled[:-24] if not between(slipped, *master.pulses[i : i + 25 : 24])]
    ahead = percentile([abs(aheads[i] - mean) for i in known], 95)
    bound = max(0.001, frames / RATE / 2)
    wrong = [at for i, at in enumerate(master.pulses) if abs(errors[i] - mean) > bound]

    def again_s(moment: float) -> float:
        until = min(at for at in [*slipped, change, end] if at > moment)
        return max((at for at in wrong if moment < at < until), default=moment) - moment

    locked, again = (
        again_s(change),
        max((again_s(at) for at in slipped if at > begin + 5), default=0.0),
    )
    cells = [f"{phase * 1000:.3f}", f"{ahead * 1000:.3f}", f"{locked:.2f}"]
    return [*cells, f"{len(slipped)}", f"{again:.2f}"]


def slips(cycles: Sequence[tuple[float, float]]) -> list[float]:
    """When, by its own time, the server lost some against our clock: a jump of its MIDI clock."""
    behind = [ours - theirs for theirs, ours in cycles]
    least, found = min(behind[:8]), []
    for i in range(len(behind) - 7):
        # Of several periods one is woken up at once.
        now = min(behind[i : i + 8])
        if now > least + 0.0005:
            found.append(cycles[i][0])
        least = now if now > least + 0.0005 else min(least, now)
    return found


def between(moments: Sequence[float], begin: float, end: float) -> bool:
    return any(begin <= moment <= end for moment in moments)


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


def measure_leading(bars: int = 32) -> None:
    from real_parts import RATE, Midigan, Receiver, jack_server

    print(f"\nsending MIDI clock for {bars} bars at 120 bpm")
    row("error of pulses, ms", "p50", "p99", "max", "missing")
    for frames in (64, 256, 1024):
        with jack_server(frames):
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
