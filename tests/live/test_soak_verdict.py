"""What the soak of benchmarks/ finds in records that are known to be good or bad."""

import json

import pytest
from soak_record import read_record
from soak_verdict import judge, stuck_notes

PHRASE_S = 2.0
DELAY_S = 0.02


def music(number):
    """Four notes a phrase, whose pitch tells where they are."""
    return [(beat / 2, 0.4, (0, 10 + 4 * number + beat), False) for beat in range(4)]


def notes(begin_s, song_s, until_s):
    """What a synthesizer hears while the transport rolls from a place of the song."""
    found = []
    for number in range(10):
        for start_s, _, (channel, pitch), _ in music(number):
            at = begin_s + number * PHRASE_S + start_s - song_s
            if begin_s - 1e-9 <= at < until_s:
                found.append((at + DELAY_S, [0x90 | channel, pitch, 80]))
                found.append((at + DELAY_S + 0.4, [0x80 | channel, pitch, 0]))
    return found


#: It rolls from the beginning, jumps to phrase 3, and stops.
HEARD = [*notes(1.0, 0.0, 6.0), *notes(6.0, 6.0, 11.0)]
ROLLS = [(0.5, False, 0.0), (1.0, True, 0.0), (6.0, True, 6.0), (11.0, False, 11.0)]


@pytest.fixture
def verdict_on(tmp_path):
    def judged(heard, away=(), music=music):
        lines = [["back", -2.0], *(["midi", at, data] for at, data in heard)]
        lines += [["roll", *roll] for roll in ROLLS]
        for gone, back in away:
            lines += [["gone", gone], ["back", back]]
        file = tmp_path / "record.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return judge(read_record(file), music, PHRASE_S)

    return judged


def faults(found):
    return [*found.stuck, *found.wrong, *found.silent, *found.late, *found.lost]


def without(begin_s, end_s):
    return [(at, data) for at, data in HEARD if not begin_s <= at < end_s]


def test_what_is_right_is_found_right(verdict_on):
    found = verdict_on(HEARD)
    assert faults(found) == []
    assert found.resumed_s == pytest.approx([DELAY_S, DELAY_S])
    assert found.delays_s == pytest.approx([DELAY_S] * len(HEARD[::2]))


def test_a_phrase_reached_in_passing_and_not_there_is_late(verdict_on):
    found = verdict_on(without(3.0, 4.0))
    assert found.late == [(3.0, 1)]
    assert not found.lost


def test_one_note_that_is_missing_is_lost_and_no_phrase_late(verdict_on):
    found = verdict_on(without(3.0, 3.5))
    assert found.lost == [(3.0, (0, 14))]
    assert not found.late


def test_what_a_jump_costs_is_measured(verdict_on):
    found = verdict_on(without(6.0, 6.5))
    assert found.resumed_s == pytest.approx([DELAY_S, 0.5 + DELAY_S])
    assert faults(found) == []


def test_after_a_jump_a_note_may_begin_until_half_of_it_is_over(verdict_on):
    heard = sorted([*without(6.0, 6.1), (6.28, [0x90, 22, 80])])
    found = verdict_on(heard)
    assert faults(found) == []
    assert found.resumed_s == pytest.approx([DELAY_S, 0.28])
    late = sorted([*without(6.0, 6.1), (6.35, [0x90, 22, 80])])
    assert verdict_on(late).wrong == [(6.35, (0, 22))]


def test_music_of_another_place_is_wrong(verdict_on):
    found = verdict_on([*notes(1.0, 0.0, 6.0), *notes(6.0, 2.0, 11.0)])
    assert found.wrong[0][1] == (0, 14)
    assert len(found.wrong) == 10
    assert found.silent == [6.0]


def test_a_port_that_is_away_may_miss_notes_but_leaves_none_down(verdict_on):
    heard, away = without(3.3, 4.0), [(3.3, 3.9)]
    assert faults(verdict_on(heard, away)) == [(3.02, (0, 14), "left sounding")]
    settled = sorted([*heard, (3.95, [0x80, 14, 0])])
    found = verdict_on(settled, away)
    assert faults(found) == []
    assert found.returned_s == pytest.approx([3.95 - 3.9])  # the release that it was owed


