"""`midigan live` against a real JACK server, a real receiver and a real synthesizer."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import mido
import pytest
from real_parts import (
    PERIOD,
    RATE,
    SOUND_FONTS,
    Midigan,
    Receiver,
    jack_server,
    lack,
    require,
    wait_until,
)

FAST = ["--tempo", "240", "--seed", "3"]
PLAYER = "midigan.live.playing.player_process"


@pytest.fixture(scope="module")
def server():
    with jack_server() as server:
        yield server


def recorded(path):
    """Seconds and bytes of the note-ons and note-offs of a file."""
    now, found = 0.0, []
    for message in mido.MidiFile(path):
        now += message.time
        if message.type in ("note_on", "note_off"):
            found.append((now, bytes(message.bytes())))
    return found


def test_notes_received_are_the_notes_sent_and_in_time(live, receiver, tmp_path):
    file = tmp_path / "live.mid"
    status, out, err = live("--port", "RECEIVER in", "--bars", 8, "--record", file, *FAST).end()
    assert (status, err) == (0, "")
    assert "playing band to Receiver:in at 240 bpm, seed 3" in out
    receiver.assert_silent()
    sent = recorded(file)
    assert Counter(data for _, data in receiver.notes) == Counter(data for _, data in sent)

    # The machine that tests run on may be busy: this is about lost time, not about jitter.
    times = defaultdict(list)
    for at, data in sent:
        times[data].append(at)
    offsets = [at - times[data].pop(0) for at, data in receiver.notes]
    assert max(offsets) - min(offsets) < 0.5

    kinds = [data[0] & 0xF0 for _, data in receiver.messages]
    assert kinds[:4] == [0xC0] * 4
    assert kinds[-4:] == [0xB0] * 4


def test_offline_records_the_same_file(live, receiver, tmp_path):
    arguments = [*FAST, "--bars", 3, "--record"]
    live(*arguments, tmp_path / "live.mid", "--port", "receiver").end()
    live(*arguments, tmp_path / "offline.mid", "--offline").end()
    assert (tmp_path / "live.mid").read_bytes() == (tmp_path / "offline.mid").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_a_virtual_port_in_silence(number, live, receiver, tmp_path):
    file = tmp_path / "live.mid"
    midigan = live("--virtual", "My Gan", "--backend", "jack", "--record", file, *FAST)
    receiver.connect("My Gan")
    wait_until("notes", lambda: len(receiver.notes) > 50)
    midigan.process.send_signal(number)
    status, _, err = midigan.end()
    assert (status, err) == (0, "")
    receiver.assert_silent()
    assert receiver.messages[-1][1][:2] == bytes([0xB9, 123])
    assert not Counter(data for _, data in receiver.notes) - Counter(d for _, d in recorded(file))


def test_a_killed_player_is_named_and_what_it_played_is_kept(live, receiver, tmp_path):
    file = tmp_path / "live.mid"
    midigan = live("--port", "receiver in", "--record", file, *FAST)
    wait_until("notes", lambda: len(receiver.notes) > 100)
    os.kill(midigan.child(PLAYER), signal.SIGKILL)
    status, _, err = midigan.end()
    assert status == 1
    assert "player process was killed" in err
    assert len(recorded(file)) > 20
    # Its successor could only release every key there is.
    wait_until("all notes off", lambda: receiver.messages[-1][1][:2] == bytes([0xB9, 123]))
    receiver.assert_silent()


def test_a_port_that_closes_is_opened_again_when_it_returns(live):
    receiver = Receiver("Fleeting")
    midigan = live("--port", "fleeting in", *FAST)
    wait_until("notes", lambda: len(receiver.notes) > 20)
    receiver.close()
    time.sleep(1.2)
    back = Receiver("Fleeting")

    def kinds():
        return [data[0] & 0xF0 for _, data in list(back.messages)]

    wait_until("notes", lambda: 0x90 in kinds(), timeout_s=1.2)
    assert 0xC0 in kinds()[: kinds().index(0x90)]  # its programs, before anything sounds
    midigan.process.send_signal(signal.SIGINT)
    status, out, _ = midigan.end(timeout_s=5)
    assert status == 0
    assert out.count("'Fleeting:in' has gone away") == out.count("is back") == 1
    back.assert_silent()
    back.close()


def test_a_port_that_returns_at_once_under_its_name_is_heard_again(live):
    receiver = Receiver("Fleeting")
    midigan = live("--port", "fleeting in", *FAST)
    wait_until("notes", lambda: len(receiver.notes) > 20)
    for _ in range(3):
        receiver.close()
        time.sleep(0.05)
        receiver = Receiver("Fleeting")
        wait_until("notes", lambda r=receiver: len(r.notes) > 20, timeout_s=5)
    midigan.process.send_signal(signal.SIGINT)
    status, out, _ = midigan.end()
    assert (status, out.count("has gone away"), out.count("is back")) == (0, 3, 3)
    receiver.assert_silent()
    receiver.close()


def test_a_port_that_is_disconnected_by_hand_stays_so(live, receiver):
    midigan = live("--port", "receiver in", *FAST)
    wait_until("notes", lambda: len(receiver.notes) > 20)
    (source,) = receiver.client.get_all_connections(receiver.midi)
    time.sleep(0.6)  # it has looked, and seen that they are connected
    receiver.client.disconnect(source, receiver.midi)
    time.sleep(2.5)
    assert receiver.client.get_all_connections(receiver.midi) == []
    midigan.process.send_signal(signal.SIGINT)
    status, out, _ = midigan.end()
    assert (status, out.count("was disconnected")) == (0, 1)


@pytest.fixture
def follower(server):
    """Another receiver, which leaves also if its test fails: one left behind has its name."""
    follower = Receiver("Follower")
    yield follower
    follower.close()


def test_its_clock_has_every_pulse_in_time_on_a_port_of_its_own(live, receiver, follower):
    arguments = ["--port", "receiver in", "--clock-to", "follower in", "--bars", 8]
    status, _, err = live(*arguments, *FAST).end()
    assert (status, err) == (0, "")
    kinds = [data[0] for _, data in follower.messages]
    assert (kinds[0], kinds[-1], len(kinds)) == (0xFA, 0xFC, 8 * 4 * 24 + 2)
    pulses = [at for at, data in follower.messages if data[0] == 0xF8]
    origin = pulses[0]
    off = sorted(at - origin - i * 60 / 240 / 24 for i, at in enumerate(pulses))
    # Each is sent within a period, and the machine that tests run on may be busy.
    assert off[round(0.95 * len(off))] - off[round(0.05 * len(off))] < 2.5 * PERIOD / RATE
    assert all(data[0] < 0xF0 for _, data in receiver.messages)


def test_it_plays_with_all_standard_streams_closed(receiver, tiny_band):
    command = [sys.executable, "-m", "midigan", "live", tiny_band, "--port", "receiver in"]
    closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command, "--bars", "2", *FAST]
    assert subprocess.run(closed, timeout=120, check=False).returncode == 0
    assert len(receiver.notes) > 20
    receiver.assert_silent()


def test_an_unknown_port_lists_those_there_are(live, receiver):
    status, _, err = live("--port", "organ").end()
    assert status == 1
    assert err.count("\n") == 1
    assert "'Receiver:in'" in err


def test_a_server_that_dies_ends_the_music_within_two_seconds(tiny_band):
    with jack_server() as server:
        midigan = Midigan("live", tiny_band, "--virtual", "--backend", "jack", *FAST)
        assert midigan.process.stdout.readline().startswith("playing")
        time.sleep(0.5)
        server.kill()
        begin = time.monotonic()
        status, _, err = midigan.end(timeout_s=10)
        assert time.monotonic() - begin < 2.0
    assert status == 1
    assert "MIDI service" in err


def test_a_synthesizer_sounds(live, receiver):
    require("fluidsynth")
    font = next((path for path in SOUND_FONTS if path.exists()), None)
    if font is None:
        lack("no General MIDI sound font is installed")
    jack_options = ["-o", "audio.jack.id=fs", "-o", "midi.jack.id=fs"]
    synthesizer = subprocess.Popen(
        ["fluidsynth", "-i", "-s", "-q", "-a", "jack", "-m", "jack", *jack_options, str(font)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(font).parent,
    )
    try:
        receiver.connect("fs:left", receiver.left)
        receiver.connect("fs:right", receiver.right)
        assert receiver.peak < 0.001
        status, out, _ = live("--port", "fs midi", "--bars", 2, *FAST).end()
        assert (status, "fs:midi" in out) == (0, True)
        assert receiver.peak > 0.01
    finally:
        synthesizer.terminate()
        synthesizer.wait()
