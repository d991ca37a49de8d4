"""The watch over the player: one that hangs is ended, one that opens a port has its time."""

import threading
import time
from pathlib import Path

import pytest

from midigan.controls import Turn
from midigan.errors import PortError
from midigan.live.hands.desk import Soon
from midigan.live.processes.player_messages import Ended, Opened, Position, Report, Start
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

    def at(self, position):
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


def test_hands_do_not_keep_the_watch_from_ending_it(session):
    session.desk.open = True
    for pitch in range(40):
        session.desk.turn(Turn("harmony", f"{pitch % 12}"))
        session._inbox.put(("desk", Soon()))
    with pytest.raises(PortError, match="stopped answering"):
        session._watch(Opened("Synth", ""), START, START.phrase_ticks // 2)
    assert session._player.killed


def test_a_chord_takes_effect_where_the_music_is_by_then(session, monkeypatch):
    told = []
    monkeypatch.setattr(session._composer, "send", told.append)
    monkeypatch.setattr(session.desk, "_to_composer", told.append)
    session.desk.open = True
    session._hear_player(Position(0.0, time.monotonic(), 120.0, True))
    session._hear_player(Ended(""))
    session._watch(Opened("Synth", ""), START, START.phrase_ticks // 2)
    session._position = session._position._replace(tick=float(START.phrase_ticks))
    session.desk.turn(Turn("harmony", "0 4 7"))
    with pytest.raises(TimeoutError):
        session._next(3)
    first, *others, chord = told
    assert (first.number, first.rolling) == (0, True)
    assert [heard.number for heard in others] == [1]
    assert chord == Turn("harmony", "0 4 7")
