from midigan.live.clock import PPQN
from midigan.live.leading.said import Said
from midigan.live.processes.player_messages import Position

AT_1 = Position(0.0, 10.0, 120.0, True)


def said(*positions):
    """Which of the positions are said, after the first, which always is."""
    keeper = Said()
    assert keeper.say_if_new(AT_1) == AT_1
    return [keeper.say_if_new(position) is not None for position in positions]


def test_what_follows_from_the_last_one_is_not_said():
    assert said(Position(PPQN, 10.5, 120.0, True), Position(PPQN + 0.5, 10.50026, 120.0, True)) == [
        False,
        False,
    ]


def test_what_is_off_is_said_and_then_is_the_last_one():
    off = Position(PPQN, 10.5001, 120.0, True)
    assert said(off, Position(2 * PPQN, 11.0001, 120.0, True)) == [True, False]


def test_another_tempo_is_said_where_it_would_be_heard_a_beat_later():
    assert said(Position(PPQN, 10.5, 120.001, True), Position(PPQN, 10.5, 120.1, True)) == [
        False,
        True,
    ]


def test_what_is_old_is_said_again():
    assert said(Position(2.2 * PPQN, 11.1, 120.0, True)) == [True]


def test_standing_is_said_once_for_each_place():
    stand = Position(480.0, 10.25, 120.0, False)
    assert said(stand, stand._replace(at_s=11.9), stand._replace(tick=0.0)) == [True, False, True]
