"""Playing through PipeWire, which takes the part of a JACK server on most Linux systems today."""

import json
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


def test_when_it_is_killed_a_session_ends_and_says_so(server, heard, tiny_band):
    live = midigan("live", tiny_band, "--port", "pipe synth", "--tempo", 240)
    wait_until("notes", lambda: len(notes(heard())[0]) > 10)
    server.kill()
    _, err = live.communicate(timeout=10)
    assert live.returncode == 1
    assert "the MIDI service behind port 'Pipe synth:in' has gone away" in err
