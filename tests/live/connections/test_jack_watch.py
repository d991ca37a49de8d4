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
        self.connections = [OTHER]
        self.there = True

    def get_port_by_name(self, name):
        if not self.there:
            raise JackError
        return SimpleNamespace(name=name)

    def get_all_connections(self, port):
        assert port.name == PORT
        return [SimpleNamespace(name=name) for name in self.connections]


class JackError(Exception):
    pass


@pytest.fixture
def jack(monkeypatch):
    module = SimpleNamespace(Client=Client, JackError=JackError)
    monkeypatch.setitem(sys.modules, "jack", module)
    return module


def test_it_says_who_is_connected(jack):
    watching = JackWatch(PORT)
    watching._client.connections.append(OURS)
    assert watching.connected() == {OTHER, OURS}
    watching._client.there = False
    assert watching.connected() == set()


def test_without_jack_nobody_watches(jack, monkeypatch):
    def refuses(*_, **__):
        raise JackError

    monkeypatch.setattr(jack, "Client", refuses)
    assert watch(PORT) is None
    monkeypatch.setitem(sys.modules, "jack", None)
    assert watch(PORT) is None
