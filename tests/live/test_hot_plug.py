"""Ports that go away and come back, with a client as python-rtmidi's."""

import pytest

from midigan.errors import PortError
from midigan.live.connections.connection import Sight
from midigan.live.connections.plug import Plug
from midigan.live.connections.ports import RtMidiPort


class Client:
    """Stands in for rtmidi.MidiOut: what it is told, and which ports there are."""

    def __init__(self, *names):
        self.names = list(names)
        self.opened, self.sent = [], []
        self.refuses = False

    def get_ports(self):
        return list(self.names)

    def set_callback(self, hear):
        self.hear = hear

    def open_port(self, index, name):
        if self.refuses:
            raise OSError("not ready")
        self.opened.append(self.names[index])

    def close_port(self):
        self.opened.append(None)
        self.hear = None  # as python-rtmidi's does

    def delete(self):
        self.opened.append("deleted")

    def send_message(self, message):
        if self.refuses:
            raise OSError("gone")
        self.sent.append(tuple(message))


class Service:
    """Stands in for the watch over a MIDI service."""

    dead = False

    def happened(self):
        return self.dead


class Connection:
    """Stands in for the look after a connection of JACK's: says what is to be seen."""

    def __init__(self):
        self.sights = []
        self.standing = []
        self.said = []
        self.takes_s = 0.02

    def prepare(self, name):
        self.said.append(name)

    def made(self, own=""):
        self.said.append("made")

    def stands(self):
        return self.standing.pop(0) if self.standing else True

    def look(self):
        return self.sights.pop(0) if self.sights else Sight.STEADY

    def close(self):
        self.said.append("closed")


def look_twice(port):
    """A port that returns is opened when it is seen a second time; the news of that."""
    assert port.check() == ""
    return port.check()


@pytest.fixture
def client():
    return Client("Organ:in 20:0", "Synth:in 24:0")


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def port(client, service):
    return RtMidiPort(Plug(client, "Synth:in 24:0", "synth", service))


def test_a_port_that_goes_is_closed_once_and_named_once(port, client):
    assert port.check() == ""
    client.names.pop()
    assert "'Synth:in 24:0' has gone away" in port.check()
    assert port.check() == ""
    assert client.opened == [None]


def test_nothing_is_sent_while_it_is_away_and_nothing_raises(port, client):
    assert not port.away
    client.names.pop()
    port.check()
    port.send((0x90, 60, 80))
    assert client.sent == []
    assert port.away


def test_a_port_that_returns_is_silenced_and_given_its_programs(port, client):
    for message in ((0xC0, 5), (0xC9, 0), (0x90, 60, 80), (0x90, 64, 80), (0x80, 60, 0)):
        port.send(message)
    del client.sent[:]
    client.names.pop()
    port.check()
    port.send((0x90, 67, 80))  # never heard: nothing is owed for it
    port.send((0x80, 64, 0))
    client.names.append("Synth:in 24:0")
    assert look_twice(port) == "port 'Synth:in 24:0' is back"
    assert client.opened == [None, "Synth:in 24:0"]
    silence = [(0xB0, 123, 0), (0xB9, 123, 0), (0xC0, 5), (0xC9, 0)]
    assert client.sent == [(0x80, 60, 0), (0x80, 64, 0), *silence]
    port.send((0x80, 67, 0))
    assert client.sent[-1] == (0x80, 67, 0)


def test_what_was_released_while_nobody_looked_is_released_again(port, client):
    for pitch in range(40, 65):
        port.send((0x90, pitch, 80))
        port.send((0x80, pitch, 0))
        port.check()
    client.names.pop()
    port.send((0x90, 66, 80))
    port.send((0x80, 66, 0))
    port.check()
    del client.sent[:]
    client.names.append("Synth:in 24:0")
    look_twice(port)
    # Whoever was deaf before he went may not have heard the last ones.
    pitches = [pitch for _, pitch, _ in client.sent]
    assert {62, 63, 64, 66} < set(pitches)
    assert pitches == sorted(set(pitches))
    assert 40 not in pitches


def test_an_input_that_returns_is_heard_again(client, service):
    plug = Plug(client, "Synth:in 24:0", "synth", service)
    heard = []
    plug.listen(lambda event, _: heard.append(event))
    client.names.pop()
    assert "has gone away" in plug.check()
    client.names.append("Synth:in 24:0")
    assert "is back" in look_twice(plug)
    client.hear(([0xF8], 0.0), None)
    assert heard == [([0xF8], 0.0)]


def test_a_port_that_returns_under_another_number_is_known(port, client):
    client.names.pop()
    port.check()
    client.names.append("Synth:in 31:0")
    assert "is back" in look_twice(port)
    assert port.name == "Synth:in 31:0"
    client.names.pop()
    assert "'Synth:in 31:0' has gone" in port.check()


