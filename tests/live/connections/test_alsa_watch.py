"""Who is connected to a port of ALSA, by a list as the kernel prints it."""

import pytest

from midigan.live.connections import alsa_watch
from midigan.live.connections.alsa_watch import AlsaWatch, watch

LIST = """\
Client 128 : "midigan" [User Legacy]
  Port   0 : "midi" (R-e-)
    Connecting To: 129:0
Client 129 : "Synth" [User Legacy]
  Port   0 : "in" (-We-)
    Connected From: 128:0
"""


@pytest.fixture
def clients(tmp_path):
    path = tmp_path / "clients"
    path.write_text(LIST)
    return path


def test_ports_are_known_by_their_numbers_and_connected_both_ways(clients):
    watching = AlsaWatch(clients)
    assert watching.called("Synth:in 129:0") == "129:0"
    assert watching.called("no port of ALSA's") == ""
    assert watching.ports(inputs=True) == watching.ports(inputs=False) == {"128:0", "129:0"}
    assert watching.connected("128:0") == {"129:0"}
    assert watching.connected("129:0") == {"128:0"}
    assert watching.connected("130:0") == set()
    assert (watching.owner("129:0"), watching.owner("130:0")) == ("Synth", "")
    assert watching.takes_s == 0
    watching.close()


def test_without_a_list_nobody_watches(clients, monkeypatch):
    monkeypatch.setattr(alsa_watch, "CLIENTS", clients)
    assert isinstance(watch(), AlsaWatch)
    clients.unlink()
    assert watch() is None
    assert AlsaWatch(clients).ports(inputs=True) == set()
