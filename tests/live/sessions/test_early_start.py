"""Processes of a session load before anything is shown, and end even if nothing ever is."""

from pathlib import Path

import pytest

from midigan.controls import Turn
from midigan.live.leading.sync import Sync
from midigan.live.processes.composer_messages import Load
from midigan.live.processes.player_messages import Follow, Open
from midigan.live.sessions import session as module
from midigan.live.sessions.session import Session
from midigan.live.sessions.wish import Wish


@pytest.fixture
def children(monkeypatch):
    """Those that a session starts, by their modules."""
    started = {}

    class Child:
        def __init__(self, name, heard):
            self.sent, self.closed = [], 0
            started[name.rpartition(".")[2]] = self

        def send(self, message):
            self.sent.append(message)

        def close(self, patience_s):
            self.closed += 1

    monkeypatch.setattr(module, "Child", Child)
    return started


def test_both_have_all_they_need_at_once(children):
    turns = [Turn("walk", 0.5)]
    wish = Wish(Path("a.onnx"), 1, turns, port="Synth", backend="jack", sync=Sync("midi", "Daw"))
    with Session(wish):
        assert list(children) == ["composer_process", "player_process"]
        assert children["composer_process"].sent == [Load("a.onnx", 1, turns, [], None)]
        *before, last = children["player_process"].sent
        assert last == Open("Synth", None, "jack")
        assert [type(message) for message in before] == [Follow]
        assert not any(child.closed for child in children.values())


def test_trouble_before_the_music_ends_both(children):
    with pytest.raises(KeyboardInterrupt), Session(Wish(Path("a.onnx"), 1, port="Synth")):
        raise KeyboardInterrupt
    assert [child.closed for child in children.values()] == [1, 1]
