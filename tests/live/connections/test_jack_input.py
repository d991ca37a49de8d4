"""An input at JACK, with a stand-in for JACK-Client; test_real_stumble has the real one."""

import errno
import sys
from types import SimpleNamespace

import pytest

from midigan.live.connections.jack_input import JackInput


class JackError(Exception):
    def __init__(self, code=0):
        super().__init__("refused")
        self.code = code


class Port:
    def __init__(self, client, name):
        self.client, self.name, self.arriving = client, f"midigan:{name}", []

    def disconnect(self):
        self.client.connections.clear()

    def incoming_midi_events(self):
        yield from self.arriving


class Client:
    """A server with one port that sends, and what this client has asked of it."""

    samplerate, blocksize = 48_000, 256

    def __init__(self, name, no_start_server):
        assert (name, no_start_server) == ("midigan", True)
        self.frame, self.connections, self.left = 0, set(), []
        self.refuses = None
        self.midi_inports = SimpleNamespace(register=lambda name: Port(self, name))

    last_frame_time = property(lambda self: self.frame)

    def set_process_callback(self, process):
        self.process = process

    def get_ports(self, is_midi, is_output):
        assert is_midi
        assert is_output
        return [SimpleNamespace(name="Daw:clock")]

    def connect(self, source, destination):
        if self.refuses is not None or source != "Daw:clock":
            raise JackError(self.refuses)
        self.connections.add((source, destination.name))

    def activate(self):
        self.left.append("no")

    def deactivate(self):
        self.left.append("nearly")

    def close(self):
        self.left.append("yes")


@pytest.fixture
def client(monkeypatch):
    """The stand-in; what it is asked for last is known by it."""
    made = []

    def make(*args, **options):
        made.append(Client(*args, **options))
        return made[-1]

    monkeypatch.setitem(sys.modules, "jack", SimpleNamespace(Client=make, JackError=JackError))
    return SimpleNamespace(input=JackInput("midigan"), server=made[0])


def test_messages_are_heard_with_their_frames(client):
    heard = []
    client.input.set_callback(
        lambda event, _: heard.append((event, client.input.frames, client.input.clock.frames))
    )
    client.input.open_virtual_port("midigan clock")
    assert client.input.port_name == "midigan:midigan clock"
    port = client.input._port
    for client.server.frame, port.arriving in (
        (1000, []),
        (1256, [(3, b"\xf8"), (250, memoryview(b"\x90\x3c\x40"))]),
    ):
        client.server.process(256)
    assert heard == [((b"\xf8", 0.0), 259, 256), ((b"\x90\x3c\x40", 0.0), 506, 256)]


def test_its_port_is_connected_and_let_go_and_stays_the_same(client):
    assert client.input.port_name == ""
    assert client.input.get_ports() == ["Daw:clock"]
    client.input.open_port(0, "midi")
    assert client.server.connections == {("Daw:clock", "midigan:midi")}
    port = client.input._port
    client.input.close_port()
    assert client.server.connections == set()
    client.input.open_port(0, "midi")
    assert client.input._port is port
    client.input.delete()
    assert client.server.left == ["no", "nearly", "yes"]


def test_what_jack_refuses_is_an_error_of_the_system_unless_it_is_so_already(client):
    client.server.refuses = errno.EEXIST
    client.input.open_port(0, "midi")
    client.server.refuses = errno.EPERM
    with pytest.raises(OSError, match="refused"):
        client.input.open_port(0, "midi")
    client.server.refuses = None
    with pytest.raises(OSError, match="refused"):
        client.input.open_port(1, "midi")  # it has gone


def test_it_can_be_let_go_before_it_was_opened(client):
    client.input.close_port()
    client.server.process(256)
    client.input.delete()
