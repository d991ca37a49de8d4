import pytest

from midigan.live.clock import PPQN
from midigan.live.leading.jack_leader import Cycle, position_of

PLAIN = {"usecs": 1, "frame_rate": 48_000, "frame": 72_000}


def test_without_a_timebase_master_frames_are_counted_at_the_given_tempo():
    position = position_of(Cycle(True, 7.0, PLAIN), 120.0)
    assert position == (3 * PPQN, 7.0, 120.0, True)


@pytest.mark.parametrize(
    ("meter", "place", "tick"),
    [
        ((4, 4), (1, 1, 0), 0),
        ((4, 4), (3, 2, 960), (2 * 4 + 1.5) * PPQN),
        ((6, 8), (2, 4, 0), (6 + 3) * PPQN / 2),
    ],
)
def test_a_timebase_master_says_bar_beat_and_tempo(meter, place, tick):
    (beats_per_bar, beat_type), (bar, beat, rest) = meter, place
    found = {
        **PLAIN,
        "bar": bar,
        "beat": beat,
        "tick": rest,
        "beats_per_bar": beats_per_bar,
        "beat_type": beat_type,
        "ticks_per_beat": 1920,
        "beats_per_minute": 90.0,
    }
    position = position_of(Cycle(False, 7.0, found), 120.0)
    assert (position.tick, position.at_s, position.rolling) == (tick, 7.0, False)
    assert position.tempo_bpm == 90.0 * 4 / beat_type


def test_a_place_that_was_passed_a_little_earlier_is_taken_as_that():
    found = {**PLAIN, "bar": 1, "beat": 1, "tick": 0, "beats_per_bar": 4, "beat_type": 4}
    found |= {"ticks_per_beat": 960, "beats_per_minute": 60.0, "bbt_offset": 480}
    assert position_of(Cycle(True, 7.0, found), 120.0).at_s == pytest.approx(6.99)
