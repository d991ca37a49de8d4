from midigan.live.clock import Moment, OfflineClock
from midigan.live.doctor.wakeups import measure, measure_apart


class LateClock(OfflineClock):
    """Is late by 1 ms, and by 8 ms every tenth time."""

    count = 0

    def reach(self, due_s):
        self.count += 1
        return Moment(due_s, due_s + (0.008 if self.count % 10 == 0 else 0.001))


def test_lateness_is_counted_by_absolute_deadlines():
    found = measure("ordinary", 2.0, LateClock())
    assert found.priority == "ordinary"
    assert 0.88 < found.p50_ms < 1.13
    assert 7 < found.p99_ms <= found.max_ms
    assert abs(found.max_ms - 8) < 1e-6


def test_a_clock_that_is_never_late_shows_none():
    assert measure("x", 0.1, OfflineClock()).max_ms == 0


def test_a_child_measures_twice():
    ordinary, player = measure_apart(0.1)
    assert ordinary.priority == "ordinary"
    assert player.priority in {"real-time", "normal priority"}
    for found in (ordinary, player):
        assert 0 <= found.p50_ms <= found.p99_ms <= found.max_ms
