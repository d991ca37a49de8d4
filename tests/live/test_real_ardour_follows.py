"""A real DAW follows the MIDI clock of `midigan live`: rolls in its bars, stops, starts anew."""

import os
import signal
import statistics
import time

import pytest
from ardour_clock import CLOCK_INPUT, ArdourClock
from real_parts import PERIOD, RATE, Midigan, Receiver, jack_client, jack_server, wait_until
from tiny import write_tiny_generator

from midigan.layout import Layout, Track

SONG_POSITION, PULSE, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
#: Phrases of a beat: the few that are composed ahead are soon played.
SHORT = Layout("short", (Track("One", mono=True),), bars=1, steps=4)
#: So slow that no period holds two pulses, even of a sender that is late: Ardour 7.3 takes their
#: tempo for infinite, and is lost.
BPM = 30
PULSE_FRAMES = RATE * 60 // BPM // 24
SIXTEENTH_FRAMES = 6 * PULSE_FRAMES
#: Ardour lets its transport be so far from where its master is.
NEAR_FRAMES = 5 * PERIOD


class Tap:
    """Passes on what it hears, within the period, and takes it down."""

    def __init__(self):
        self.client = jack_client("Tap")
        self._in = self.client.midi_inports.register("in")
        self._out = self.client.midi_outports.register("out")
        self.heard, self.placed = [], []
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, _frames):
        self._out.clear_buffer()
        for offset, data in self._in.incoming_midi_events():
            self._out.write_midi_event(offset, data)
            self.heard.append(bytes(data)[0])
            if bytes(data)[0] == SONG_POSITION:
                self.placed.append(bytes(data))

    def song(self):
        """The frames of the song between which it is: from the last pulse to the next one."""
        pulses = self.heard.count(PULSE)
        return (pulses - 1) * PULSE_FRAMES, pulses * PULSE_FRAMES

    def close(self):
        self.client.deactivate()
        self.client.close()


@pytest.fixture
def jack_name():
    with jack_server() as server:
        yield server


@pytest.fixture
def ardour(jack_name, tmp_path):
    ardour = ArdourClock(tmp_path)
    yield ardour
    ardour.close()


@pytest.fixture
def tap(ardour):
    tap = Tap()
    tap.client.connect("Tap:out", CLOCK_INPUT)
    yield tap
    tap.close()


@pytest.fixture
def lead(tap, tiny_generator):
    """Starts `midigan live`, whose clock Ardour hears."""
    synth, started = Receiver("Synth"), []

    def start(generator=tiny_generator):
        arguments = ["--port", "synth in", "--clock-to", "tap in", "--tempo", BPM, "--seed", 3]
        started.append(Midigan("live", generator, *arguments))
        return started[-1]

    yield start
    for midigan in started:
        midigan.process.kill()
        midigan.process.communicate()
    synth.close()


def astray(ardour, tap):
    """How far Ardour is, at least, from where our song is while it answers."""
    (begin, _), at, (_, end) = tap.song(), ardour.where(), tap.song()
    return max(0, begin - at, at - end)


def test_ardour_rolls_in_our_bars_stops_with_us_and_starts_anew(ardour, tap, lead):
    ardour.do(f"follow {BPM}")
    assert ardour.where() == 0
    for beats in (6, 4):
        tap.heard.clear()
        midigan = lead()
        wait_until("a beat", lambda: tap.heard.count(PULSE) > 24, 60)
        found, deadline = [], time.monotonic() + 60
        while tap.heard.count(PULSE) < 24 * beats:
            assert time.monotonic() < deadline
            found.append(astray(ardour, tap))
            time.sleep(0.1)
        midigan.process.send_signal(signal.SIGINT)
        assert midigan.end()[0] == 0
        assert len(found) > beats
        # A busy machine lets it stumble; what it has lost for good shows at the end.
        assert statistics.median(found) < NEAR_FRAMES

        wait_until("its stop", lambda: STOP in tap.heard)
        time.sleep(0.5)
        stood = []
        for _ in range(10):
            stood.append(ardour.where())
            time.sleep(0.1)
        assert max(stood) - min(stood) < NEAR_FRAMES
        begin, end = tap.song()
        # It goes back to the last sixteenth, or rolls on until it has stopped.
        assert begin - SIXTEENTH_FRAMES < stood[-1] < end + SIXTEENTH_FRAMES
        assert tap.heard.count(START) == 1


def test_ardour_goes_on_with_us_at_our_song_position(ardour, tap, lead, tmp_path):
    ardour.do(f"follow {BPM}")
    midigan = lead(write_tiny_generator(tmp_path / "short.onnx", SHORT))
    composer = midigan.child("midigan.live.composing.composer_process")
    wait_until("a beat", lambda: tap.heard.count(PULSE) > 24, 60)
    # Without a next phrase it waits, and its clock stands.
    os.kill(composer, signal.SIGSTOP)
    try:
        wait_until("its stop", lambda: tap.heard[-1] == STOP, 60)
        beats = tap.heard.count(PULSE) // 24
        time.sleep(2)
        stood = ardour.where()
        time.sleep(1)
        assert abs(ardour.where() - stood) < NEAR_FRAMES
    finally:
        os.kill(composer, signal.SIGCONT)
    wait_until("its return", lambda: CONTINUE in tap.heard, 60)
    assert tap.placed[-1] == bytes([SONG_POSITION, beats * 4, 0])
    assert [kind for kind in tap.heard if kind != PULSE] == [START, STOP, SONG_POSITION, CONTINUE]
    wait_until("two beats", lambda: tap.heard.count(PULSE) > 24 * (beats + 2), 60)
    found = []
    for _ in range(12):
        found.append(astray(ardour, tap))
        time.sleep(0.1)
    assert statistics.median(found) < NEAR_FRAMES
