from midigan.live.agenda import RELEASE, STRIKE, TIE, Agenda, Placed


def note(start, end, pitch=60, track=0, channel=0, tied=None):
    return Placed(start, end, track, channel, pitch, 80, tied)


def everything(agenda):
    events = []
    while (tick := agenda.next_tick()) is not None:
        events += agenda.take(tick)
    return events


def strikes(agenda):
    return [(e.tick, e.pitch) for e in everything(agenda) if e.order == STRIKE]


def test_events_come_in_order_and_releases_before_strikes():
    agenda = Agenda()
    agenda.put(1, [note(10, 20)])
    agenda.put(0, [note(0, 10), note(10, 15, 40, track=1, channel=1)])
    found = [(event.tick, event.order, event.pitch) for event in everything(agenda)]
    assert found == [
        (0, STRIKE, 60),
        (10, RELEASE, 60),
        (10, STRIKE, 60),
        (10, STRIKE, 40),
        (15, RELEASE, 40),
        (20, RELEASE, 60),
    ]


def test_everything_up_to_a_tick_is_taken_at_once():
    agenda = Agenda()
    agenda.put(0, [note(0, 4), note(3, 9, 61), note(7, 8, 62)])
    assert [(e.tick, e.order) for e in agenda.take(7)] == [
        (0, STRIKE),
        (3, STRIKE),
        (4, RELEASE),
        (7, STRIKE),
    ]
    assert agenda.next_tick() == 8


def test_both_ends_of_a_note_have_the_same_owner():
    agenda = Agenda()
    agenda.put(0, [note(0, 10), note(5, 15)])
    first, second, first_end, second_end = everything(agenda)
    assert first.owner == first_end.owner != second.owner == second_end.owner


def test_notes_without_length_are_left_out():
    agenda = Agenda()
    agenda.put(0, [note(5, 5)])
    assert agenda.next_tick() is None


def test_a_phrase_replaces_the_one_of_its_number():
    agenda = Agenda()
    agenda.put(0, [note(0, 5, 60), note(10, 15, 61)])
    agenda.put(1, [note(20, 25, 62)])
    agenda.put(1, [note(21, 25, 63)])
    assert strikes(agenda) == [(0, 60), (10, 61), (21, 63)]


def test_replacing_a_phrase_that_has_begun_neither_repeats_nor_cuts_anything():
    agenda = Agenda()
    agenda.put(0, [note(0, 15, 60), note(10, 15, 61)])
    (begun,) = agenda.take(0)
    agenda.put(0, [note(0, 15, 70), note(10, 12, 71)])
    found = everything(agenda)
    assert [(e.tick, e.order, e.pitch) for e in found] == [
        (10, STRIKE, 71),
        (12, RELEASE, 71),
        (15, RELEASE, 60),
    ]
    assert found[-1].owner == begun.owner


def test_what_comes_too_late_is_silent_until_the_playhead_moves():
    agenda = Agenda()
    agenda.put(0, [note(0, 5, 60), note(10, 15, 61)], earliest=8)
    assert strikes(agenda) == [(10, 61)]
    agenda.move(0)
    assert strikes(agenda) == [(0, 60), (10, 61)]


def test_moving_takes_up_what_begins_there_and_nothing_that_would_already_sound():
    agenda = Agenda()
    agenda.put(0, [note(0, 30, 60), note(10, 15, 61)])
    agenda.put(1, [note(20, 25, 62)])
    everything(agenda)
    agenda.move(10)
    assert agenda.next_tick() == 10
    assert strikes(agenda) == [(10, 61), (20, 62)]
    agenda.move(11)
    assert strikes(agenda) == [(20, 62)]


def test_moving_forgets_what_sounded():
    agenda = Agenda()
    agenda.put(0, [note(0, 30, 60)])
    agenda.take(0)
    agenda.move(5)
    assert agenda.next_tick() is None


def test_phrases_that_are_not_wanted_are_dropped():
    agenda = Agenda()
    for number in range(4):
        agenda.put(number, [note(number, 9, number)])
    agenda.keep(lambda number: number % 2 == 1)
    assert [agenda.holds(number) for number in range(4)] == [False, True, False, True]
    assert strikes(agenda) == [(1, 1), (3, 3)]


def test_a_tie_comes_first_and_is_the_beginning_of_its_note_as_well():
    agenda = Agenda()
    agenda.put(1, [note(22, 30, tied=20), note(20, 25, 61)])
    agenda.put(0, [note(5, 20)])
    events = everything(agenda)
    assert [(e.tick, e.order, e.pitch) for e in events] == [
        (5, STRIKE, 60),
        (20, TIE, 60),
        (20, RELEASE, 60),
        (20, STRIKE, 61),
        (22, STRIKE, 60),
        (25, RELEASE, 61),
        (30, RELEASE, 60),
        (30, RELEASE, 60),
    ]
    first, tie, first_end, _, strike, _, *ends = events
    assert first.owner == first_end.owner != tie.owner
    assert {event.owner for event in (tie, strike, *ends)} == {tie.owner}
    assert tie.end_tick == 30


def test_a_tied_note_that_is_put_anew_is_the_same_note():
    agenda = Agenda()
    agenda.put(1, [note(22, 30, 61, tied=20), note(22, 30, tied=20), note(24, 30)])
    ties = agenda.take(20)
    agenda.put(1, [note(22, 35, tied=20), note(23, 35), note(22, 35, 61, track=1, tied=20)])
    found = {(e.tick, e.pitch): e.owner for e in everything(agenda) if e.order == STRIKE}
    assert found.pop((22, 60)) == ties[1].owner
    assert not {tie.owner for tie in ties} & set(found.values())


def test_music_taken_up_at_a_join_has_its_ties_and_after_it_none():
    agenda = Agenda()
    agenda.put(1, [note(22, 30, tied=20)])
    for tick, orders in ((20, [TIE, STRIKE]), (21, [STRIKE])):
        agenda.move(tick)
        assert [e.order for e in everything(agenda) if e.order != RELEASE] == orders


def test_what_begins_late_is_struck_not_tied():
    agenda = Agenda()
    agenda.put(1, [note(20, 60, tied=20)], earliest=30)
    agenda.begin_late(1, since=20, tick=30)
    assert [(e.tick, e.order) for e in everything(agenda)] == [(30, STRIKE), (60, RELEASE)]
