"""The player that follows: positions of a leader in, notes at their places out."""

import pytest
from stage import BAR, Stage

from midigan.live.clock import PPQN
from midigan.live.leading.transport import Transport
from midigan.live.processes.composer_messages import Note, Phrase
from midigan.live.processes.player_messages import Failed, Notice, Position


def beats(number):
    """A note on each beat of a bar; its pitch tells bar and beat."""
    return [Note(beat * PPQN, PPQN // 2, 0, 40 + 4 * number + beat, 90) for beat in range(4)]


def drone(number):
    """One note that lasts all the bar, with one on its third beat."""
    return [Note(0, BAR, 1, 40 + number, 90), Note(BAR // 2, PPQN, 0, 60 + number, 90)]


#: Before the jump; more than half over; half of it left; still to come.
LATE = [
    Note(0, BAR, 0, 60, 90),
    Note(PPQN // 2, PPQN, 0, 61, 90),
    Note(PPQN // 2, 2 * PPQN, 0, 62, 90),
    Note(3 * PPQN, PPQN // 2, 0, 63, 90),
]


def follow(*script, notes=beats, stop_at_s=20.0, latency_s=0.0, **link):
    """A session that follows (second, tick, bpm, rolling), or a message of another kind."""
    messages = [
        (at, rest[0]) if len(rest) == 1 else (at, Position(rest[0], at, *rest[1:]))
        for at, *rest in script
    ]
    transport = Transport(120.0, leads=False, latency_s=latency_s)
    stage = Stage(transport=transport, script=messages, notes=notes, stop_at_s=stop_at_s, **link)
    stage.ended = stage.run()
    return stage


def test_nothing_sounds_before_the_leader_rolls():
    stage = follow((1.0, 0, 60, False), stop_at_s=9)
    assert stage.strikes == []
    assert not stage.link.reports[-1].rolling
    assert len(stage.link.reports) > 4 * 8
    assert [message[1] for message in stage.port.messages] == [0xC0, 0xC5]


def test_it_plays_from_the_leaders_position_at_the_leaders_tempo():
    stage = follow((3.0, BAR, 120, True), stop_at_s=5.2)
    assert stage.strikes == [(3, 44), (3.5, 45), (4, 46), (4.5, 47), (5, 48)]
    stage.assert_silent()


def test_corrections_move_what_is_to_come_and_repeat_nothing():
    stage = follow(
        (1.0, 0, 60, True),
        (2.5, 1.4 * PPQN, 60, True),  # it is .1 s later than it seemed
        (4.2, 3.2 * PPQN, 60, True),  # it is not: that is, a note was due at 4.1
        (5.5, 4.5 * PPQN, 120, True),
        stop_at_s=7.2,
    )
    expected = [(1, 40), (2, 41), (3.1, 42), (4.1, 43), (5, 44), (5.75, 45), (6.25, 46)]
    assert stage.strikes == [*expected, (6.75, 47)]
    stage.assert_silent()


def test_a_correction_back_over_a_note_does_not_strike_it_twice():
    stage = follow((1.0, 0, 60, True), (2.05, 0.95 * PPQN, 60, True), stop_at_s=3.5)
    assert stage.strikes == [(1, 40), (2, 41), (3.1, 42)]


def test_a_stop_silences_and_a_continue_goes_on_without_what_already_sounded():
    stage = follow(
        (1.0, 0, 60, True),
        (2.5, 1.5 * PPQN, 60, False),
        (8.0, 1.5 * PPQN, 60, True),
        notes=drone,
        stop_at_s=8.75,
    )
    assert stage.strikes == [(1, 40), (8.5, 60)]
    off_s = [at for at, status, *_ in stage.port.messages if status == 0x85]
    assert off_s == [2.5]
    stage.assert_silent()
    assert stage.link.reports[-1].played_ticks == 2.25 * PPQN


def test_start_after_stop_plays_from_bar_1_at_once():
    stage = follow(
        (1.0, 0, 60, True),
        (11.5, 10.5 * PPQN, 60, False),
        (13.0, 0, 60, True),
        stop_at_s=14.5,
        late=0,
        late_s=0.04,
    )
    assert stage.strikes[-2:] == [(13, 40), (14, 41)]


def test_a_loop_of_the_leader_comes_back_in_time_every_time():
    loop = [(3.99 + 8 * turn, Position(0, 4 + 8 * turn, 60, True)) for turn in range(4)]
    stage = follow(*loop, stop_at_s=35.9, late=0, late_s=3.0)
    expected = [(4 + 8 * turn + beat, 40 + beat) for turn in range(4) for beat in range(8)]
    assert stage.strikes == expected
    stage.assert_silent()


def test_of_a_loop_that_is_told_late_the_bar_after_it_is_heard_at_most_once():
    loop = [(4.01 + 8 * turn, Position(0, 4 + 8 * turn, 60, True)) for turn in range(4)]
    stage = follow(*loop, stop_at_s=35.9)
    after_it = [at for at, pitch in stage.strikes if pitch == 48]
    assert after_it == [12]
    beats_of_turns = [[p for at, p in stage.strikes if 0 <= at - s < 7.9] for s in (4, 20, 28)]
    assert beats_of_turns == [list(range(40, 48))] * 3


def test_a_loop_that_stops_in_between_is_a_loop_too():
    turns = [
        message
        for begin in (4, 12, 20)
        for message in ((begin, 0, 60, True), (begin + 8.005, 8 * PPQN, 60, False))
    ]
    again = [(at + 0.01 if tick == 0 else at, tick, *rest) for at, tick, *rest in turns]
    stage = follow(*again, stop_at_s=28.5)
    assert [at for at, pitch in stage.strikes if pitch == 48] == []


def test_a_leader_that_does_not_loop_again_is_waited_for_once():
    stage = follow((1.0, 0, 60, True), (3.0, 0, 60, True), (5.0, 0, 60, True), stop_at_s=9.5)
    assert stage.strikes[-5:] == [(5, 40), (6, 41), (7.025, 42), (8, 43), (9, 44)]


def test_a_jump_while_rolling_ends_what_sounds_and_begins_nothing_late():
    stage = follow((1.0, 0, 60, True), (1.5, 9 * BAR + PPQN, 60, True), notes=drone, stop_at_s=3.2)
    assert stage.strikes == [(1, 40), (2.5, 69)]
    assert [at for at, status, *_ in stage.port.messages if status == 0x85] == [1.5]
    stage.assert_silent()


def test_a_jump_asks_for_what_is_needed_there():
    stage = follow((1.0, 0, 60, True), (1.5, 30 * BAR, 60, True), stop_at_s=2.2)
    assert [number for _, number in stage.link.asked] == [0, 1, 2, 30, 31, 32]


def test_a_place_set_while_it_stands_is_ready_when_it_rolls():
    stage = follow((1.0, 7 * BAR, 60, False), (3.0, 7 * BAR, 60, True), stop_at_s=3.5)
    assert (1.0, 7) in stage.link.asked
    assert stage.strikes == [(3, 68)]


def test_many_jumps_leave_the_composer_little_to_do():
    scrubbed = [(1 + number / 100, number * BAR, 60, False) for number in range(100)]
    stage = follow(*scrubbed, stop_at_s=9, late=0, late_s=0.5)
    stage.link.late = None
    assert len(stage.link.asked) <= 3 * 100
    slow = follow(*scrubbed, stop_at_s=30, every_s=2.0)
    assert len(slow.link.asked) < 12
    assert {99, 100, 101} <= {number for _, number in slow.link.asked}


def test_a_phrase_that_comes_late_after_a_jump_joins_in_where_the_leader_is():
    stage = follow((1.0, 0, 60, True), (2.5, 5 * BAR, 60, True), late=5, late_s=1.4, stop_at_s=5.2)
    assert stage.strikes == [(1, 40), (2, 41), (4.5, 62)]
    assert stage.strikes[-1][1] == 40 + 4 * 5 + 2


def test_of_such_a_phrase_begins_late_what_is_no_more_than_half_over():
    stage = follow(
        (1.0, 5 * BAR + 5, 60, True), late=5, late_s=1.2, stop_at_s=4.9, notes=lambda _: LATE
    )
    (late, _), *rest = stage.strikes
    assert late == pytest.approx(2.2, abs=0.002)
    assert [pitch for _, pitch in stage.strikes] == [62, 63]
    assert len(rest) == 1
    stage.assert_silent()


def test_a_phrase_that_is_hardly_late_is_begun_late():
    stage = follow((1.0, 6 * BAR, 60, True), late=6, late_s=0.03, stop_at_s=1.5)
    assert stage.strikes == [(1.03, 64)]


def test_a_phrase_sent_anew_replaces_what_has_not_begun():
    anew = Phrase(1, [Note(0, PPQN, 0, 100, 90), Note(PPQN, PPQN, 0, 101, 90)])
    begun = Phrase(0, [Note(beat * PPQN, 9, 0, 110 + beat, 90) for beat in range(4)])
    stage = follow((1.0, 0, 60, True), (2.5, anew), (3.5, begun), stop_at_s=6.5)
    assert stage.strikes == [(1, 40), (2, 41), (3, 42), (4, 113), (5, 100), (6, 101)]


@pytest.mark.parametrize(("latency_s", "shift_s"), [(0.25, -0.25), (-0.25, 0.25)])
def test_latency_sends_earlier_or_later(latency_s, shift_s):
    stage = follow((1.0, 0, 60, True), latency_s=latency_s, stop_at_s=3.5)
    # What should have been early at the very beginning is sent as soon as that is known.
    assert stage.strikes[0] == (max(1.0, 1 + shift_s), 40)
    assert stage.strikes[1:3] == [(2 + shift_s, 41), (3 + shift_s, 42)]


def test_waking_up_late_goes_on_where_the_leader_is_without_a_burst():
    stage = Stage(
        transport=Transport(120.0, leads=False),
        script=[(1.0, Position(0, 1.0, 60, True))],
        notes=beats,
        stop_at_s=40,
    )
    stage.clock.asleep_at_s = 3.0
    stage.run()
    stage.assert_silent()
    times = [at for at, _ in stage.strikes]
    assert times[:4] == [1, 2, 33, 34]
    assert dict(stage.strikes)[34] == 40 + 33


def test_the_last_bar_is_counted_by_what_was_played():
    stage = follow((1.0, 8 * BAR, 60, True), (2.5, 20 * BAR, 60, True), bars=1, stop_at_s=99)
    assert stage.strikes == [(1, 72), (2, 73), (2.5, 120), (3.5, 121), (4.5, 122)]
    assert stage.clock.now() == 5
    assert stage.link.reports[-1].played_ticks == BAR
    assert stage.link.reports[-1].tick == 20 * BAR + 2.5 * PPQN


def test_what_was_sent_is_reported_in_the_order_of_playing():
    stage = follow((1.0, 3 * BAR, 60, True), (2.5, 0, 60, True), (4.5, 0, 60, False))
    ticks = [sent.tick for report in stage.link.reports for sent in report.sent]
    assert ticks == sorted(ticks)
    assert ticks[-1] == 3.5 * PPQN


def test_what_the_leader_has_to_say_goes_on_to_people_and_its_end_is_the_end():
    stage = follow((1.0, Notice("lost")), (1.5, 0, 60, True), (2.0, Failed("it has gone")))
    assert stage.link.notices == ["lost"]
    assert stage.ended.trouble == "it has gone"
    stage.assert_silent()
