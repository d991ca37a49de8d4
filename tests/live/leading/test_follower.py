"""The follower on simulated clocks whose pulses are seen once a period of an audio device."""

import math
import random
import statistics

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midigan.live.leading.follower import Follower

RATE = 48_000


def pulses(parts, period_s, seed):
    """(true second, arrival) of the pulses of [(seconds, bpm)], as a device's periods show them."""
    rng = random.Random(seed)
    now, phase = rng.random(), rng.random() * period_s
    for seconds, bpm in parts:
        for _ in range(round(seconds * bpm * 24 / 60)):
            seen = phase + math.ceil((now - phase) / period_s) * period_s
            yield now, seen + abs(rng.gauss(0, 0.00003))
            now += 60 / bpm / 24


def follow(parts, frames, seed=1):
    """(true second, error of the phase, error a beat ahead) after each pulse, in ms.

    A receiver cannot know how long all pulses take to arrive: errors are from their mean.
    """
    follower, found = Follower(), []
    arrivals = list(pulses(parts, frames / RATE, seed))
    for (true_s, arrival_s), after in zip(arrivals, [*arrivals[1:], None], strict=True):
        follower.pulse(arrival_s)
        if follower.period_s is not None and after is not None:
            beat_s = 24 * (follower.period_s - (after[0] - true_s))
            found.append((true_s, follower.at_s - true_s, beat_s))
    mean_s = statistics.mean(error for _, error, _ in found[len(found) // 2 :])
    return [
        (at, (error - mean_s) * 1e3, (error - mean_s + beat) * 1e3) for at, error, beat in found
    ]


def p95(errors):
    return sorted(map(abs, errors))[int(0.95 * len(errors))]


def settled(found, after_s):
    begin = found[0][0]
    return [(error, ahead) for at, error, ahead in found if at > begin + after_s]


@pytest.mark.parametrize(("frames", "phase_ms", "ahead_ms"), [
    (64, 0.15, 0.25),
    (128, 0.15, 0.25),
    (256, 0.15, 0.25),
    (512, 0.5, 0.6),
    (1024, 1.0, 1.2),
])  # fmt: skip
def test_the_phase_is_known_far_better_than_a_period(frames, phase_ms, ahead_ms):
    errors = []
    for bpm in (60, 84, 90, 96, 100, 110, 120, 125, 128, 132, 140, 150, 174):
        errors += settled(follow([(40, bpm)], frames), 10)
    assert p95([error for error, _ in errors]) <= phase_ms
    assert p95([ahead for _, ahead in errors]) <= ahead_ms


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.floats(50, 200), st.integers(0, 10**6))
@example(117.0, 1)  # a pulse every 4.006 periods: it is seen late by ever more, for 3 s
@example(117.1875, 1)  # a pulse every 4 periods exactly: it is always as late
@example(156.1875, 0)  # a pulse every 3.001 periods: ever later, for 13 s
@example(85.18, 5)
@example(155.2, 3)
def test_at_any_tempo_the_phase_is_within_a_tenth_of_a_period(bpm, seed):
    found = follow([(60, bpm)], 256, seed)
    error_ms = p95([error for error, _ in settled(found, 30)])
    period_ms = 256 / RATE * 1000
    # What repeats itself only after many seconds cannot be averaged out within a minute.
    periods = 60_000 / bpm / 24 / period_ms
    drift = abs(periods - round(periods))
    assert error_ms <= period_ms * (0.1 if drift == 0 or drift > 0.005 else 0.5)


@pytest.mark.parametrize("bpm", [84, 100, 120, 140])
@pytest.mark.parametrize("share", [0.9, 1.1, 1.5])
@pytest.mark.parametrize("frames", [64, 256])
def test_after_a_change_of_tempo_it_is_right_again_within_a_quarter_of_a_second(bpm, share, frames):
    again_s = []
    for seed in range(9):
        found = follow([(20, bpm), (20, bpm * share)], frames, seed)
        change_s = found[0][0] + 20
        bound_ms = frames / RATE / 2 * 1000
        off = [at for at, error, _ in found if at > change_s and abs(error) > bound_ms]
        again_s.append(max(off, default=change_s) - change_s)
    assert statistics.median(again_s) <= 0.25


def test_a_tempo_that_is_drawn_out_is_followed():
    steps = [(0.5, 120 - step / 2) for step in range(40)]
    found = follow([(20, 120), *steps], 64)
    assert max(abs(error) for error, _ in settled(found, 20)) < 3


@pytest.mark.parametrize(("begin", "end", "seconds"), [(120, 132, 8), (120, 140, 2), (140, 90, 4)])
def test_where_pulses_come_exactly_so_is_a_tempo_that_is_drawn_out(begin, end, seconds):
    follower, at_s, bpm = Follower(), 0.0, begin
    for number in range(1000):
        follower.pulse(round(at_s * RATE) / RATE)
        at_s += 60 / bpm / 24
        if number > 100:
            assert abs(follower.at_s + follower.period_s - at_s) < 0.001
        if number > 400:
            step = (end - begin) / seconds * 60 / bpm / 24
            bpm = min(bpm + step, end) if end > begin else max(bpm + step, end)


def test_a_receiver_that_is_held_up_once_is_not_followed():
    follower = Follower()
    for number in range(2000):
        late_s = 0.03 if number == 1500 else 0.0
        follower.pulse(number * 0.02 + late_s)
        if number > 1500:
            assert abs(follower.at_s - number * 0.02) < 0.0005


def test_a_beat_that_pauses_is_taken_up_with_the_tempo_it_had():
    follower = Follower()
    for number in range(200):
        follower.pulse(number * 0.02 + 0.002 * (number % 3))
    follower.reset()
    assert follower.at_s is None
    assert follower.period_s is None
    follower.pulse(10.0)
    follower.pulse(10.022)
    assert follower.period_s == pytest.approx(0.02, rel=0.001)
    follower.reset()
    for number in range(3):
        follower.pulse(20.0 + number * 0.05)
    assert follower.period_s == pytest.approx(0.05, rel=0.01)


def test_a_pulse_that_is_not_the_next_one_is_told():
    follower = Follower()
    assert not follower.is_off(1.0)
    for number in range(200):
        follower.pulse(number * 0.02)
    assert not follower.is_off(200 * 0.02)
    assert follower.is_off(200 * 0.02 + 0.007)


def test_a_pause_does_not_make_a_beat_unsteady():
    follower = Follower()
    seen = [0.5 * number / 24 for number in range(200)]
    for at_s in [*seen, *(at_s + 5.0 for at_s in seen)]:
        follower.pulse(at_s)
    assert follower.width_s < 0.001
    for at_s in seen:
        follower.pulse(at_s + 10.0 + 0.25 * at_s)
    assert follower.width_s < 0.001
