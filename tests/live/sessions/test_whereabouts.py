import pytest

from midigan.live.processes.composer_messages import Heard
from midigan.live.processes.player_messages import Position
from midigan.live.sessions.whereabouts import GRACE_TICKS, heard_at
from midigan.performance.ticks import PPQN

BAR = 4 * PPQN
PHRASE = 2 * BAR


def heard(tick, *, later_s=0.0, rolling=True):
    return heard_at(Position(tick, 100.0, 120.0, rolling), 100.0 + later_s, PHRASE, BAR)


@pytest.mark.parametrize(
    ("tick", "number", "line"),
    [
        (GRACE_TICKS, 0, 1),
        (BAR - 1, 0, 1),
        (BAR + GRACE_TICKS - 1, 0, 1),
        (BAR + GRACE_TICKS, 0, 2),
        (PHRASE - 1, 0, 2),
        (PHRASE, 1, 0),
        (PHRASE + GRACE_TICKS, 1, 1),
        (7 * PHRASE + 3 * PPQN, 7, 1),
        (-50, 0, 0),
    ],
)
def test_the_next_bar_line_counts_and_one_that_has_just_passed(tick, number, line):
    assert heard(tick) == Heard(number, rolling=True, line=line)


def test_music_goes_on_at_its_tempo_and_not_for_ever():
    assert heard(BAR - PPQN, later_s=0.4).number == 0
    assert heard(PHRASE - PPQN, later_s=0.5) == Heard(1, rolling=True, line=0)
    assert heard(PHRASE - PPQN, later_s=-3) == Heard(0, rolling=True, line=2)
    assert heard(0, later_s=1000) == heard(0, later_s=1)


def test_what_stands_stays():
    assert heard(BAR, later_s=50, rolling=False) == Heard(0, rolling=False, line=1)
