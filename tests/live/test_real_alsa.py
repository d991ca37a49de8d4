"""`midigan live` on a real sequencer of ALSA's: what a receiver of another process hears.

No package brings what these need, a Linux kernel with snd-seq loaded: elsewhere they are skipped.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from real_parts import lack, require, wait_until

from midigan.live.connections.alsa_clients import CLIENTS, address_of

if not Path("/dev/snd/seq").exists():
    pytest.skip("this kernel has no sequencer of ALSA's", allow_module_level=True)

PLAYER, COMPOSER = (
    "midigan.live.playing.player_process",
    "midigan.live.composing.composer_process",
)
NAMED, VIRTUAL = ("--port", "Synth in"), ("--virtual", "My Gan")
PATIENCE_S = 60.0
#: So long the standby takes to see who listens, once it is there.
STANDBY_S = 1.5


class Synth:
    """A receiver: its port, and the messages that it has heard."""

    def __init__(self, name="Synth"):
        import rtmidi

        self.messages = []
        self._client = rtmidi.MidiIn(rtmidi.API_LINUX_ALSA, name)
        self._client.set_callback(lambda event, _: self.messages.append(event[0]))
        self._client.open_virtual_port("in")
        self.address = next(
            address_of(port)
            for port in rtmidi.MidiOut(rtmidi.API_LINUX_ALSA).get_ports()
            if port.startswith(f"{name}:in")
        )

    def sounds(self):
        down = set()
        for message in list(self.messages):
            if message[0] & 0xF0 == 0x90:
                down.add((message[0] & 0x0F, message[1]))
            elif message[0] & 0xF0 == 0x80:
                down.discard((message[0] & 0x0F, message[1]))
        return down

    def hear(self, count=30):
        """Wait for so many more messages, and for a moment with notes."""
        before = len(self.messages)
        wait_until("notes", lambda: len(self.messages) > before + count, PATIENCE_S)
        wait_until("a moment with notes", self.sounds, PATIENCE_S)

    def close(self):
        if not self._client.is_deleted:
            self._client.close_port()
            self._client.delete()


@pytest.fixture
def synth():
    require("module:rtmidi", "aconnect")
    import rtmidi

    if rtmidi.API_LINUX_ALSA not in rtmidi.get_compiled_api():
        lack("this python-rtmidi has no ALSA")
    synth = Synth()
    yield synth
    synth.close()


def sender(name):
    """The port of midigan's that sends, by its own name."""

    def found():
        found = re.search(
            rf'Client +(\d+) : "midigan".*\n +Port +(\d+) : "{name}"', CLIENTS.read_text()
        )
        return found and ":".join(found.groups())

    return wait_until("midigan's port", found, PATIENCE_S)


def connect(*arguments):
    subprocess.run(["aconnect", *arguments], check=True)


@pytest.fixture
def server():
    """ALSA's runs already."""


@pytest.fixture
def play(live, synth):
    """Starts a session that the synthesizer hears."""

    def start(*place):
        midigan = live("--tempo", 240, "--seed", 3, "--backend", "alsa", *place)
        if place == VIRTUAL:
            connect(sender("My Gan"), synth.address)
            joined = '"midigan standby"'
            wait_until("the standby port", lambda: joined in CLIENTS.read_text(), PATIENCE_S)
            time.sleep(STANDBY_S)
        synth.hear()
        return midigan

    return start


@pytest.mark.parametrize("place", [NAMED, VIRTUAL], ids=["named", "virtual"])
@pytest.mark.parametrize(("victim", "number", "words"), [
    (None, signal.SIGINT, ""),
    (None, signal.SIGKILL, ""),
    (PLAYER, signal.SIGKILL, "player process was killed"),
    (COMPOSER, signal.SIGKILL, "composer process was killed"),
])  # fmt: skip
def test_every_end_is_silence(victim, number, words, place, play, synth):
    midigan = play(*place)
    os.kill(midigan.child(victim) if victim else midigan.process.pid, number)
    _, _, said = midigan.end(PATIENCE_S)
    assert words in said
    wait_until("silence", lambda: not synth.sounds())


def test_who_comes_back_is_played_to_under_whatever_number(play, synth):
    midigan = play("--port", f"Synth:in {synth.address}")
    synth.close()
    assert any("has gone away" in line for line in iter(midigan.process.stdout.readline, ""))
    other = Synth("Other")  # and takes the number
    again = Synth()
    try:
        assert again.address != synth.address
        again.hear()
        assert other.messages == []
        os.kill(midigan.process.pid, signal.SIGINT)
        midigan.end(PATIENCE_S)
        wait_until("silence", lambda: not again.sounds())
    finally:
        other.close()
        again.close()


def test_who_is_disconnected_and_connected_again_is_told_what_it_missed(play, synth):
    midigan = play(*NAMED)
    said = iter(midigan.process.stdout.readline, "")
    connect("-d", ours := sender("midi"), synth.address)
    assert any("was disconnected from midigan" in line for line in said)
    down = synth.sounds()
    missed = len(synth.messages)
    connect(ours, synth.address)
    assert any("is connected to midigan again" in line for line in said)
    synth.hear()
    released = {
        (message[0] & 0x0F, message[1])
        for message in synth.messages[missed:]
        if message[0] & 0xF0 == 0x80
    }
    assert down <= released


def test_more_than_a_receiver_can_keep_is_heard(synth):
    """Every key of six channels, by a sender with real-time priority where that is granted."""
    code = (
        "import rtmidi\n"
        "from midigan.live.connections.pacing import paced\n"
        "from midigan.live.processes.priority import be_punctual\n"
        "from midigan.live.sounding import releases_of\n"
        "out = rtmidi.MidiOut(rtmidi.API_LINUX_ALSA)\n"
        "names = out.get_ports()\n"
        f"out.open_port(next(i for i, n in enumerate(names) if n.endswith(' {synth.address}')))\n"
        "be_punctual()\n"
        "for message in paced(releases_of(range(6))):\n"
        "    out.send_message(message)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    wait_until("the messages", lambda: len(synth.messages) == 6 * 129)
