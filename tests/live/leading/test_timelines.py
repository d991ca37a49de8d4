"""Times by our clock, or by a JACK server's frames; a stand-in says which frame it is."""

import pytest

from midigan.live.connections.frame_clock import FrameClock
from midigan.live.connections.jack_input import JackInput
from midigan.live.leading.timelines import FrameTimeline, OurTimeline, timeline

RATE, PERIOD = 48_000, 256


class Heard(JackInput):
    """An input that hears a message at frame 100 of a period."""

    def __init__(self):
        self.clock = FrameClock(RATE, PERIOD)
        self._offset = 100


def test_our_own_clock_is_as_it_is():
    ours = timeline(object())
    assert isinstance(ours, OurTimeline)
    assert ours.step_s == 0
    now_s = ours.now_s()
    assert now_s == ours.ours_s(now_s) == ours.theirs_s(now_s)
    assert now_s <= ours.now_s()


def test_messages_are_timed_by_their_frames():
    heard = Heard()
    by_frames = timeline(heard)
    assert isinstance(by_frames, FrameTimeline)
    assert by_frames.step_s == 1 / RATE
    assert by_frames.again_s == PERIOD / RATE
    heard.clock.begin(512, 1000.0)
    assert by_frames.now_s() == pytest.approx(100 / RATE)
    heard.clock.begin(512 + PERIOD, 1000.0 + PERIOD / RATE)
    assert by_frames.now_s() == pytest.approx((PERIOD + 100) / RATE)
    assert by_frames.ours_s(0.5) == pytest.approx(1000.5)
    assert by_frames.theirs_s(1000.5) == pytest.approx(0.5)


def test_before_anything_has_arrived_the_time_is_0():
    assert timeline(Heard()).theirs_s(1000.0) == 0
