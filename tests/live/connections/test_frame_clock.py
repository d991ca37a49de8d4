"""How far our clock is ahead of a server's frames, by when a client of its is woken up."""

import random

import pytest

from midigan.live.connections.frame_clock import FrameClock

RATE = 48_000


def periods(count, period, lost_s=(), late_s=(), first=0):
    """When each period begins, by frames and by us; seconds are lost, or late, at some of them."""
    chance = random.Random(1)
    begin_s = 100.0
    lost_s, late_s = dict(lost_s), dict(late_s)
    for number in range(count):
        begin_s += lost_s.get(number, 0.0)
        woken_s = chance.expovariate(1 / 0.00002) + late_s.get(number, 0.0)
        frame = (first + number * period) % (1 << 32)
        yield frame, begin_s + number * period / RATE + woken_s


@pytest.mark.parametrize("first", [0, 12345, (1 << 32) - 9 * 256])
def test_frames_are_counted_whatever_the_server_loses(first):
    clock = FrameClock(RATE, 256)
    assert clock.ahead_s is None
    for number, period in enumerate(periods(50, 256, {20: 0.004, 31: 0.0007}, first=first)):
        clock.begin(*period)
        assert clock.frames == number * 256


@pytest.mark.parametrize("period", [32, 64, 256, 1024, 4096])
def test_what_was_lost_is_known_within_a_tenth_of_a_second_or_four_periods(period):
    clock = FrameClock(RATE, period)
    count = max(400, 3 * RATE // period)
    lost = count // 2
    for number, begun in enumerate(periods(count, period, {lost: 0.005})):
        clock.begin(*begun)
        since_s = (number - lost) * period / RATE
        if not 0 <= since_s < max(0.1, 4 * period / RATE):
            true_s = 100.005 if number >= lost else 100.0
            assert clock.ahead_s == pytest.approx(true_s, abs=0.0001)


@pytest.mark.parametrize("period", [32, 64, 256, 1024, 4096])
def test_much_that_was_lost_is_known_after_four_even_periods(period):
    clock = FrameClock(RATE, period)
    for number, begun in enumerate(periods(600, period, {300: 0.0007})):
        clock.begin(*begun)
        if not 300 <= number < 303:
            true_s = 100.0007 if number >= 300 else 100.0
            assert clock.ahead_s == pytest.approx(true_s, abs=0.0003)


@pytest.mark.parametrize("period", [64, 256, 1024])
@pytest.mark.parametrize("asleep_s", [0.001, 0.01, 0.05])
def test_a_client_that_is_woken_late_is_not_taken_for_a_loss(period, asleep_s):
    # It hears of all periods that it slept through at once, and each was late by less.
    period_s = period / RATE
    late_s = {200 + i: asleep_s - i * (period_s - 0.00005) for i in range(100)}
    clock = FrameClock(RATE, period)
    for begun in periods(600, period, late_s={n: s for n, s in late_s.items() if s > 0}):
        clock.begin(*begun)
        assert clock.ahead_s == pytest.approx(100.0, abs=0.0001)


@pytest.mark.parametrize("period", [64, 256, 1024])
def test_a_client_that_is_woken_unevenly_late_for_a_while_is_not_taken_for_a_loss(period):
    chance = random.Random(2)
    few = max(3, round(0.06 * RATE / period))
    late_s = {200 + i: chance.uniform(0.001, 0.006) for i in range(few)}
    clock = FrameClock(RATE, period)
    for begun in periods(600, period, late_s=late_s):
        clock.begin(*begun)
        assert clock.ahead_s == pytest.approx(100.0, abs=0.0001)


def test_a_client_that_was_evenly_late_is_right_again_as_soon_as_it_is_in_time():
    clock = FrameClock(RATE, 64)
    for number, begun in enumerate(periods(600, 64, late_s=dict.fromkeys(range(200, 245), 0.02))):
        clock.begin(*begun)
        if not 200 <= number < 245:
            assert clock.ahead_s == pytest.approx(100.0, abs=0.0002)


def test_clocks_that_drift_apart_are_followed():
    clock = FrameClock(RATE, 256)
    for frame, ours_s in periods(60 * RATE // 256, 256):
        clock.begin(frame, ours_s * (1 + 50e-6))
    assert clock.ahead_s == pytest.approx(100 + 160 * 50e-6, abs=0.0001)
