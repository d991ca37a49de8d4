"""Whoever hears of overruns for a player, with a stand-in for its process."""

import pytest
from real_parts import wait_until

from midigan.live.processes.player_messages import Failed, Opened, Overran
from midigan.live.sessions import overrun_watch
from midigan.live.sessions.overrun_watch import OverrunWatch

AT_JACK = Opened("Synth:in", "real-time", "", "jack")


@pytest.fixture
def children(monkeypatch):
    """Every process that is started; waits are short."""
    started = []

    class Child:
        def __init__(self, module, hear):
            self.module, self.hear, self.closed = module, hear, False
            started.append(self)

        def listen(self):
            pass

        def close(self, patience_s):
            self.closed = True

    monkeypatch.setattr(overrun_watch, "Child", Child)
    monkeypatch.setattr(overrun_watch, "_BEGINS_AFTER_S", 0.0)
    monkeypatch.setattr(overrun_watch, "_AGAIN_S", 0.001)
    return started


@pytest.fixture
def watch(children):
    told = []
    watch = OverrunWatch(told.append)
    watch.told = told
    yield watch
    watch.close()


def test_the_player_is_told_of_overruns_at_jack(watch, children):
    watch.begin(AT_JACK)
    wait_until("the process", lambda: children)
    children[0].hear(Overran())
    assert watch.told == [Overran()]
    watch.close()
    assert children[0].closed


def test_no_other_service_is_listened_to(watch, children):
    watch.begin(Opened("Synth:in 24:0", "real-time", "", "alsa"))
    watch.close()
    assert children == []


def test_a_process_that_was_killed_is_started_again(watch, children):
    watch.begin(AT_JACK)
    wait_until("the process", lambda: children)
    for number in range(1, 4):
        children[-1].hear(None)
        assert len(children) == number + 1
    children[-1].hear(Overran())
    assert watch.told == [Overran()]


def test_one_that_cannot_hear_here_is_not(watch, children):
    watch.begin(AT_JACK)
    wait_until("the process", lambda: children)
    children[0].hear(Failed("no JACK"))
    children[0].hear(None)
    assert len(children) == 1


def test_none_is_started_at_the_end(watch, children):
    watch.begin(AT_JACK)
    wait_until("the process", lambda: children)
    watch.close()
    children[0].hear(None)
    assert len(children) == 1
    assert watch.told == []