def test_a_run_that_begins_before_a_port_closes_is_not_silent_for_that(verdict_on):
    # Its first note came too late to be heard, and then the port was away till its end.
    assert faults(verdict_on(without(6.0, 11.0), [(6.4, 10.9)])) == []
    assert verdict_on(without(6.0, 11.0), [(9.4, 10.9)]).silent == [6.0]


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        ([(1, [0x90, 60, 80])], "left sounding"),
        ([(1, [0x90, 60, 80]), (2, [0x81, 60, 0])], "left sounding"),
        ([(1, [0x90, 60, 80]), (2, [0x90, 60, 80]), (3, [0x80, 60, 0])], "struck again"),
        ([(1, [0x90, 60, 80]), (9, [0x80, 60, 0])], "sounded for 8.0 s"),
        ([(1, [0x90, 60, 80]), (2, [0xB0, 123, 0])], "left sounding"),
    ],
)
def test_stuck_notes_are_found(messages, why):
    assert [(at, key, how) for at, key, how in stuck_notes(messages, 5.0)] == [(1, (0, 60), why)]


def pedal(number):
    """One key all the phrase, tied to the phrase before in all but every third."""
    return [*music(number), (0.0, PHRASE_S, (1, 5), number % 3 != 0)]


def with_pedal(*spans, heard=HEARD):
    """What is heard, and the pedal from second to second."""
    for begin_s, end_s in spans:
        own = [(begin_s + DELAY_S, [0x91, 5, 80]), (end_s + DELAY_S, [0x81, 5, 0])]
        heard = sorted([*heard, *own])
    return heard


def test_a_tied_note_is_held_not_struck(verdict_on):
    found = verdict_on(with_pedal((1.0, 6.0), (6.0, 11.0)), music=pedal)
    assert faults(found) == []
    assert found.held == 4
    # Three phrases of 2 s it may sound, no more than one more.
    hanging = verdict_on(with_pedal((1.0, 6.0), (6.0, 16.0)), music=pedal)
    assert [(at, key) for at, key, _ in hanging.stuck] == [(6.02, (1, 5))]


def test_a_tied_note_that_is_struck_though_it_sounds_is_wrong(verdict_on):
    late = sorted([*with_pedal((1.0, 6.0), (6.0, 11.0)), (8.02, [0x91, 5, 80])])
    assert verdict_on(late, music=pedal).wrong == [(8.02, (1, 5))]
    # Released at the join and struck again: it was to be held.
    found = verdict_on(with_pedal((1.0, 6.0), (6.0, 8.0), (8.0, 11.0)), music=pedal)
    assert found.wrong == [(8.02, (1, 5))]
    assert found.lost[0] == (8.0, (1, 5))


def test_a_tied_note_that_ends_at_the_join_is_lost(verdict_on):
    found = verdict_on(with_pedal((1.0, 6.0), (6.0, 8.0)), music=pedal)
    assert found.lost == [(8.0, (1, 5)), (10.0, (1, 5))]


def test_what_was_cut_short_is_struck_at_the_next_join(verdict_on):
    found = verdict_on(with_pedal((1.0, 6.0), (6.0, 7.5), (8.0, 11.0)), music=pedal)
    assert faults(found) == []
    assert found.held == 3
    assert verdict_on(with_pedal((1.0, 6.0), (6.0, 7.5)), music=pedal).lost[0] == (8.0, (1, 5))


def test_what_a_port_that_was_away_cut_short_may_be_missing_at_the_join(verdict_on):
    heard = [note for note in with_pedal((1.0, 2.5), (6.0, 11.0)) if not 2.4 < note[0] < 4.0]
    heard = sorted([*heard, (2.95, [0x80, 12, 0]), (2.95, [0x81, 5, 0])])
    assert faults(verdict_on(heard, [(2.4, 2.9)], music=pedal)) == []
