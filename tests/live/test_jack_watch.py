"""A port of JACK that is opened anew, and connections that are made or not, by a stand-in."""

import sys
from types import SimpleNamespace

import pytest

from midigan.live.jack_watch import JackWatch, watch

PORT, OTHER, OURS = "Synth:in", "Other:out", "midigan:midi"


class Client:
    """Stands in for jack.Client: one port, and who is connected to it."""

    def __init__(self, _name, no_start_server):
        assert no_start_server
        self.connections, self.closed = [OTHER], False
        self.there = True

    def set_port_registration_callback(self, callback):
        self.register = lambda name, there: callback(SimpleNamespace(name=name), there)

    def set_shutdown_callback(self, callback):
        pass

    def activate(self):
        pass

    def deactivate(self):
        pass

    def close(self):
        self.closed = True

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


@pytest.fixture
def watching(jack):
    watching = JackWatch(PORT)
    watching.expect(PORT)
    watching._client.connections.append(OURS)
    assert watching.made()
    return watching


def test_a_port_that_is_opened_anew_has_lost_its_connection_once(watching):
    client = watching._client
    assert not watching.lost()
    client.connections.remove(OURS)
    client.register("Synth:out", True)
    client.register(PORT, False)
    assert not watching.lost()
    client.register(PORT, True)
    assert watching.lost()
    assert not watching.lost()


def test_who_is_disconnected_by_hand_is_left_alone(watching):
    watching._client.connections.remove(OURS)
    assert not watching.lost()


def test_news_that_come_when_the_connection_was_made_are_old(watching):
    watching._client.register(PORT, True)
    assert not watching.lost()


def test_a_connection_that_was_refused_was_not_made(jack):
    watching = JackWatch(PORT)
    watching.expect(PORT)
    assert not watching.made()
    watching._client.there = False
    assert watching.connected() == set()


def test_without_jack_nobody_watches(jack, monkeypatch):
    def refuses(*_, **__):
        raise JackError

    monkeypatch.setattr(jack, "Client", refuses)
    assert watch(PORT) is None
    monkeypatch.setitem(sys.modules, "jack", None)
    assert watch(PORT) is None
