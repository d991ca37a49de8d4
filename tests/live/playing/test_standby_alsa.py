"""A standby port at ALSA, with stand-ins for python-rtmidi and for the kernel's list."""

import sys
from types import SimpleNamespace

import pytest

from midigan.errors import PortError
from midigan.live.connections import pacing
from midigan.live.playing.standby import Standby
from midigan.live.playing.standby_alsa import AlsaWay

OURS = "midigan:My Gan 128:0"
PORTS = ["Midi Through:Midi Through Port-0 14:0", "Synth:in 129:0", "DAW:track 1 130:1"]


class Out:
    """Stands in for rtmidi.MidiOut: which ports there are, and what each was sent."""

    def __init__(self, rtapi, name):
        assert rtapi == "alsa"
        assert name == "midigan standby"
        self.ports, self.heard, self.refusing = list(PORTS), {}, set()
        self.open = None
        self.deleted = False

    def get_ports(self):
        return list(self.ports)

    def open_port(self, index, name):
        assert self.open is None
        assert name
        if self.ports[index] in self.refusing:
            raise OSError("it refuses")
        self.open = self.ports[index]

    def send_message(self, message):
        self.heard.setdefault(self.open, []).append(message)

    def close_port(self):
        self.open = None

    def delete(self):
        self.deleted = True


@pytest.fixture
def rtmidi(monkeypatch):
    module = SimpleNamespace(MidiOut=Out, API_LINUX_ALSA="alsa")
    monkeypatch.setitem(sys.modules, "rtmidi", module)
    return module


@pytest.fixture
def clients(tmp_path):
    return tmp_path / "clients"


@pytest.fixture
def naps(monkeypatch):
    naps = []
    monkeypatch.setattr(pacing.time, "sleep", naps.append)
    return naps


def plugged(clients, to, there=("129:0", "130:1")):
    """The kernel's list with our port, whom it sends to, and the ports that are there."""
    lines = ['Client 128 : "midigan" [User]', '  Port   0 : "My Gan" (R-e-)']
    lines += [f"    Connecting To: {to}"] if to else []
    for client, port in (address.split(":") for address in there):
        lines += [f'Client {client} : "Client {client}" [User]', f'  Port {port:>3} : "in" (-We-)']
    clients.write_text("\n".join([*lines, ""]))


def test_who_listened_is_told_after_the_port_has_gone(rtmidi, clients, naps):
    way = AlsaWay(OURS, clients)
    standby = Standby(way)
    plugged(clients, "129:0, 130:1[r:0], 131:0")
    standby.look()
    plugged(clients, "")
    clients.write_text(clients.read_text().replace("Client 128", "Client 140"))
    standby.look()
    standby.hush([0, 4])
    assert sorted(way._out.heard) == sorted(PORTS[1:])
    for heard in way._out.heard.values():
        assert len(heard) == 2 * 129
        assert heard[0] == (0x80, 0, 0)
        assert heard[-1] == (0xB4, 123, 0)
    assert len(naps) == 2 * 5  # 64 at once, and a rest
    standby.close()
    assert way._out.deleted


@pytest.mark.parametrize("refusing", [PORTS[1:2], PORTS[1:]])
def test_one_that_refuses_is_told_of_when_the_others_are_silenced(rtmidi, clients, naps, refusing):
    plugged(clients, "")
    way = AlsaWay(OURS, clients)
    way._out.refusing = set(refusing)
    with pytest.raises(PortError, match="reach Client 129"):
        way.send([(0x80, 60, 0)], ["129:0", "130:1"])
    assert set(way._out.heard) == set(PORTS[1:]) - set(refusing)


def test_who_is_there_but_is_not_to_be_seen_is_told_of(rtmidi, clients, naps):
    """PipeWire's bridge is such a client."""
    plugged(clients, "", ["129:0", "131:1"])
    way = AlsaWay(OURS, clients)
    with pytest.raises(PortError, match="reach Client 131"):
        way.send([(0x80, 60, 0)], ["129:0", "131:1"])
    assert list(way._out.heard) == PORTS[1:2]
    way.send([(0x80, 60, 0)], ["129:0", "132:0"])


def test_those_who_have_gone_as_well_need_nothing(rtmidi, clients, naps):
    way = AlsaWay(OURS, clients)
    way.send([(0x80, 60, 0)], ["140:0"])
    assert way._out.heard == {}


def test_where_the_kernel_shows_no_list_nobody_is_known(rtmidi, clients):
    assert AlsaWay(OURS, clients).listeners() is None
    plugged(clients, "")
    assert AlsaWay(OURS, clients).listeners() == set()


def test_without_numbers_or_a_sequencer_it_is_refused(rtmidi, clients, monkeypatch):
    with pytest.raises(PortError, match="no numbers"):
        AlsaWay("midigan:My Gan", clients)

    def refuses(**_):
        raise OSError("no sequencer")

    monkeypatch.setattr(rtmidi, "MidiOut", refuses)
    with pytest.raises(PortError, match="does not answer"):
        AlsaWay(OURS, clients)
