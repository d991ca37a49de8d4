"""Times by a JACK server's frames; a stand-in says which frame it is."""

import random
from types import SimpleNamespace

import pytest

from midigan.live.leading.timelines import FrameTimeline, OurTimeline, Stamp, timeline

RATE, PERIOD = 48_000, 256


def server(**found):
    return SimpleNamespace(
        **{"rate": RATE, "period_s": PERIOD / RATE, "frame": 0, "counts": lambda: True} | found
    )


@pytest.fixture
def frames():
    return FrameTimeline(server())


def stamps(count, lost_s, first=0):
    """A beat of a pulse every fourth period; before each the server loses so many seconds."""
    chance = random.Random(1)
    begin_s = 100.0
    for number in range(count):
        begin_s += lost_s.get(number, 0.0)
        frame = first + 4 * PERIOD * number
        woken_s = chance.expovariate(1 / 0.00002)
        yield Stamp(begin_s + (frame - first) / RATE + woken_s, frame % (1 << 32))


def test_our_own_clock_is_as_it_is():
    ours = timeline(None)
    assert isinstance(ours, OurTimeline)
    assert ours.step_s == 0
    stamp = ours.stamp()
    assert ours.take(stamp) == ours.ours_s(stamp.ours_s) == ours.theirs_s(stamp.ours_s)
    assert stamp.ours_s <= ours.stamp().ours_s


def test_a_server_whose_frames_do_not_go_on_is_not_asked():
    assert isinstance(timeline(server(counts=lambda: False)), OurTimeline)
    assert isinstance(timeline(server()), FrameTimeline)


def test_a_stamp_has_the_frame_of_its_period():
    assert FrameTimeline(server(frame=512)).stamp().frame == 512


@pytest.mark.parametrize("first", [0, 12345, (1 << 32) - 9 * PERIOD])
def test_times_are_whole_periods_whatever_the_server_loses(frames, first):
    times = [frames.take(stamp) for stamp in stamps(50, {20: 0.004, 31: 0.0007}, first)]
    assert frames.step_s == PERIOD / RATE
    assert times == pytest.approx([4 * PERIOD * number / RATE for number in range(50)])


def test_our_clock_is_found_again_within_four_pulses_of_a_loss(frames):
    lost_s = {60: 0.005}
    for number, stamp in enumerate(stamps(120, lost_s)):
        at_s = frames.take(stamp)
        true_s = 100.0 + at_s + (0.005 if number >= 60 else 0.0)
        if not 60 <= number < 63:
            assert frames.ours_s(at_s) == pytest.approx(true_s, abs=0.0001)
            assert frames.theirs_s(frames.ours_s(at_s)) == pytest.approx(at_s)


def test_a_client_that_is_woken_late_is_not_taken_for_a_loss(frames):
    for number, stamp in enumerate(stamps(120, {})):
        late_s = 0.02 if number in (50, 51, 52, 90) else 0.0
        at_s = frames.take(stamp._replace(ours_s=stamp.ours_s + late_s))
        assert frames.ours_s(at_s) == pytest.approx(100.0 + at_s, abs=0.0001)


def test_before_anything_has_arrived_the_time_is_0(frames):
    assert frames.theirs_s(1000.0) == 0
