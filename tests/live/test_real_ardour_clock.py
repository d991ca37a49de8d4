"""`midigan live` follows the MIDI clock of a real DAW through start, stop, a jump and a loop."""

import signal
import time

import pytest
from ardour_clock import CLOCK_PORT, ArdourClock
from real_parts import Midigan, Receiver, jack_server, wait_until
from soak_record import Record, Segment
from soak_verdict import judge

START, CONTINUE, STOP, SONG_POSITION, PULSE = 0xFA, 0xFB, 0xFC, 0xF2, 0xF8
BPM, SEED = 120, 3
#: Ardour's Song Position counts pulses.
PULSE_S = 60 / BPM / 24


@pytest.fixture
def jack_name():
    with jack_server() as server:
        yield server


def runs_of(messages):
    """Where the DAW rolled, by its own word."""
    runs, song_s, begin = [], 0.0, None
    for at, (kind, *data) in messages:
        if kind == SONG_POSITION:
            song_s = (data[0] | data[1] << 7) * PULSE_S
        elif kind == START:
            song_s = 0.0
        elif kind == PULSE and begin is None:
            begin = at
        elif kind == STOP and begin is not None:
            runs.append([Segment(begin, at, song_s)])
            begin = None
    return runs


def music_of(generator):
    """The notes of a phrase by its number, as `soak_verdict` takes them; how long a phrase is."""
    from midigan.live.clock import PPQN
    from midigan.live.composing.composer import Composer
    from midigan.live.processes.composer_messages import Load

    composer = Composer(Load(str(generator), SEED, []))
    loaded = composer.describe()
    tick_s, channels = 60 / BPM / PPQN, [part.channel for part in loaded.parts]

    def music(number):
        return [
            (start * tick_s, length * tick_s, (channels[track], pitch), tied)
            for start, length, track, pitch, _, tied in composer.phrase(number).notes
        ]

    return music, loaded.phrase_ticks * tick_s


@pytest.mark.parametrize("place", [["--clock-port", CLOCK_PORT], ["--backend", "jack"]])
def test_ardours_start_stop_jump_and_loop_are_followed(place, jack_name, tiny_generator, tmp_path):
    ardour = ArdourClock(tmp_path)
    clock, synth = Receiver("Clock"), Receiver("Synth")
    arguments = ["--port", "synth in", "--sync", "midi", *place]
    midigan = Midigan("live", tiny_generator, *arguments, "--seed", SEED)
    try:
        clock.connect(CLOCK_PORT)
        assert "following" in midigan.process.stdout.readline()
        assert "in time with a MIDI clock" in midigan.process.stdout.readline()
        if CLOCK_PORT not in place:
            # A virtual input, which does not say by itself who sends.
            find = clock.client.get_ports
            (own, *_) = wait_until("an input", lambda: find("midigan clock", is_input=True))
            clock.client.connect(CLOCK_PORT, own)
        for what, seconds in (
            ("roll", 5),
            ("stop", 1),
            ("roll", 3),
            ("jump 960000", 5),  # to bar 11, while it rolls
            ("loop", 11),
            ("stop", 1),
        ):
            ardour.do(what)
            time.sleep(seconds)
        midigan.process.send_signal(signal.SIGINT)
        assert midigan.end()[0] == 0
    finally:
        midigan.process.kill()
        midigan.process.communicate()
        clock.close()
        synth.close()
        ardour.close()
    synth.assert_silent()
    runs = runs_of(clock.messages)
    # It takes its clock up on the next beat; bars from 0.
    begins = [run[0].song / 2 for run in runs]
    assert begins[0] == 0
    assert 10 <= begins[2] <= 10.25
    assert all(1 <= bar <= 1.25 for bar in begins[3:])
    assert len(begins) >= 5  # the loop began, and turned
    found = judge(Record(synth.notes, runs), *music_of(tiny_generator))
    assert (found.stuck, found.wrong, found.silent, found.late) == ([], [], [], [])
    assert len(found.delays_s) > 100
