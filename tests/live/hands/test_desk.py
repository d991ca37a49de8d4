import math

import pytest

from midigan.controls import Turn
from midigan.live.hands.desk import Desk, Soon
from midigan.live.processes.player_messages import Notice


def desk(*, is_open=True):
    composer, session = [], []
    made = Desk(composer.append, session.append)
    made.open = is_open
    return made, composer, session


def test_controls_go_to_the_composer_and_actions_to_the_session():
    at, composer, session = desk()
    for control in ("reroll/all", "keep", "lock/melody", "panic", "quit"):
        at.turn(Turn(control))
    at.say("hello")
    assert composer == [Turn("reroll/all"), Turn("lock/melody")]
    assert session == [Turn("keep"), Turn("panic"), Turn("quit"), Notice("hello")]


def test_of_a_knob_that_is_moved_the_latest_value_counts():
    at, composer, _ = desk()
    for value in range(100):
        at.turn(Turn("walk", value / 100))
        at.turn(Turn("amount/chords", value / 100))
    assert composer == []
    at.pass_on()
    at.pass_on()
    assert composer == [Turn("walk", 0.99), Turn("amount/chords", 0.99)]


def test_nothing_overtakes_a_knob_and_steps_all_count():
    at, composer, _ = desk()
    at.turn(Turn("walk", 0.5))
    at.turn(Turn("walk/by", 0.1))
    at.turn(Turn("walk/by", 0.1))
    at.turn(Turn("attribute/density/by", 0.25))
    at.turn(Turn("attribute/density/by", 0.25))
    steps = [Turn("walk/by", 0.1)] * 2 + [Turn("attribute/density/by", 0.25)] * 2
    assert composer == [Turn("walk", 0.5), *steps]


def test_before_the_music_begins_nothing_is_turned():
    at, composer, session = desk(is_open=False)
    at.turn(Turn("reroll/all"))
    at.turn(Turn("quit"))
    at.turn(Turn("walk", 0.5))
    at.pass_on()
    assert (composer, session) == ([], [])


def test_a_device_gone_mad_is_slowed_down():
    at, composer, session = desk()
    for _ in range(1000):
        at.turn(Turn("reroll/all"))
    assert len(composer) == 25
    assert [notice.text for notice in session] == ["turns come too fast: some are left out"]
    at.pass_on()
    at.turn(Turn("reroll/all"))
    assert len(composer) == 26


@pytest.fixture
def clock(monkeypatch):
    """What the desk's clock says, in seconds: a list of one number."""
    now = [50.0]
    monkeypatch.setattr("midigan.live.hands.desk.time.monotonic", lambda: now[0])
    return now


def test_a_chord_waits_for_its_fingers_and_not_for_the_next_round(clock):
    at, composer, session = desk()
    assert at.wait_s() == math.inf
    for number, pitches in enumerate(("0", "0 4", "0 4 7")):
        clock[0] = 50 + 0.02 * number
        at.turn(Turn("harmony/next", pitches))
        assert at.wait_s() == pytest.approx(0.03)
    assert (session, composer) == ([Soon()], [])
    clock[0] += 0.1
    assert at.wait_s() == 0
    at.pass_on()
    assert composer == [Turn("harmony/next", "0 4 7")]
    assert at.wait_s() == math.inf


def test_fingers_that_leave_wait_for_others_unless_a_chord_is_coming(clock):
    at, composer, session = desk()
    at.turn(Turn("harmony", "0 4 7"))
    at.pass_on()
    for pitches in ("0 4", "0", ""):
        at.turn(Turn("harmony", pitches))
    assert at.wait_s() == math.inf
    assert session == [Soon()]
    at.pass_on()
    assert composer == [Turn("harmony", "0 4 7"), Turn("harmony", "")]
    for pitches in ("0", "0 5", "5"):
        at.turn(Turn("harmony", pitches))
        assert at.wait_s() == pytest.approx(0.03)
        clock[0] += 0.01
    assert session == [Soon(), Soon()]


def test_other_knobs_wait_for_the_next_round(clock):
    at, _, session = desk()
    at.turn(Turn("walk", 0.5))
    assert (at.wait_s(), session) == (math.inf, [])
