"""A player of phrases whose notes are tied: one beat is a second, a phrase one bar."""

import pytest
from stage import BAR, PARTS, Composing, RecordingPort, Stage

from midigan.live.clock import PPQN, OfflineClock
from midigan.live.leading.transport import Transport
from midigan.live.playing.player import Player
from midigan.live.playing.stage import Both
from midigan.live.processes.composer_messages import Note, Phrase
from midigan.live.processes.player_messages import Ended, Panic, Position, Start
from midigan.live.records.take import Take

#: All the bar, tied to the bar before; a short note over it.
DRONE = [Note(0, BAR, 1, 40, 70, tied=True), Note(PPQN, PPQN, 0, 60, 90)]
ON, OFF = 0x95, 0x85


def drone_of(stage):
    """When the drone's note-ons and note-offs came, by the clock from the first of all notes."""
    stage.assert_silent()
    return [(at, status) for at, status, *_ in stage.notes if status in (ON, OFF)]


def played(**options):
    stage = Stage(**{"notes": DRONE, **options})
    assert stage.run() == Ended("")
    return stage


def test_a_note_is_held_over_every_join_until_the_last_bar_ends():
    stage = played(bars=4)
    assert drone_of(stage) == [(0, ON), (16, OFF)]
    assert [pitch for _, pitch in stage.strikes] == [40, 60, 60, 60, 60]
    assert stage.link.reports[-1].notes == 5


def test_a_tie_ends_with_the_phrase_that_has_none():
    """One bar struck, one tied to it, one struck."""
    stage = played(bars=3, notes=lambda number: [DRONE[0]._replace(tied=number == 1)])
    assert drone_of(stage) == [(0, ON), (8, OFF), (8, ON), (12, OFF)]


def test_what_was_played_a_little_late_is_tied_at_the_join_all_the_same():
    late = [Note(20, BAR - 20, 1, 40, 70, tied=True)]
    assert drone_of(played(bars=3, notes=late)) == [(0, ON), (pytest.approx(12 - 20 / PPQN), OFF)]


def test_after_a_panic_a_tied_note_begins_at_the_next_join():
    stage = played(bars=3, script=[(1.05, Panic())])
    assert drone_of(stage) == [(0, ON), (1, OFF), (4, ON), (12, OFF)]


@pytest.mark.parametrize(
    ("away_s", "back_s", "again_s"),
    [((6.1, 7.0), 7, 8), ((7.0, 9.5), 9.5, 12), ((6, 13), 13, None)],
)
def test_a_note_that_a_port_lost_is_struck_at_the_first_join_after_its_return(
    away_s, back_s, again_s
):
    stage = played(bars=4, port={"away_s": away_s})
    first, end, *again = drone_of(stage)
    assert first == (0, ON)
    assert end == (pytest.approx(back_s, abs=0.3), OFF)
    assert again == ([] if again_s is None else [(again_s, ON), (16, OFF)])


def test_a_port_that_was_never_away_loses_nothing_when_that_of_the_clock_returns():
    clock = OfflineClock()
    port, other = RecordingPort(clock), RecordingPort(clock, away_s=(5.0, 6.0))
    both = Both(port, other)
    Player(both, clock, Composing(clock, notes=DRONE), Start(60.0, BAR, 3 * BAR, PARTS)).run()
    assert (both.returns, other.returns) == (0, 1)
    drone = [status for _, status, *rest in port.messages if rest[0] == 40]
    assert drone == [ON, OFF]


@pytest.mark.parametrize(("asleep_at_s", "again_s"), [(4.05, 34), (5.05, 38)])
def test_after_a_sleep_a_tied_note_begins_where_it_woke_or_at_the_next_join(asleep_at_s, again_s):
    stage = Stage(bars=4, notes=DRONE)
    stage.clock.asleep_at_s = asleep_at_s
    stage.run()
    (_, first), (_, end), *again = drone_of(stage)
    assert (first, end) == (ON, OFF)
    assert [status for _, status in again] == [ON, OFF]
    assert again[0][0] == pytest.approx(again_s, abs=0.1)


def test_a_late_phrase_strikes_what_could_not_be_held():
    (first, end, again, last) = drone_of(played(bars=4, late=2, late_s=9.0))
    assert (first, end) == ((0, ON), (8, OFF))
    assert again[0] > 8
    assert last == (pytest.approx(again[0] + 8), OFF)


@pytest.mark.parametrize("muted", [[], [Note(0, BAR, 0, 40, 70, tied=True)]])
def test_a_phrase_replaced_before_the_join_ends_what_it_does_not_hold(muted):
    stage = played(bars=3, script=[(3.0, Phrase(1, muted))])
    assert drone_of(stage) == [(0, ON), (4, OFF), (8, ON), (12, OFF)]


@pytest.mark.parametrize("anew", [DRONE, [], [Note(20, BAR - 20, 1, 40, 70, tied=True)]])
def test_a_phrase_replaced_after_the_join_changes_nothing_that_is_held(anew):
    assert drone_of(played(bars=3, script=[(6.0, Phrase(1, anew))])) == [(0, ON), (12, OFF)]


def follow(*script, **options):
    """Follows positions (second, tick) at 60 bpm."""
    positions = [(at, Position(tick, at, 60, True)) for at, tick in script]
    transport = Transport(60.0, leads=False)
    return played(transport=transport, script=positions, **options)


def test_whoever_takes_it_up_within_a_bar_hears_a_tied_note_from_the_next_join_on():
    stage = follow((1.0, BAR // 2), stop_at_s=12.0)
    assert [(at, pitch) for at, pitch in stage.strikes if pitch == 40] == [(3, 40)]
    stage.assert_silent()


def test_a_loop_strikes_a_tied_note_each_time_round():
    stage = follow((1.0, BAR), (9.0, BAR), (17.0, BAR), stop_at_s=24.5)
    assert [at for at, pitch in stage.strikes if pitch == 40] == [1, 9, 17]
    stage.assert_silent()


@pytest.mark.parametrize("stop_at_s", [0.05, 4.049, 4.05, 4.051, 4.06, 4.08, 9.3])
def test_a_stop_at_any_time_leaves_nothing_sounding(stop_at_s):
    late = [*DRONE, Note(20, BAR - 20, 0, 64, 70, tied=True)]
    played(notes=late, stop_at_s=stop_at_s).assert_silent()


def test_what_was_sent_is_one_note_and_bars_from_its_middle_begin_with_it():
    stage = played(bars=4)
    take = Take(PARTS, BAR)
    for report in stage.link.reports:
        take.add(report.sent, report.played_ticks)
    whole, middle = take.notes(0, 4 * BAR), take.notes(2 * BAR, 3 * BAR)
    assert [note for note in whole if note.track == 1] == [Note(0, 4 * BAR, 1, 40, 70)]
    assert middle == [Note(0, BAR, 1, 40, 70), Note(PPQN, PPQN, 0, 60, 90)]
