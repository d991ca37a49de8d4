"""More ends at a real JACK server: of a session's helpers, of its leader, and of the server."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mido
import pytest
from real_parts import jack_server, wait_until

pytest.importorskip("jack")

from clock_master import START, ClockMaster

LEADER = "midigan.live.leading.sync_process"
CONTROLLER = "midigan.live.hands.controller_process"
STANDBY = "midigan.live.playing.standby_process"
SEED = ("--seed", 3)
FAST = ("--tempo", 240, *SEED)
NAMED = ("--port", "receiver in")
LED = ("--sync", "midi", "--clock-port", "daw clock")
LONG_S = 60.0

#: A receiver that dies with its server, in a process of its own: it starts the transport, and
#: writes down how many notes it has heard.
WITNESS = """
import pathlib, sys, time
from real_parts import Receiver
receiver = Receiver("Receiver")
receiver.client.transport_start()
while True:
    pathlib.Path(sys.argv[1]).write_text(str(len(receiver.notes)))
    time.sleep(0.02)
"""


@pytest.fixture
def server():
    with jack_server() as server:
        yield server


@pytest.fixture
def daw(server):
    """A DAW whose clock midigan can follow: it can be closed, and started again."""
    daw = Daw()
    yield daw
    daw.close()


class Daw:
    def __init__(self):
        self.master = ClockMaster("Daw")
        self._rolls_until = 0.0

    def start_again(self):
        self.master = ClockMaster("Daw")
        self._rolls_until = 0.0

    def close(self):
        if self.master is not None:
            self.master.close()
        self.master = None

    def roll(self):
        """Roll from bar 1, at 120 bpm, and start over and over: who comes late hears that."""
        now = self.master.now()
        if now > self._rolls_until:
            begin = max(now, self._rolls_until) + 0.3
            self.master.at(begin - 0.005, START)
            self._rolls_until = self.master.roll(begin, 24, 120)


def strikes(receiver):
    return sum(data[0] & 0xF0 == 0x90 for _, data in list(receiver.notes))


def sounding(receiver):
    down = set()
    for _, (status, pitch, _) in list(receiver.notes):
        key = status & 0x0F, pitch
        down.add(key) if status & 0xF0 == 0x90 else down.discard(key)
    return down


def following(live):
    midigan = live(*NAMED, *LED, *SEED)
    assert "following Daw:clock" in midigan.process.stdout.readline()
    assert midigan.process.stdout.readline().startswith("playing")
    return midigan


def wait_for_notes(daw, receiver):
    before = strikes(receiver)
    wait_until("notes", lambda: daw.roll() or strikes(receiver) > before + 30, LONG_S)
    wait_until("a moment with notes", lambda: daw.roll() or sounding(receiver), LONG_S)


def test_without_the_process_that_follows_it_ends_in_silence(live, receiver, daw):
    midigan = following(live)
    wait_for_notes(daw, receiver)
    os.kill(midigan.child(LEADER), signal.SIGKILL)
    status, _, err = midigan.end()
    assert (status, err.count("\n")) == (1, 1)
    assert "the process that follows the leader ended" in err
    wait_until("silence", lambda: not sounding(receiver))
    receiver.assert_silent()


@pytest.mark.parametrize("pause_s", [2.0, 0.05])
def test_a_clock_whose_sender_dies_is_silence_until_it_returns(pause_s, live, receiver, daw):
    midigan = following(live)
    wait_for_notes(daw, receiver)
    daw.close()
    time.sleep(pause_s)
    daw.start_again()
    wait_until("silence", lambda: not sounding(receiver))
    receiver.assert_silent()
    wait_for_notes(daw, receiver)
    midigan.process.send_signal(signal.SIGINT)
    status, out, err = midigan.end()
    assert (status, err) == (0, "")
    assert out.count("'Daw:clock' has gone away") == out.count("'Daw:clock' is back") == 1
    receiver.assert_silent()


@pytest.mark.parametrize(
    ("place", "module", "words"),
    [
        ((*NAMED, "--control-port"), CONTROLLER, "controllers are lost"),
        (("--virtual", "My Gan", "--backend", "jack"), STANDBY, ""),
    ],
    ids=["controllers", "standby"],
)
def test_without_a_helper_the_music_goes_on(place, module, words, live, receiver):
    midigan = live(*place, *FAST)
    if "--virtual" in place:
        receiver.connect("My Gan")
    wait_until("notes", lambda: strikes(receiver) > 30, LONG_S)
    os.kill(midigan.child(module), signal.SIGKILL)
    heard = strikes(receiver)
    wait_until("more notes", lambda: strikes(receiver) > heard + 60, LONG_S)
    midigan.process.send_signal(signal.SIGINT)
    status, out, err = midigan.end()
    assert (status, err) == (0, "")
    assert words in out
    receiver.assert_silent()


@pytest.fixture
def witness(server, tmp_path):
    """Who receives while the server lives: says how many notes it has heard."""
    heard = tmp_path / "heard"
    tests = Path(__file__).parents[1]
    process = subprocess.Popen([sys.executable, "-c", WITNESS, heard], cwd=tests)
    wait_until("a receiver", heard.exists, LONG_S)
    yield lambda: int(heard.read_text() or 0)
    process.kill()
    process.wait()


@pytest.mark.parametrize("place", [NAMED, (*NAMED, "--sync", "jack")], ids=["leads", "follows"])
def test_a_server_that_dies_under_a_named_port_ends_it_too(place, live, witness, server, tmp_path):
    file = tmp_path / "live.mid"
    midigan = live(*place, *FAST, "--record", file)
    wait_until("notes", lambda: witness() > 60, LONG_S)
    server.kill()
    begin = time.monotonic()
    status, _, err = midigan.end()
    assert time.monotonic() - begin < 2.0
    assert (status, err.count("\n")) == (1, 1)
    assert "MIDI service" in err or "JACK" in err
    down = set()
    for message in mido.MidiFile(file):
        if message.type == "note_on":
            down.add((message.channel, message.note))
        elif message.type == "note_off":
            down.remove((message.channel, message.note))
    assert not down
