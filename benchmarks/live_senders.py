"""Players that `live_sending.py` compares, each a function that sends sixteenths and times them.

Run with the name of one and a count it prints the second of each note, as JSON; run with "draw"
it draws phrases for ever, as the composer does.
"""

from __future__ import annotations

import contextlib
import json
import queue
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BPM = 240.0
SIXTEENTH_S = 60 / BPM / 4


def only_wait(count: int) -> list[float]:
    """What this machine grants to whoever waits as midigan does, and sends nothing."""
    from midigan.live.clock import Clock
    from midigan.live.processes.priority import be_punctual

    be_punctual()
    clock = Clock()
    begin = clock.now() + 0.1
    return [clock.reach(begin + number * SIXTEENTH_S).now_s for number in range(count)]


def send_with_midigan(count: int, *, punctual: bool = True) -> list[float]:
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

        def say_again(self) -> None:
            pass

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

    if punctual:
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


#: By the name in the table; each returns when it sent each note.
SENDERS: dict[str, Callable[[int], list[float]]] = {
    "waiting alone": only_wait,
    "midigan": send_with_midigan,
    "midigan, without priority": partial(send_with_midigan, punctual=False),
    "mido play()": send_with_mido,
    "isobar": send_with_isobar,
}


def draw_for_ever() -> None:
    """What the composer does meanwhile, without a pause."""
    from midigan.generating.compose import compose
    from midigan.generator import Generator
    from midigan.shipped import find_generator

    generator = Generator.load(find_generator(None))
    for number in range(10**9):
        compose(generator, 1, number)


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        draw_for_ever()
    print(json.dumps(SENDERS[sys.argv[1]](int(sys.argv[2]))))
