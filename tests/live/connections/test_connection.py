"""Whether a connection is still the one that was made, by a stand-in for JACK's server or ALSA."""

import pytest

from midigan.live.connections import connection as connections
from midigan.live.connections.connection import Connection, Sight, look_after

OURS, SYNTH = "midigan:midi", "Synth:in"


class Server:
    """Stands in for a watch: its ports, their owners and connections; counts questions."""

    def __init__(self):
        self.outputs, self.uuid = {"Other:out"}, "7"
        self.connections = set()
        self.asked = 0
        self.closed = False

    takes_s = 0.03

    def called(self, name):
        return name

    def ports(self, *, inputs):
        return {SYNTH} if inputs else set(self.outputs)

    def connected(self, port):
        return {other for own, other in self.connections if own == port}

    def owner(self, port):
        assert port == SYNTH
        self.asked += 1
        return self.uuid

    def close(self):
        self.closed = True


@pytest.fixture
def server():
    return Server()


def opened(server, connection=None, *new, refuses=False):
    """A connection as `plug` makes it, or makes again, by a port of ours, or several."""
    connection = connection or Connection(server, inputs=False)
    server.outputs -= {OURS}
    connection.prepare(SYNTH)
    server.outputs |= set(new or [OURS])
    if not refuses:
        server.connections = {(OURS, SYNTH)}
    connection.made()
    return connection


def test_while_it_is_there_nobody_is_asked(server):
    connection = opened(server)
    asked = server.asked
    assert [connection.look() for _ in range(9)] == [Sight.STEADY] * 9
    assert server.asked == asked
    assert connection.takes_s == 0.03


def test_another_client_of_the_same_name_has_not_our_connection(server):
    connection = opened(server)
    connection.look()
    server.connections, server.uuid = set(), "8"
    assert connection.look() is Sight.LOST
    opened(server, connection)
    assert [connection.look() for _ in range(3)] == [Sight.STEADY] * 3


def test_what_somebody_disconnects_is_left_alone_and_said_once(server):
    connection = opened(server)
    connection.look()
    for _ in range(2):
        server.connections = set()
        assert [connection.look() for _ in range(3)] == [Sight.STEADY] * 3
        assert connection.look() is Sight.DISCONNECTED
        asked = server.asked
        assert [connection.look() for _ in range(3)] == [Sight.STEADY] * 3
        assert server.asked == asked
        server.connections = {(OURS, SYNTH)}
        assert connection.look() is Sight.CONNECTED
        assert connection.look() is Sight.STEADY


@pytest.mark.parametrize(("looks", "sight"), [(1, Sight.STEADY), (2, Sight.CONNECTED)])
def test_what_was_disconnected_for_a_moment_has_missed_something(server, looks, sight):
    connection = opened(server)
    connection.look()
    server.connections = set()
    assert [connection.look() for _ in range(looks)] == [Sight.STEADY] * looks
    server.connections = {(OURS, SYNTH)}
    assert connection.look() is sight


def test_a_port_of_ours_that_stays_is_the_same_when_it_is_connected_anew(server):
    connection = opened(server)
    connection.look()
    server.connections = set()
    connection.prepare(SYNTH)  # and at ALSA python-rtmidi goes on with the port that it has
    server.connections = {(OURS, SYNTH)}
    connection.made()
    assert connection.stands()
    server.connections, server.uuid = set(), "8"
    assert connection.look() is Sight.LOST


def test_who_ends_is_disconnected_first_and_replaced_after_that(server):
    connection = opened(server)
    connection.look()
    server.connections = set()
    assert [connection.look() for _ in range(3)] == [Sight.STEADY] * 3
    server.uuid = "8"
    assert connection.look() is Sight.LOST


def test_one_that_is_not_yet_to_be_seen_is_waited_for(server):
    connection = opened(server, refuses=True)
    assert [connection.look() for _ in range(3)] == [Sight.STEADY] * 3
    server.connections = {(OURS, SYNTH)}
    assert connection.look() is Sight.STEADY
    server.connections, server.uuid = set(), "8"
    assert connection.look() is Sight.LOST


def test_one_that_is_never_to_be_seen_was_refused(server):
    connection = opened(server, refuses=True)
    assert [connection.look() for _ in range(4)] == [Sight.STEADY] * 3 + [Sight.LOST]
    opened(server, connection)
    assert connection.look() is Sight.STEADY


def test_one_that_is_refused_or_has_not_taken_effect_does_not_stand(server):
    connection = opened(server, refuses=True)
    assert not connection.stands()
    server.connections = {(OURS, SYNTH)}
    assert connection.stands()
    server.connections, server.uuid = set(), "8"
    assert connection.look() is Sight.LOST
    opened(server, connection, refuses=True)
    assert not connection.stands()
    opened(server, connection)
    assert connection.stands()
    assert connection.look() is Sight.STEADY


def test_where_connections_cannot_be_seen_the_port_is_used_all_the_same(server):
    connection = Connection(server, inputs=False)
    stood = []
    for _ in range(10):
        opened(server, connection, refuses=True)
        stood.append(connection.stands())
    assert stood == [False] * 9 + [True]
    assert [connection.look() for _ in range(9)] == [Sight.STEADY] * 9


def test_of_two_new_ports_nobody_knows_which_is_ours(server):
    connection = opened(server, None, OURS, "midigan-01:midi")
    server.connections, server.uuid = set(), "8"
    assert connection.stands()
    assert [connection.look() for _ in range(3)] == [Sight.STEADY] * 3


def test_a_port_of_ours_that_says_its_name_is_known_whatever_else_is_new(server):
    connection = Connection(server, inputs=False)
    connection.prepare(SYNTH)
    server.outputs |= {"Else:out", OURS}
    server.connections = {(OURS, SYNTH)}
    connection.made(OURS)
    assert connection.stands()
    server.connections, server.uuid = set(), "8"
    assert connection.look() is Sight.LOST


@pytest.mark.parametrize("backend", ["jack", "alsa"])
def test_it_is_where_somebody_can_tell_and_leaves_with_the_port(server, backend, monkeypatch):
    monkeypatch.setitem(connections._WATCHES, backend, lambda: server)
    assert look_after("coremidi", inputs=False) is None
    looking = look_after(backend, inputs=False)
    looking.close()
    assert server.closed
    monkeypatch.setitem(connections._WATCHES, backend, lambda: None)
    assert look_after(backend, inputs=False) is None
