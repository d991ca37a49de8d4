"""Who is silenced after a virtual port has died, by a way that only remembers."""

import pytest

from midigan.errors import PortError
from midigan.live.playing.standby import WAYS, Standby, stand_by
from midigan.live.processes.player_messages import Guard


class Remembering:
    """A way to listeners that are told to it."""

    def __init__(self, *looks):
        self.looks, self.sent = list(looks), []

    def listeners(self):
        return self.looks.pop(0)

    def send(self, messages, receivers):
        self.sent.append((messages, receivers))

    def close(self):
        self.sent.append("closed")


def hushed(*looks):
    way = Remembering(*looks)
    standby = Standby(way)
    for _ in looks:
        standby.look()
    standby.hush([3, 9])
    standby.close()
    (messages, receivers), closed = way.sent
    assert closed == "closed"
    return messages, receivers


def test_every_key_of_the_channels_is_released_then_all_notes():
    messages, _ = hushed({"b"})
    assert messages[:128] == [(0x83, pitch, 0) for pitch in range(128)]
    assert messages[128] == (0xB3, 123, 0)
    assert messages[-1] == (0xB9, 123, 0)
    assert len(messages) == 2 * 129


def test_those_are_told_who_listened_before_it_was_disconnected_and_went():
    assert hushed({"b", "a"})[1] == ["a", "b"]
    assert hushed({"c"}, {"b"}, {"a"}, None, None)[1] == ["a", "b"]
    assert hushed({"a"}, set(), None)[1] == ["a"]
    assert hushed(None, {"a"})[1] == ["a"]


def test_a_port_that_was_never_seen_is_said():
    way = Remembering(None)
    standby = Standby(way)
    standby.look()
    with pytest.raises(PortError, match="never seen"):
        standby.hush([0])
    assert way.sent == []


def test_each_backend_has_its_way(monkeypatch):
    for backend in ("jack", "alsa"):
        ports = []
        monkeypatch.setitem(WAYS, backend, lambda port, ports=ports: ports.append(port))
        stand_by(Guard("midigan:My Gan", backend))
        assert ports == ["midigan:My Gan"]
