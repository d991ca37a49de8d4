from midigan.controls import Turn
from midigan.live.hands.desk import Desk
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
