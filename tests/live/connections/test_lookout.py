"""When to look for a port between what must be done in time."""

import pytest

from midigan.errors import PortError
from midigan.live.clock import OfflineClock
from midigan.live.connections.lookout import Lookout
from midigan.live.sessions.offline import NoPort


class SlowPort(NoPort):
    """Takes `takes_s` to answer, and has `news`."""

    def __init__(self, clock, takes_s, news=""):
        self.clock, self.took_s, self.news = clock, takes_s, news

    def check(self):
        self.clock.reach(self.clock.now() + self.took_s)
        return self.news


def never():
    raise AssertionError("it has been there all along")


def looks(takes_s, spare_s, seconds=4.0, news="", *, away=False):
    """When it looks, if between two things to do there is always so much time to spare."""
    clock = OfflineClock()
    port = SlowPort(clock, takes_s, news)
    port.away = away
    lookout = Lookout(port, clock, never)
    assert lookout.is_due(1.0)
    assert lookout.look() == news
    found = []
    while clock.now() < seconds:
        if lookout.is_due(spare_s):
            found.append(clock.now())
            lookout.look()
        clock.reach(clock.now() + spare_s)
    return [b - a for a, b in zip([0.0, *found], found, strict=False)]


def test_it_looks_four_times_a_second():
    found = looks(0.0, 0.01)
    assert len(found) > 10
    assert found == pytest.approx([0.25] * len(found), abs=0.011)


def test_for_a_port_that_is_away_it_looks_ten_times_a_second():
    found = looks(0.0, 0.01, away=True)
    assert len(found) > 30
    assert found == pytest.approx([0.1] * len(found), abs=0.011)


def test_how_long_opening_takes_says_nothing_of_a_look():
    clock = OfflineClock()
    port = SlowPort(clock, 0.2)
    port.away = True
    lookout = Lookout(port, clock, never)
    lookout.look()
    clock.reach(clock.now() + 0.11)
    assert lookout.is_due(0.03)


def test_it_takes_no_more_time_than_there_is():
    # Twenty milliseconds, as between the pulses of a clock at 120 bpm, are enough for a quick look.
    assert max(looks(0.001, 0.018)) < 0.3
    assert min(looks(0.01, 0.018)) > 0.45


def test_who_waits_wakes_for_the_next_look_but_not_over_and_over_for_one_that_is_overdue():
    clock = OfflineClock()
    lookout = Lookout(SlowPort(clock, 0.0), clock, never)
    lookout.look()
    clock.reach(0.1)
    assert lookout.within(1.0) == pytest.approx(0.15)
    assert lookout.within(0.05) == 0.05
    clock.reach(0.3)
    assert lookout.within(1.0) == 1.0


def test_a_port_says_how_long_a_look_may_take():
    clock = OfflineClock()
    port = SlowPort(clock, 0.001)
    port.takes_s = 0.05
    lookout = Lookout(port, clock, never)
    lookout.look()
    clock.reach(0.3)
    assert not lookout.is_due(0.04)
    assert lookout.is_due(0.06)


def test_however_little_time_there_is_it_looks_in_the_end():
    found = looks(0.05, 0.001)
    assert len(found) > 5
    assert max(found) < 0.6


def test_the_news_are_handed_on_and_a_port_that_is_gone_for_good_is_an_error():
    assert max(looks(0.0, 0.1, news="it is back")) < 0.4

    class Dead(NoPort):
        def check(self):
            raise PortError("gone")

    with pytest.raises(PortError):
        Lookout(Dead(), OfflineClock(), never).look()


def test_it_says_when_a_port_was_opened_again():
    clock, said = OfflineClock(), []
    port = SlowPort(clock, 0.0)
    lookout = Lookout(port, clock, lambda: said.append(port.returns))
    lookout.look()
    port.check = lambda: setattr(port, "returns", 1) or "it is back"
    assert lookout.look() == "it is back"
    lookout.look()
    assert said == [1]
