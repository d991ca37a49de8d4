"""The table of `live.py` on chords that are held: how long what is played ignores them.

A keyboard at a JACK server holds chord after chord at any moment, its fingers 8 ms apart, while
`midigan live` plays the shipped band. Told is when its track of chords, on which nothing may pass
by, has struck the last note outside of the chord, in ms after the last finger; 0 if there was none.
"""

from __future__ import annotations

import random
import signal
import time

from live_times import percentile, row

#: No two after each other have a pitch class in common.
CHORDS = ((60, 64, 67), (61, 65, 68), (62, 66, 69))
TRACK, FINGER_S, HELD_S = "Chords", 0.008, 1.0


def measure_chords(count: int = 60, tempo: int = 120) -> None:
    import rtmidi
    from real_parts import Midigan, jack_server

    from midigan.layout import load_layout

    channel = next(track.channel for track in load_layout("band").tracks if track.name == TRACK)
    struck: list[tuple[float, int]] = []

    def hear(said: tuple[list[int], float], _: object) -> None:
        at_s, (status, *data) = time.monotonic(), said[0]
        if status == 0x90 | channel and data[1]:
            struck.append((at_s, data[0]))

    print(f"\nholding {count} chords, the shipped band at {tempo} bpm")
    row("ms until no other note is struck", "p50", "p90", "max")
    rng = random.Random(1)
    late_ms = []
    with jack_server():
        synth = rtmidi.MidiIn(rtapi=rtmidi.API_UNIX_JACK, name="Synth")
        keyboard = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="Keyboard")
        synth.set_callback(hear)
        synth.open_virtual_port("in")
        keyboard.open_virtual_port("out")
        ports = ["--port", "synth in", "--chords-port", "keyboard out"]
        midigan = Midigan("live", "band", *ports, "--tempo", tempo, "--seed", 1)
        while len(struck) < 4:
            time.sleep(0.1)
        for number in range(count):
            chord = CHORDS[number % len(CHORDS)]
            time.sleep(rng.uniform(0.2, 0.8))
            for pitch in chord:
                time.sleep(FINGER_S)
                keyboard.send_message([0x90, pitch, 90])
            held_s = time.monotonic()
            time.sleep(HELD_S)
            classes = {pitch % 12 for pitch in chord}
            wrong = [at for at, pitch in struck if at > held_s and pitch % 12 not in classes]
            late_ms.append(1e3 * (max(wrong, default=held_s) - held_s))
            for pitch in chord:
                keyboard.send_message([0x80, pitch, 0])
        midigan.process.send_signal(signal.SIGINT)
        midigan.end()
        synth.delete()
        keyboard.delete()
    row("midigan live --chords-port", *(f"{percentile(late_ms, p):.0f}" for p in (50, 90, 100)))
