"""The player on an offline clock, with a port that takes down what it is sent and when."""

import pytest

from midigan.errors import PortError
from midigan.live.clock import PPQN, OfflineClock
from midigan.live.offline import NoPort
from midigan.live.player import Player
from midigan.live.wire import Ask, Ended, Note, Part, Phrase, Report, Start, Stop

PARTS = [Part("Lead", 0, 80), Part("Bass", 5, 33)]
BAR = 4 * PPQN
#: A phrase of one bar: the same key struck twice by one track, held to the end by the other.
NOTES = [
    Note(0, BAR // 2, 0, 60, 90),
    Note(BAR // 2, BAR // 2, 0, 60, 91),
    Note(0, BAR, 1, 40, 70),
]


class RecordingPort(NoPort):
    """Takes down the seconds and the bytes of each message; `fails_at` a given message."""

    def __init__(self, clock, fails_at=None, gone_at_s=float("inf")):
        self.clock, self.fails_at, self.gone_at_s = clock, fails_at, gone_at_s
        self.messages = []

    def send(self, message):
        if self.fails_at is not None and len(self.messages) >= self.fails_at:
            raise PortError("it no longer takes messages")
        self.messages.append((self.clock.now(), *message))

    def check(self):
        if self.clock.now() >= self.gone_at_s:
            raise PortError("it has gone away")


class SleepyClock(OfflineClock):
    """Is suspended for half a minute when it is asked to be at `asleep_at_s` or later."""

    asleep_at_s = float("inf")

    def reach(self, due_s):
        if due_s >= self.asleep_at_s:
            self.asleep_at_s = float("inf")
            super().reach(due_s + 30)
        return super().reach(due_s)


class Composing:
    """A link that answers every Ask at once, or `late_s` after it for phrase `late`.

    Phrase `broken` has a note on a track that does not exist. Of its own it sends a Stop
    at `stop_at_s`.
    """

    def __init__(self, clock, notes=NOTES, late=None, late_s=0.0, broken=None, stop_at_s=9e9):
        self.clock, self.notes = clock, notes
        self.late, self.late_s, self.broken, self.stop_at_s = late, late_s, broken, stop_at_s
        self.waiting = []
        self.asked, self.reports = [], []

    def receive(self, timeout_s):
        now = self.clock.now()
        if now >= self.stop_at_s:
            return Stop()
        ready_s, phrase = min(self.waiting, default=(9e9, None))
        if ready_s <= now:
            self.waiting.remove((ready_s, phrase))
            return phrase
        self.clock.reach(min(now + timeout_s, self.stop_at_s, ready_s))
        return None

    def send(self, message):
        if isinstance(message, Ask):
            self.asked.append((self.clock.now(), message.number))
            ready_s = self.clock.now() + (self.late_s if message.number == self.late else 0)
            notes = [Note(0, 1, 99, 60, 90)] if message.number == self.broken else self.notes
            self.waiting.append((ready_s, Phrase(message.number, notes)))
        elif isinstance(message, Report):
            self.reports.append(message)


class Stage:
    """A player at 60 bpm with all that it needs: a beat is a second."""

    def __init__(self, bars=None, port=None, **link):
        self.clock = SleepyClock()
        self.port = RecordingPort(self.clock, **(port or {}))
        self.link = Composing(self.clock, **link)
        end_tick = None if bars is None else bars * BAR
        self.player = Player(self.port, self.clock, self.link, Start(60.0, BAR, end_tick, PARTS))

    def run(self):
        return self.player.run()

    @property
    def notes(self):
        """Messages but for program and control changes, from the first note-on's second."""
        found = [message for message in self.port.messages if message[1] & 0xF0 in (0x80, 0x90)]
        return [(round(at - found[0][0], 6), *rest) for at, *rest in found] if found else []

    def assert_silent(self):
        """Every note-on has its own note-off, after it and before the key's next note-on."""
        down = set()
        for _, status, pitch, _ in self.notes:
            key = status & 0x0F, pitch
            if status & 0xF0 == 0x90:
                assert key not in down
                down.add(key)
            else:
                assert key in down
                down.remove(key)
        assert not down


def test_phrases_follow_each_other_without_a_gap():
    stage = Stage(bars=3)
    assert stage.run() == Ended("")
    stage.assert_silent()
    strikes = [at for at, status, pitch, _ in stage.notes if status == 0x90]
    assert strikes == [0, 2, 4, 6, 8, 10]
    releases = [at for at, status, pitch, _ in stage.notes if status == 0x80]
    assert releases == [2, 4, 6, 8, 10, 12]


def test_what_ends_is_sent_before_what_begins():
    stage = Stage(bars=2)
    stage.run()
    at_the_join = [status & 0xF0 for at, status, *_ in stage.notes if at == 4]
    assert at_the_join == [0x80, 0x80, 0x90, 0x90]


def test_programs_come_first_and_all_notes_off_last():
    stage = Stage(bars=1)
    stage.run()
    messages = [tuple(rest) for _, *rest in stage.port.messages]
    assert messages[:2] == [(0xC0, 80), (0xC5, 33)]
    assert messages[-2:] == [(0xB0, 123, 0), (0xB5, 123, 0)]


def test_a_phrase_is_always_asked_for_a_phrase_before_it_plays():
    stage = Stage(bars=8)
    stage.run()
    start_s = next(at for at, status, *_ in stage.port.messages if status == 0x90)
    for asked_s, number in stage.link.asked:
        assert asked_s <= max(0.0, start_s + (number - 1) * 4 - 3.9)
    assert [number for _, number in stage.link.asked][:4] == [0, 1, 2, 3]


def test_the_last_bar_cuts_what_would_sound_longer():
    long = [Note(0, 3 * BAR, 0, 60, 90)]
    stage = Stage(bars=2, notes=long)
    stage.run()
    stage.assert_silent()
    assert [(at, status) for at, status, *_ in stage.notes] == [
        (0, 0x90),
        (4, 0x80),
        (4, 0x90),
        (8, 0x80),
    ]


@pytest.mark.parametrize("stop_at_s", [0.0, 0.01, 0.05, 1.0, 4.049, 4.05, 4.051, 11.7])
def test_a_stop_at_any_time_leaves_nothing_sounding(stop_at_s):
    stage = Stage(stop_at_s=stop_at_s)
    assert stage.run() == Ended("")
    stage.assert_silent()
    assert stage.clock.now() <= stop_at_s + 0.06


@pytest.mark.parametrize("fails_at", range(12))
def test_a_port_that_fails_at_any_message_ends_the_music(fails_at):
    stage = Stage(port={"fails_at": fails_at})
    assert stage.run() == Ended("it no longer takes messages")


def test_a_port_that_goes_away_ends_the_music_soon():
    stage = Stage(port={"gone_at_s": 2.5})
    assert stage.run() == Ended("it has gone away")
    stage.assert_silent()
    assert stage.clock.now() < 3.2


def test_a_defect_leaves_nothing_sounding_either():
    stage = Stage(broken=2)
    with pytest.raises(IndexError):
        stage.run()
    assert stage.notes
    stage.assert_silent()


def test_a_late_phrase_moves_everything_after_it_and_nothing_before():
    stage = Stage(bars=4, late=2, late_s=9.0)
    stage.run()
    stage.assert_silent()
    strikes = [at for at, status, *_ in stage.notes if status == 0x90]
    assert strikes[:4] == [0, 2, 4, 6]
    gap = strikes[4] - 8
    assert 0 < gap < 5
    assert strikes[4:] == pytest.approx([8 + gap, 10 + gap, 12 + gap, 14 + gap])
    assert stage.link.reports[-1].late_max_ms == 0


def test_waking_up_late_sends_no_burst():
    stage = Stage(bars=4)
    stage.clock.asleep_at_s = 5.5
    stage.run()
    stage.assert_silent()
    strikes = [at for at, status, *_ in stage.notes if status == 0x90]
    assert strikes[:3] == [0, 2, 4]
    assert strikes[3] > 30
    assert [at - strikes[3] for at in strikes[3:]] == pytest.approx([0, 2, 4, 6, 8])
    assert stage.link.reports[-1].late_max_ms == 0


def test_reports_hold_everything_that_was_sent_in_order():
    stage = Stage(bars=2)
    stage.run()
    reported = [tuple(sent.message) for report in stage.link.reports for sent in report.sent]
    assert reported == [tuple(rest) for _, *rest in stage.port.messages]
    ticks = [sent.tick for report in stage.link.reports for sent in report.sent]
    assert ticks == sorted(ticks)
    assert ticks[-1] == 2 * BAR
    last = stage.link.reports[-1]
    assert (last.notes, last.tick) == (6, 2 * BAR)
    times = [report.tick for report in stage.link.reports]
    assert len(times) > 8 * 3  # about four a second, all along


def test_a_rest_of_a_whole_phrase_is_kept():
    stage = Stage(bars=3, notes=[])
    assert stage.run() == Ended("")
    assert stage.clock.now() == pytest.approx(12.05)
