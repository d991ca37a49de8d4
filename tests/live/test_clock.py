import time

from midigan.live.clock import PPQN, Clock, Moment, OfflineClock, Timeline


def test_a_timeline_maps_ticks_to_seconds_without_drift():
    timeline = Timeline(origin_s=10.0, tempo_bpm=120.0)
    assert timeline.seconds_at(0) == 10.0
    assert timeline.seconds_at(2 * PPQN) == 11.0
    # An hour of odd ticks at an odd tempo is where sums of rounded steps would show.
    odd = Timeline(0.0, 97.3)
    assert abs(odd.seconds_at(97 * 60 * PPQN) - 97 * 60 * 60 / 97.3) < 1e-9


def test_a_timeline_maps_seconds_back_to_ticks():
    timeline = Timeline(3.0, 60.0)
    assert timeline.tick_at(3.0) == 0
    assert timeline.tick_at(4.5) == 1.5 * PPQN


def test_a_timeline_goes_through_a_given_point():
    timeline = Timeline.through(2.5 * PPQN, 7.0, 90.0)
    assert timeline.tempo_bpm == 90.0
    assert abs(timeline.seconds_at(int(2.5 * PPQN)) - 7.0) < 1e-12
    assert abs(timeline.seconds_at(int(5.5 * PPQN)) - 9.0) < 1e-12


def test_an_offline_clock_is_there_at_once():
    clock = OfflineClock()
    clock.approach(5000.0)
    assert clock.now() == 0.0
    assert clock.reach(5000.0) == Moment(5000.0, 5000.0)
    assert clock.now() == 5000.0
    assert clock.reach(10.0).late_s == 4990.0


def test_the_clock_never_arrives_early():
    clock = Clock()
    for wait_s in (0.0, 0.0001, 0.002):
        moment = clock.reach(clock.now() + wait_s)
        assert moment.now_s >= moment.due_s
        assert moment.late_s == moment.now_s - moment.due_s
        clock.approach(clock.now() - 1.0)
    assert abs(clock.now() - time.perf_counter()) < 1.0
