"""The watch over the player: one that hangs is ended, one that opens a port has its time."""

import threading
import time
from pathlib import Path

import pytest

from midigan.errors import PortError
from midigan.live.processes.player_messages import Ended, Opened, Report, Start
from midigan.live.sessions import session as module
from midigan.live.sessions.session import Session
from midigan.live.sessions.wish import Wish

START = Start(120.0, 3840, None, [])


class StillChild:
    """Stands in for a process: takes every message and says nothing."""

    def __init__(self, name, heard):
        self.killed = False

    def send(self, message):
        pass

    def kill(self):
        self.killed = True


class NoFace:
    screen = ""

    def progress(self, report):
        pass


def report(*, away):
    return Report(0, 0, 120.0, True, 0, 0.0, 0.0, 0.0, [], away)


@pytest.fixture
def session(monkeypatch):
    """One whose waits are short, so that a quarter of a second is too long for it."""
    monkeypatch.setattr(module, "Child", StillChild)
    monkeypatch.setattr(module, "_WAIT_S", 0.05)
    session = Session(Wish(Path("none.onnx"), 1, port="Synth"))
    session._face = NoFace()
    return session


def test_a_player_that_says_nothing_any_more_is_ended(session):
    session._hear_player(report(away=False))
    with pytest.raises(PortError, match="port 'Synth' stopped answering"):
        session._watch(Opened("Synth", ""), START, START.phrase_ticks // 2)
    assert session._player.killed


def test_a_player_whose_port_is_away_may_take_longer(session):
    session._hear_player(report(away=True))

    def go_on():
        time.sleep(10 * module._WAIT_S)
        session._hear_player(report(away=False))
        session._hear_player(Ended(""))

    returning = threading.Thread(target=go_on)
    returning.start()
    session._watch(Opened("Synth", ""), START, START.phrase_ticks // 2)
    returning.join()
    assert not session._player.killed
