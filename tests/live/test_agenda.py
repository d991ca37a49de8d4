from midigan.live.agenda import RELEASE, STRIKE, Agenda


def everything(agenda):
    events = []
    while (tick := agenda.next_tick()) is not None:
        events += agenda.take(tick)
    return events


def test_events_come_in_order_and_releases_before_strikes():
    agenda = Agenda()
    agenda.add(10, 20, track=0, channel=0, pitch=60, velocity=80)
    agenda.add(0, 10, track=0, channel=0, pitch=60, velocity=80)
    agenda.add(10, 15, track=1, channel=1, pitch=40, velocity=80)
    found = [(event.tick, event.order, event.pitch) for event in everything(agenda)]
    assert found == [
        (0, STRIKE, 60),
        (10, RELEASE, 60),
        (10, STRIKE, 60),
        (10, STRIKE, 40),
        (15, RELEASE, 40),
        (20, RELEASE, 60),
    ]


def test_both_ends_of_a_note_have_the_same_owner():
    agenda = Agenda()
    agenda.add(0, 10, 0, 0, 60, 80)
    agenda.add(5, 15, 0, 0, 60, 80)
    first, second, first_end, second_end = everything(agenda)
    assert first.owner == first_end.owner != second.owner == second_end.owner


def test_the_end_cuts_notes_short_and_leaves_later_ones_out():
    agenda = Agenda(end_tick=10)
    agenda.add(5, 15, 0, 0, 60, 80)
    agenda.add(10, 15, 0, 0, 61, 80)
    agenda.add(12, 15, 0, 0, 62, 80)
    assert [(event.tick, event.pitch) for event in everything(agenda)] == [(5, 60), (10, 60)]


def test_notes_without_length_are_left_out():
    agenda = Agenda()
    agenda.add(5, 5, 0, 0, 60, 80)
    assert agenda.next_tick() is None
