"""Pulses by a server's periods, or their exact frames, some of which are lost, or come twice."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.live.leading.regular import Regular

STEP_S = 64 / 48_000
PULSE_S = 60 / 120 / 24


def arrival(number, period_s=PULSE_S):
    return math.floor(number * period_s / STEP_S) * STEP_S


def take(regular, times, period_s=PULSE_S, width_s=STEP_S):
    return [added for at_s in times for added in regular.take(at_s, period_s, width_s)]


@pytest.fixture
def regular():
    """After 40 even pulses, numbers 0 to 39."""
    regular = Regular(STEP_S, STEP_S)
    assert len(take(regular, map(arrival, range(40)))) == 40
    return regular


@pytest.mark.parametrize("lost", [1, 2, 4])
def test_pulses_that_were_lost_are_counted_where_they_were(regular, lost):
    numbers = range(40 + lost, 60)
    added = take(regular, map(arrival, numbers))
    assert added == pytest.approx([arrival(number) for number in range(40, 60)], abs=2 * STEP_S)


def test_a_pulse_that_comes_twice_counts_once(regular):
    times = [arrival(number) for number in range(40, 60)]
    assert take(regular, [*times[:5], times[4] + STEP_S, *times[5:]]) == times
    times = [arrival(number) for number in range(60, 100)]
    assert take(regular, [*times[:30], times[29], *times[30:]]) == times


def test_half_the_tempo_is_no_loss(regular):
    times = [arrival(39) + 2 * PULSE_S * number for number in range(1, 20)]
    assert take(regular, times) == times


@pytest.mark.parametrize("factor", [0.5, 0.6, 0.9, 1.1, 1.5])
def test_another_tempo_is_neither(regular, factor):
    times = [arrival(39) + factor * PULSE_S * number for number in range(1, 20)]
    assert take(regular, times) == times


@pytest.mark.parametrize("bpm", [240, 300, 340, 400])
def test_a_tempo_much_faster_than_before_loses_a_pulse_at_most(bpm):
    """In periods of 256 frames its pulses are as close as one that is said again."""
    step_s = 256 / 48_000
    regular = Regular(step_s, step_s)
    numbers = [math.floor(number * PULSE_S / step_s) * step_s for number in range(40)]
    take(regular, numbers, width_s=step_s)
    fast_s = 60 / bpm / 24
    times = [40 * PULSE_S + math.floor(number * fast_s / step_s) * step_s for number in range(24)]
    assert len([*take(regular, times, width_s=step_s), *regular.flush()]) >= 23


def test_a_pause_is_no_loss(regular):
    times = [arrival(number) for number in range(50, 70)]
    assert take(regular, times) == times


def test_what_comes_together_after_a_gap_is_all_counted(regular):
    """A bridge between two kinds of ports was held up: nothing is missing, all of it is late."""
    late = [arrival(41), arrival(41), *map(arrival, range(42, 50))]
    on_time = [arrival(number) for number in range(40, 50)]
    assert take(regular, late) == pytest.approx(on_time, abs=2 * STEP_S)


def test_who_cannot_wait_any_longer_takes_what_is_held(regular):
    assert regular.take(arrival(41), PULSE_S, STEP_S) == []
    assert regular.flush() == [arrival(41)]
    assert regular.flush() == []


def test_after_beginning_anew_the_distance_from_before_says_nothing(regular):
    regular.begin_anew()
    times = [arrival(number) for number in (41, 43, 44, 46)]
    assert take(regular, times) == times


@given(st.sampled_from([0.0, 0.01]), st.lists(st.floats(0, 0.1), max_size=60))
def test_where_times_say_too_little_all_is_as_it_came(step_s, gaps):
    times = [sum(gaps[:end]) for end in range(len(gaps))]
    assert take(Regular(step_s, 0.0), times, width_s=step_s) == times


def test_before_the_tempo_is_known_all_is_as_it_came():
    times = [0.0, 0.0, 0.04]
    assert take(Regular(STEP_S, STEP_S), times, None) == times


FRAME_S, WIDTH_S, FAST_S = 1 / 48_000, 0.0001, 60 / 132 / 24


def exact(numbers):
    """At 132 bpm a pulse is no whole number of frames."""
    return [round(number * FAST_S / FRAME_S) * FRAME_S for number in numbers]


@pytest.fixture(params=[64, 256, 1024])
def at_frames(request):
    """After 40 pulses at their exact frames, and the period of the server that sent them."""
    period_s = request.param * FRAME_S
    regular = Regular(FRAME_S, period_s)
    assert len(take(regular, exact(range(40)), FAST_S, WIDTH_S)) == 40
    return regular, period_s


@pytest.mark.parametrize("lost", [1, 4, 20])
def test_by_exact_frames_losses_are_counted_however_long_a_period_is(at_frames, lost):
    regular, _ = at_frames
    added = take(regular, exact(range(40 + lost, 80)), FAST_S, WIDTH_S)
    assert added == pytest.approx(exact(range(40, 80)), abs=2 * FRAME_S)


def test_a_period_that_is_read_twice_instead_of_the_one_before(at_frames):
    """Its messages are heard a period too early as well, in place of those that were there."""
    regular, period_s = at_frames
    times = exact(range(40, 120))
    begin = math.ceil(times[20] / period_s) * period_s

    def within(first):
        return [at_s for at_s in times if first <= at_s < first + period_s]

    early = [at_s - period_s for at_s in within(begin + period_s)]
    after = [at_s for at_s in times if at_s >= begin + period_s]
    before = [at_s for at_s in times if at_s < begin]
    added = take(regular, [*before, *early, *after], FAST_S, WIDTH_S)
    assert len(added) == len(times)
    assert added[-20:] == times[-20:]


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.1, 2.0])
def test_by_exact_frames_another_tempo_is_heard_within_three_pulses(at_frames, factor):
    regular, _ = at_frames
    times = [exact([39])[0] + factor * FAST_S * number for number in range(1, 24)]
    heard = [len(regular.take(at_s, FAST_S, WIDTH_S)) for at_s in times]
    assert sum(heard[:3]) == 3
    assert sum(heard) == len(times)
