"""The client that sees the port that is wanted, with a stand-in for python-rtmidi."""

import sys
from types import SimpleNamespace

import pytest

from midigan.errors import PortError
from midigan.live.connections.clients import client_for, new_client
from midigan.live.connections.jack_input import JackInput

APIS = {"API_LINUX_ALSA": 1, "API_UNIX_JACK": 2, "API_MACOSX_CORE": 3, "API_WINDOWS_MM": 4}
ALSA, JACK = 1, 2


@pytest.fixture
def clients(monkeypatch):
    """All clients that were made, of a system whose JACK has a synthesizer; ALSA is not there."""
    made = []

    class Client:
        def __init__(self, rtapi, name):
            if rtapi == ALSA:
                raise OSError("no sequencer")
            self.api, self.name, self.there = rtapi, name, True
            made.append(self)

        def delete(self):
            self.there = False

    class MidiIn(Client):
        ignored = None

        def get_ports(self):
            return ["Keys:out"]

        def ignore_types(self, **kinds):
            self.ignored = kinds

    class MidiOut(Client):
        def get_ports(self):
            return ["Synth:in", "Synth:too"] if self.api == JACK else ["Wire"]

    module = SimpleNamespace(
        MidiIn=MidiIn, MidiOut=MidiOut, get_compiled_api=lambda: [1, 2, 3], **APIS
    )
    monkeypatch.setitem(sys.modules, "rtmidi", module)
    return made


def test_the_client_that_sees_the_port_is_the_only_one_left(clients):
    client, backend, name = client_for("synth too", None, inputs=False)
    assert (backend, name) == ("jack", "Synth:too")
    assert [made for made in clients if made.there] == [client]
    assert [(type(made).__name__, made.name) for made in clients] == [("MidiOut", "midigan")] * 2


def test_inputs_are_looked_for_among_inputs(clients):
    client, backend, name = client_for("keys", "jack", inputs=True)
    assert (backend, name, type(client).__name__) == ("jack", "Keys:out", "MidiIn")
    assert clients == [client]


def test_a_port_that_is_not_there_is_answered_with_those_that_are(clients):
    with pytest.raises(PortError, match="no output port matches 'x': there are 'Synth:in', 'S"):
        client_for("x", None, inputs=False)
    with pytest.raises(
        PortError, match=r"'synth' matches 'Synth:in' \(jack\), 'Synth:too' \(jack\)"
    ):
        client_for("synth", None, inputs=False)
    with pytest.raises(PortError, match="no output port matches 'synth': there are none"):
        client_for("synth", "alsa", inputs=False)
    with pytest.raises(PortError, match="no MIDI backend 'winmm' here"):
        client_for("synth", "winmm", inputs=False)
    assert not any(made.there for made in clients)


def test_a_backend_that_does_not_answer_is_one_line(clients):
    assert new_client("jack", inputs=False).api == JACK
    with pytest.raises(PortError, match="alsa does not answer: no sequencer"):
        new_client("alsa", inputs=False)


@pytest.fixture
def without_jack_client(monkeypatch):
    monkeypatch.setitem(sys.modules, "jack", None)


@pytest.mark.usefixtures("without_jack_client")
def test_timed_inputs_hear_midi_clock_also_without_jack_client(clients):
    client, _, name = client_for("keys", "jack", inputs=True, timed=True)
    assert name == "Keys:out"
    assert client.ignored == {"sysex": True, "timing": False, "active_sense": True}
    assert new_client("jack", inputs=True).ignored is None


def test_timed_inputs_at_jack_know_its_frames(clients, monkeypatch):
    class Client:
        samplerate, blocksize = 48_000, 256

        def __init__(self, name, no_start_server):
            if self.refuses:
                raise OSError("no JACK")

        def set_process_callback(self, _):
            pass

    monkeypatch.setitem(sys.modules, "jack", SimpleNamespace(Client=Client, JackError=OSError))
    Client.refuses = False
    assert isinstance(new_client("jack", inputs=True, timed=True), JackInput)
    Client.refuses = True
    with pytest.raises(PortError, match="jack does not answer: no JACK"):
        new_client("jack", inputs=True, timed=True)
    assert clients == []