def test_a_name_that_several_have_now_is_left_alone(port, client):
    client.names.pop()
    port.check()
    client.names += ["Synth:in 31:0", "Synth:in 32:0"]
    assert look_twice(port) == ""
    assert client.opened == [None]


def test_a_port_that_cannot_be_opened_yet_is_tried_again(port, client):
    gone = client.names.pop()
    port.check()
    client.names.append(gone)
    client.refuses = True
    assert look_twice(port) == ""
    client.refuses = False
    assert "is back" in port.check()


def test_a_port_that_refuses_a_message_has_gone(port, client):
    client.refuses = True
    port.send((0x90, 60, 80))
    port.send((0x90, 62, 80))
    client.refuses = False
    assert "has gone" in port.check()
    assert "is back" in port.check()  # its name was there all along
    assert client.sent == [(0x80, 60, 0)]


@pytest.fixture
def connection():
    return Connection()


@pytest.fixture
def watched(client, service, connection):
    return RtMidiPort(Plug(client, "Synth:in 24:0", "synth", service, connection=connection))


def test_a_port_that_went_and_returned_unseen_is_opened_again_at_the_next_look(
    watched, client, connection
):
    for message in ((0xC0, 5), (0x90, 60, 80)):
        watched.send(message)
    assert watched.check() == ""
    assert watched.takes_s == 0.02
    connection.sights.append(Sight.LOST)
    assert "has gone away" in watched.check()
    watched.send((0x90, 62, 80))
    watched.send((0x80, 60, 0))
    del client.sent[:]
    assert watched.check() == ""
    watched.send((0x90, 62, 80))
    assert client.sent == []
    assert "is back" in watched.check()
    assert client.opened == [None, "Synth:in 24:0"]
    assert connection.said == ["Synth:in 24:0", "made"]
    assert client.sent == [(0x80, 60, 0), (0xB0, 123, 0), (0xC0, 5)]
    assert watched.check() == ""
    watched.close()
    assert client.opened[-2:] == [None, "deleted"]
    assert connection.said[-1] == "closed"


def test_a_connection_that_does_not_stand_is_made_again(watched, client, connection):
    watched.send((0x90, 60, 80))
    del client.sent[:]
    connection.sights.append(Sight.LOST)
    connection.standing += [False, True]
    news = [watched.check() for _ in range(5)]
    assert "has gone away" in news[0]
    assert news[1:4] == ["", "", ""]
    assert "is back" in news[4]
    assert client.opened == [None, "Synth:in 24:0", None, "Synth:in 24:0"]
    assert client.sent == [(0x80, 60, 0)]


def test_a_port_that_goes_again_while_it_is_opened_is_waited_for(watched, client, connection):
    gone = client.names.pop()
    watched.check()
    client.names.append(gone)
    assert look_twice(watched) == ""
    client.names.pop()
    assert watched.check() == ""
    assert client.opened == [None, gone, None]
    client.names.append(gone)
    assert look_twice(watched) == ""
    assert "is back" in watched.check()


def test_a_port_that_somebody_disconnected_stays_open(watched, client, connection):
    connection.sights.append(Sight.DISCONNECTED)
    assert "was disconnected from midigan" in watched.check()
    assert watched.check() == ""
    assert not watched.away
    watched.send((0x90, 62, 80))
    assert client.sent == [(0x90, 62, 80)]
    assert client.opened == []


def test_a_virtual_port_that_refuses_a_message_is_the_end(client, service):
    port = RtMidiPort(Plug(client, "midigan (jack)", None, service))
    assert port.check() == ""
    client.refuses = True
    with pytest.raises(PortError, match="no longer takes messages"):
        port.send((0x90, 60, 80))


def test_a_dead_service_is_the_end_and_nothing_is_closed(port, client, service):
    service.dead = True
    with pytest.raises(PortError, match="MIDI service"):
        port.check()
    port.close()
    assert client.opened == []


def test_what_may_have_got_lost_in_an_overrun_is_released_again(port, client):
    for message in ((0xC0, 5), (0x90, 60, 80), (0x90, 62, 80), (0x80, 60, 0), (0x80, 62, 0)):
        port.send(message)
    port.send((0x90, 62, 70))
    del client.sent[:]
    port.say_again()
    # What sounds again is not let go, and nothing is struck twice.
    assert client.sent == [(0x80, 60, 0), (0xC0, 5)]


def test_what_was_released_long_before_an_overrun_is_not_released_again(port, client):
    for pitch in range(40, 65):
        port.send((0x90, pitch, 80))
        port.send((0x80, pitch, 0))
        port.check()
    del client.sent[:]
    port.say_again()
    assert client.sent == [(0x80, 63, 0), (0x80, 64, 0)]


def test_a_port_that_is_away_is_told_nothing_after_an_overrun(port, client):
    port.send((0x90, 60, 80))
    port.send((0x80, 60, 0))
    client.names.pop()
    port.check()
    del client.sent[:]
    port.say_again()
    assert client.sent == []
