import pytest

from midigan.live.leading.midi_clock import MidiClock
from midigan.live.leading.pulses import CLOCK, CONTINUE, SONG_POSITION, START, STOP
from midigan.live.leading.timelines import OurTimeline

PULSE_S = 60 / 120 / 24
SIXTEENTH = 240


class Daw:
    """Speaks to a clock at its own pace, and keeps every position that is heard."""

    def __init__(self, timeline=None):
        self.clock = MidiClock(timeline or OurTimeline())
        self.now = 5.0
        self.heard = []

    def say(self, *message):
        position = self.clock.hear(message, self.now)
        if position is not None:
            self.heard.append(position)
        return position

    def pulses(self, count, period_s=PULSE_S):
        for _ in range(count):
            self.say(CLOCK)
            self.now += period_s

    def tick(self):
        """Where the last position, carried on, is now."""
        last = self.heard[-1]
        beats = (self.now - last.at_s) * last.tempo_bpm / 60 if last.rolling else 0
        return last.tick + beats * 960


@pytest.fixture
def daw():
    return Daw()


def test_pulses_alone_say_nothing(daw):
    daw.pulses(100)
    assert daw.heard == []


def test_the_pulse_after_a_start_is_bar_1(daw):
    daw.pulses(50)
    daw.say(START)
    assert daw.heard == []
    daw.pulses(1)
    first = daw.heard[0]
    assert (first.tick, first.rolling) == (0, True)
    assert first.at_s == pytest.approx(daw.now - PULSE_S, abs=1e-4)
    assert first.tempo_bpm == pytest.approx(120, rel=1e-3)


def test_a_beat_has_24_pulses_and_little_is_said_when_nothing_changes(daw):
    daw.say(START)
    daw.pulses(24 * 16)
    assert daw.tick() == pytest.approx(16 * 960, abs=0.5)
    assert len(daw.heard) < 40


def test_a_stop_stands_and_a_continue_goes_on_from_the_next_pulse(daw):
    daw.say(START)
    daw.pulses(36)
    stopped = daw.say(STOP)
    assert (stopped.tick, stopped.rolling) == (36 * 40, False)
    daw.pulses(100)  # many go on sending pulses
    assert daw.heard[-1] == stopped
    daw.say(CONTINUE)
    daw.pulses(1)
    assert (daw.heard[-1].tick, daw.heard[-1].rolling) == (36 * 40, True)


def test_a_song_position_places_it_while_it_stands(daw):
    placed = daw.say(SONG_POSITION, 5, 1)
    assert (placed.tick, placed.rolling) == (133 * SIXTEENTH, False)
    daw.say(CONTINUE)
    daw.pulses(2)
    assert daw.heard[1].tick == 133 * SIXTEENTH


def test_a_song_position_while_it_rolls_is_where_the_next_pulse_is(daw):
    daw.say(START)
    daw.pulses(30)
    assert daw.say(SONG_POSITION, 64, 0) is None
    daw.pulses(1)
    assert (daw.heard[-1].tick, daw.heard[-1].rolling) == (64 * SIXTEENTH, True)


def test_a_start_after_a_pause_forgets_the_old_beat_but_not_its_tempo(daw):
    daw.say(START)
    daw.pulses(100)
    daw.say(STOP)
    daw.now += 12.3456
    begin_s = daw.now
    daw.say(START)
    daw.pulses(1)
    first = daw.heard[-1]
    assert (first.tick, first.at_s) == (0, begin_s)
    assert first.tempo_bpm == pytest.approx(120, rel=1e-3)


def test_a_start_off_the_beat_begins_a_new_one(daw):
    daw.pulses(100)
    daw.now += 0.011
    daw.say(START)
    begin_s = daw.now
    daw.pulses(5)
    at_1 = next(position for position in daw.heard if position.rolling)
    assert at_1.at_s == pytest.approx(begin_s, abs=1e-6)


