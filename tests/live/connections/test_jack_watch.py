"""Who is connected to a port of JACK, by a stand-in."""

import sys
from types import SimpleNamespace

import pytest

from midigan.live.connections.jack_watch import JackWatch, watch

PORT, OTHER, OURS = "Synth:in", "Other:out", "midigan:midi"


class Client:
    """Stands in for jack.Client: one port, and who is connected to it."""

    def __init__(self, _name, no_start_server):
        assert no_start_server
        self.blocksize, self.samplerate = 480, 48_000
        self.connections = [OTHER]
        self.there = True

    def get_ports(self, is_midi, is_input=False, is_output=False):
        assert is_midi
        names = [PORT] * is_input + [OTHER, OURS] * is_output
        return [SimpleNamespace(name=name) for name in names]

    def get_port_by_name(self, name):
        if not self.there:
            raise JackError
        return SimpleNamespace(name=name)

    def get_all_connections(self, port):
        assert port.name == PORT
        return [SimpleNamespace(name=name) for name in self.connections]

    def get_uuid_for_client_name(self, name):
        if name != "Synth" or not self.there:
            raise JackError
        return "17"


class JackError(Exception):
    pass


@pytest.fixture
def jack(monkeypatch):
    module = SimpleNamespace(Client=Client, JackError=JackError)
    monkeypatch.setitem(sys.modules, "jack", module)
    return module


def test_it_says_who_is_connected(jack):
    watching = JackWatch()
    watching._client.connections.append(OURS)
    assert watching.connected(PORT) == {OTHER, OURS}
    watching._client.there = False
    assert watching.connected(PORT) == set()


def test_it_says_which_ports_there_are_and_whose_they_are(jack):
    watching = JackWatch()
    assert watching.ports(inputs=True) == {PORT}
    assert watching.ports(inputs=False) == {OTHER, OURS}
    assert watching.owner(PORT) == "17"
    assert watching.takes_s == pytest.approx(0.012)
    watching._client.there = False
    assert watching.owner(PORT) == ""


def test_without_jack_nobody_watches(jack, monkeypatch):
    def refuses(*_, **__):
        raise JackError

    monkeypatch.setattr(jack, "Client", refuses)
    assert watch() is None
    monkeypatch.setitem(sys.modules, "jack", None)
    assert watch() is None
