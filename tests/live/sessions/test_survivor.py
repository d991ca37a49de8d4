"""Who is made ready for a player's death, with a stand-in for processes."""

from pathlib import Path

import pytest

from midigan.live.processes.player_messages import Ended, Guard, Hush, Open, Opened
from midigan.live.sessions import survivor
from midigan.live.sessions.survivor import Survivor
from midigan.live.sessions.wish import Wish

STANDBY = "midigan.live.playing.standby_process"
PLAYER = "midigan.live.playing.player_process"


@pytest.fixture
def children(monkeypatch):
    """Every process that is started, and what it is told; one that is told to hush says so."""
    started = []

    class Child:
        def __init__(self, module, hear):
            self.module, self.hear, self.told = module, hear, []
            started.append(self)

        def listen(self):
            pass

        def send(self, message):
            self.told.append(message)
            if isinstance(message, Hush):
                self.hear(Ended(""))

        def close(self, patience_s):
            self.told.append("closed")

    monkeypatch.setattr(survivor, "Child", Child)
    return started


def wish(**place):
    return Wish(Path("chorales.onnx"), 3, **place)


@pytest.mark.parametrize(
    ("shown_as", "backend"), [("midigan:My Gan", "jack"), ("midigan:My Gan 128:0", "alsa")]
)
def test_a_virtual_port_that_others_can_see_has_a_standby_port(shown_as, backend, children):
    ready = Survivor(wish(virtual="My Gan"))
    ready.guard(Opened(f"My Gan ({backend})", "real-time", shown_as, backend))
    assert ready.hush([0, 9])
    ready.close()
    (child,) = children
    assert child.module == STANDBY
    assert child.told == [Guard(shown_as, backend), Hush([0, 9]), "closed"]


def test_a_named_port_is_opened_by_a_successor(children):
    ready = Survivor(wish(port="synth"))
    ready.guard(Opened("Synth:in 24:0", "real-time"))
    assert children == []
    assert ready.hush([0])
    (child,) = children
    assert child.module == PLAYER
    assert child.told == [Open("synth", None, None), Hush([0])]


def test_where_nobody_knows_who_listens_nobody_can_be_told(children):
    ready = Survivor(wish(virtual="My Gan"))
    ready.guard(Opened("My Gan (coremidi)", "ordinary"))
    assert not ready.hush([0])
    assert children == []