def test_a_clock_that_is_lost_stands_and_comes_back_where_it_would_be(daw):
    daw.say(START)
    daw.pulses(48)
    assert daw.clock.quiet(daw.now + 0.4) is None
    daw.now += 0.6
    lost = daw.clock.quiet(daw.now)
    assert not lost.rolling
    assert daw.clock.lost
    assert daw.clock.quiet(daw.now + 0.1) is None
    daw.now += 100 * PULSE_S - 0.6
    daw.pulses(1)
    back = daw.heard[-1]
    assert (back.tick, back.rolling) == (148 * 40, True)
    assert not daw.clock.lost


def test_a_clock_that_stands_or_waits_for_its_first_pulse_is_not_lost(daw):
    assert daw.clock.quiet(1000.0) is None
    daw.say(START)
    assert daw.clock.quiet(1000.0) is None
    daw.pulses(10)
    daw.say(STOP)
    assert daw.clock.quiet(1000.0) is None


def test_a_slow_clock_is_not_lost_between_its_pulses(daw):
    daw.say(START)
    daw.pulses(20, period_s=60 / 20 / 24)
    assert daw.clock.quiet(daw.now + 0.5) is None


def test_a_change_of_tempo_is_said_at_once(daw):
    daw.say(START)
    daw.pulses(24 * 8)
    daw.pulses(12, PULSE_S / 1.1)
    assert daw.tick() == pytest.approx((24 * 8 + 12) * 40, abs=2)
    assert daw.heard[-1].tempo_bpm == pytest.approx(132, rel=0.01)


@pytest.mark.parametrize("message", [(0x90, 60, 80), (0xF2, 1), (0xF8 + 6,), (0xF1, 3)])
def test_other_messages_say_nothing(daw, message):
    assert daw.say(*message) is None


def test_a_leader_whose_song_position_counts_pulses_is_understood():
    clock = MidiClock(OurTimeline(), position_pulses=1)
    standing = clock.hear((0xF2, 0x40, 0x01), 1.0)
    assert standing.tick == 192 * 40  # eight quarter notes


def test_first_pulses_that_arrive_together_are_no_tempo(daw):
    daw.say(START)
    for at_s in (5.0, 5.0, 5.02133, 5.04266):
        daw.heard.append(daw.clock.hear((CLOCK,), at_s))
    assert all(said.tempo_bpm < 480 for said in daw.heard if said is not None)
    assert daw.heard[-4].rolling


class Steps(OurTimeline):
    """A timeline in steps of .5 ms."""

    step_s = again_s = 0.0005


@pytest.fixture
def even():
    """A DAW at a JACK server, after 50 even pulses."""
    daw = Daw(Steps())
    daw.say(START)
    daw.pulses(50)
    return daw


class Later(OurTimeline):
    """A timeline that began at second 1000."""

    def ours_s(self, at_s):
        return at_s + 1000


def test_by_another_timeline_positions_are_still_said_by_our_clock():
    daw = Daw(Later())
    daw.say(START)
    daw.pulses(3)
    assert daw.heard[0].at_s == pytest.approx(1005)
    assert daw.say(STOP).at_s == pytest.approx(1000 + daw.now)


def test_where_pulses_can_be_lost_the_song_goes_on_where_it_is(even):
    even.now += PULSE_S
    even.pulses(10)
    assert even.tick() == pytest.approx(61 * 40, abs=1)
    even.say(CLOCK)  # and again
    even.now += 0.0005
    even.say(CLOCK)
    even.now += PULSE_S - 0.0005
    assert even.tick() == pytest.approx(62 * 40, abs=1)
    assert even.say(STOP).tick == 62 * 40


@pytest.mark.parametrize("words", [[(START,)], [(STOP,), (SONG_POSITION, 0, 0), (CONTINUE,)]])
def test_a_gap_before_a_new_place_is_no_loss(words, even):
    for word in words:
        even.say(*word)
    even.now += PULSE_S
    begin_s = even.now
    even.pulses(1)
    assert (even.heard[-1].tick, even.heard[-1].at_s) == (0, pytest.approx(begin_s, abs=0.001))
    even.pulses(10)
    assert even.tick() == pytest.approx(11 * 40, abs=1)


def test_a_pulse_after_a_gap_counts_at_once_if_anything_else_is_said(even):
    even.now += PULSE_S
    even.pulses(1)
    assert even.say(STOP).tick == 51 * 40
