"""The player that leads: its own tempo, from the first bar to the last."""

import pytest
from stage import BAR, Stage

from midigan.live.processes.composer_messages import Note
from midigan.live.processes.player_messages import Ended, Panic


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


@pytest.mark.parametrize(("late_s", "lead_s"), [(0.0, 0.05), (0.03, 0.05), (0.4, 0.4)])
def test_sounds_have_time_to_load_while_the_first_phrase_is_composed(late_s, lead_s):
    stage = Stage(bars=1, late=0, late_s=late_s)
    stage.run()
    (program_s, *_), *_ = stage.port.messages
    assert stage.strikes[0][0] - program_s == pytest.approx(lead_s, abs=0.005)


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
    stage = Stage(broken=3)
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
    assert (last.notes, last.tick, last.played_ticks) == (6, 2 * BAR, 2 * BAR)
    assert (last.tempo_bpm, last.rolling) == (60.0, True)
    times = [report.tick for report in stage.link.reports]
    assert len(times) > 8 * 3  # about four a second, all along


def test_a_rest_of_a_whole_phrase_is_kept():
    stage = Stage(bars=3, notes=[])
    assert stage.run() == Ended("")
    assert stage.clock.now() == pytest.approx(12.05)


def test_panic_releases_everything_and_the_music_goes_on():
    stage = Stage(bars=2, script=[(1.05, Panic())])
    assert stage.run() == Ended("")
    stage.assert_silent()
    at_panic = [tuple(rest) for at, *rest in stage.port.messages if 1 < at < 1.5]
    assert at_panic == [
        (0x80, 60, 0),
        (0x85, 40, 0),
        *((0xB0 | channel, 123, 0) for channel in (0, 5)),
        *((0xB0 | channel, 120, 0) for channel in (0, 5)),
    ]
    assert [at for at, _ in stage.strikes if at > 1.5]
