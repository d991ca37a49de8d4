"""Pulses at 120 bpm in periods of 64 frames, some of which never arrive, or twice."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.live.leading.regular import Regular

STEP_S = 64 / 48_000
PULSE_S = 60 / 120 / 24


def arrival(number, period_s=PULSE_S):
    return math.floor(number * period_s / STEP_S) * STEP_S


def take(regular, times, period_s=PULSE_S):
    return [added for at_s in times for added in regular.take(at_s, period_s)]


@pytest.fixture
def regular():
    """After 40 even pulses, numbers 0 to 39."""
    regular = Regular(STEP_S)
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
    regular = Regular(step_s)
    numbers = range(40)
    take(regular, [math.floor(number * PULSE_S / step_s) * step_s for number in numbers])
    fast_s = 60 / bpm / 24
    times = [40 * PULSE_S + math.floor(number * fast_s / step_s) * step_s for number in range(24)]
    assert len(take(regular, times)) >= 23


def test_a_pause_is_no_loss(regular):
    times = [arrival(number) for number in range(50, 70)]
    assert take(regular, times) == times


def test_what_comes_together_after_a_gap_is_all_counted(regular):
    """A bridge between two kinds of ports was held up: nothing is missing, all of it is late."""
    late = [arrival(41), arrival(41), *map(arrival, range(42, 50))]
    assert take(regular, late) == late


def test_who_cannot_wait_any_longer_takes_what_is_held(regular):
    assert regular.take(arrival(41), PULSE_S) == []
    assert regular.flush() == [arrival(41)]
    assert regular.flush() == []


def test_after_beginning_anew_the_distance_from_before_says_nothing(regular):
    regular.begin_anew()
    times = [arrival(number) for number in (41, 43, 44, 46)]
    assert take(regular, times) == times


@given(st.sampled_from([0.0, 0.01]), st.lists(st.floats(0, 0.1), max_size=60))
def test_where_times_say_too_little_all_is_as_it_came(step_s, gaps):
    times = [sum(gaps[:end]) for end in range(len(gaps))]
    assert take(Regular(step_s), times) == times


def test_before_the_tempo_is_known_all_is_as_it_came():
    times = [0.0, 0.0, 0.04]
    assert take(Regular(STEP_S), times, None) == times
