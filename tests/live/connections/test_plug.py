"""Ports and connections of ours, with a stand-in for python-rtmidi."""

import sys
from types import SimpleNamespace

import pytest

from midigan.live.connections.connection import Sight
from midigan.live.connections.plug import Plug, create


class System:
    """One backend: its ports, as RtMidi names them, and what it adds for a new one."""

    def __init__(self, api, ports, new):
        self.ports, self.new = list(ports), new
        system = self

        class Client:
            def __init__(self, rtapi, name=None):
                assert rtapi == api

            def get_ports(self):
                return list(system.ports)

            def open_virtual_port(self, name):
                system.ports += [port.format(name) for port in system.new]

            def delete(self):
                pass

        apis = {"API_LINUX_ALSA": 1, "API_UNIX_JACK": 2, "API_MACOSX_CORE": 3, "API_WINDOWS_MM": 4}
        self.module = SimpleNamespace(
            MidiIn=Client, MidiOut=Client, get_compiled_api=lambda: [api], **apis
        )


@pytest.mark.parametrize(
    ("api", "backend", "there", "new", "shown_as"),
    [
        (1, "alsa", ["midigan:{} 128:0"], ["midigan:{} 129:0"], "midigan:My Gan 129:0"),
        (1, "alsa", [], ["midigan:{} 129:0", "midigan:{} 130:0"], ""),
        (1, "alsa", [], ["midigan:Other 129:0"], ""),
        (2, "jack", ["midigan:{}"], ["midigan-01:{}"], "midigan-01:My Gan"),
        (3, "coremidi", [], ["{}"], ""),
    ],
)
def test_a_virtual_port_is_known_by_its_full_name(api, backend, there, new, shown_as, monkeypatch):
    name = "My Gan"
    system = System(api, [port.format(name) for port in there], new)
    monkeypatch.setitem(sys.modules, "rtmidi", system.module)
    plug = create(name)
    assert (plug.shown_as, plug.backend) == (shown_as, backend)


def test_what_others_have_connected_again_counts_as_returned():
    """So that the notes that were released meanwhile are released there, too."""
    sights = [Sight.STEADY, Sight.DISCONNECTED, Sight.STEADY, Sight.CONNECTED, Sight.STEADY]
    client = SimpleNamespace(get_ports=lambda: ["Synth:in"])
    connection = SimpleNamespace(look=lambda: sights.pop(0), takes_s=0.0)
    hang_up = SimpleNamespace(happened=lambda: False)
    plug = Plug(client, "Synth:in", "synth", hang_up, connection=connection)
    said = [(plug.check(), plug.returns) for _ in range(5)]
    assert said == [
        ("", 0),
        ("port 'Synth:in' was disconnected from midigan: connect it again to hear it", 0),
        ("", 0),
        ("port 'Synth:in' is connected to midigan again", 1),
        ("", 1),
    ]
