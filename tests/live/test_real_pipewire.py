"""Playing through PipeWire, which takes the part of a JACK server on most Linux systems today."""

import json
import signal
import subprocess
import sys

import pytest
from real_parts import pipewire_server, wait_until

#: Writes down what it hears, again and again.
SYNTH = """
import json, pathlib, sys, time
import jack
client = jack.Client("Pipe synth", no_start_server=True)
port, heard = client.midi_inports.register("in"), []
client.set_process_callback(
    lambda _: heard.extend(list(bytes(data)) for _, data in port.incoming_midi_events())
)
client.activate()
while True:
    pathlib.Path(sys.argv[1] + "~").write_text(json.dumps(heard))
    pathlib.Path(sys.argv[1] + "~").rename(sys.argv[1])
    time.sleep(0.02)
"""

#: Leads at 120 bpm for eight bars as soon as somebody listens; says when it was struck, in
#: sixteenths since the start by its own frames, and how long a period is.
DAW = """
import sys, time
import jack
client = jack.Client("Pipe daw", no_start_server=True)
clock, synth = client.midi_outports.register("clock"), client.midi_inports.register("in")
begin, sent, struck = None, 0, []

def process(frames):
    global begin, sent
    now = client.last_frame_time
    clock.clear_buffer()
    if begin is None and clock.number_of_connections:
        begin = now + client.samplerate
    pulse = client.samplerate / 48
    while begin is not None and sent < 32 * 24 and begin + sent * pulse < now + frames:
        offset = max(0, round(begin + sent * pulse) - now)
        if sent == 0:
            clock.write_midi_event(offset, [0xFA])
        clock.write_midi_event(offset, [0xF8])
        sent += 1
    for offset, message in synth.incoming_midi_events():
        if bytes(message)[0] & 0xF0 == 0x90 and begin is not None:
            struck.append((now + offset - begin) / pulse / 6)

client.set_process_callback(process)
client.activate()
print("there", flush=True)
while sent < 32 * 24:
    time.sleep(0.1)
print(struck, client.blocksize / client.samplerate * 8, flush=True)
"""


@pytest.fixture
def server(tmp_path):
    with pipewire_server(tmp_path) as server:
        yield server


@pytest.fixture
def heard(server, tmp_path):
    """What a synthesizer at PipeWire has heard by now."""
    path = tmp_path / "heard.json"
    synth = subprocess.Popen(["pw-jack", sys.executable, "-c", SYNTH, str(path)])
    try:
        wait_until("a synthesizer", path.exists)
        yield lambda: json.loads(path.read_text())
    finally:
        synth.kill()
        synth.wait()


def midigan(*arguments):
    command = ["pw-jack", sys.executable, "-m", "midigan", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def notes(messages):
    """What is struck and what is released, of each key how often."""
    struck = sorted(tuple(m[:2]) for m in messages if m[0] & 0xF0 == 0x90)
    released = sorted((m[0] | 0x10, m[1]) for m in messages if m[0] & 0xF0 == 0x80)
    return struck, released


def test_it_is_played_to_as_a_jack_server_is(heard, tiny_band):
    live = midigan("live", tiny_band, "--port", "pipe synth", "--tempo", 240, "--bars", 4)
    out, err = live.communicate(timeout=60)
    assert live.returncode == 0, err
    assert "Pipe synth:in" in out + err
    wait_until("the last note-off", lambda: len(set(map(len, notes(heard())))) == 1)
    struck, released = notes(heard())
    assert len(struck) > 20
    assert struck == released


@pytest.mark.usefixtures("server")
def test_its_midi_clock_is_followed_by_its_frames(tiny_band):
    command = ["pw-jack", sys.executable, "-c", DAW]
    daw = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert daw.stdout.readline() == "there\n"
    live = midigan(
        *("live", tiny_band, "--port", "pipe daw in", "--sync", "midi"),
        *("--clock-port", "pipe daw clock", "--seed", 3),
    )
    found = daw.communicate(timeout=60)[0].rstrip()
    live.send_signal(signal.SIGINT)
    live.communicate(timeout=20)
    struck, period = json.loads(found[: found.index("]") + 1]), float(found[found.index("]") + 1 :])
    # It is heard in the period after the one in which it was sent.
    off = sorted(at - round(at - period) for at in struck if at > 64)
    assert len(off) > 50
    assert off[int(0.99 * len(off))] - off[int(0.01 * len(off))] < 1.5 * period


def test_when_it_is_killed_a_session_ends_and_says_so(server, heard, tiny_band):
    live = midigan("live", tiny_band, "--port", "pipe synth", "--tempo", 240)
    wait_until("notes", lambda: len(notes(heard())[0]) > 10)
    server.kill()
    _, err = live.communicate(timeout=10)
    assert live.returncode == 1
    assert "the MIDI service behind port 'Pipe synth:in' has gone away" in err
