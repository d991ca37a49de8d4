import pytest

from midigan.errors import PortError
from midigan.live.agenda import RELEASE, STRIKE, TIE, Event
from midigan.live.sounding import Sounding


@pytest.fixture
def sent():
    return []


@pytest.fixture
def sounding(sent):
    return Sounding(lambda track, *message: sent.append((track, *message)))


def play(sounding, *events):
    sounding.play(sounding.foresee(events))


def note(owner, pitch=60, track=0, channel=2):
    return (
        Event(0, STRIKE, owner, track, channel, pitch, 90, 9),
        Event(9, RELEASE, owner, track, channel, pitch, 90, 9),
    )


def test_a_note_begins_and_ends(sounding, sent):
    strike, release = note(1)
    play(sounding, strike)
    assert len(sounding) == 1
    play(sounding, release)
    assert sent == [(0, 0x92, 60, 90), (0, 0x82, 60, 0)]
    assert len(sounding) == 0


def test_a_key_that_is_down_goes_up_before_it_is_struck_again(sounding, sent):
    first, first_end = note(1, track=0)
    second, second_end = note(2, track=1)
    play(sounding, first)
    play(sounding, second)
    # The first note's end must not cut the second, which owns the key now.
    play(sounding, first_end)
    assert sent == [(0, 0x92, 60, 90), (0, 0x82, 60, 0), (1, 0x92, 60, 90)]
    play(sounding, second_end)
    assert sent[3:] == [(1, 0x82, 60, 0)]


def test_what_is_foreseen_is_what_is_sent_and_only_then(sounding, sent):
    first, first_end = note(1)
    again, _ = note(2)
    other, other_end = note(3, pitch=64)
    outgoing = sounding.foresee([first, other])
    assert (len(sounding), sent) == (0, [])
    sounding.play(outgoing)
    assert sent == [(0, 0x92, 60, 90), (0, 0x92, 64, 90)]
    outgoing = sounding.foresee([other_end, first_end, again])
    assert len(sounding) == 2
    sounding.play(outgoing)
    assert sent[2:] == [(0, 0x82, 64, 0), (0, 0x82, 60, 0), (0, 0x92, 60, 90)]
    assert len(sounding) == 1


def test_what_was_foreseen_need_not_be_played(sounding, sent):
    strike, release = note(1)
    play(sounding, strike)
    sounding.foresee([release])
    sounding.lift_all()
    play(sounding, release)
    assert sent == [(0, 0x92, 60, 90), (0, 0x82, 60, 0)]


def test_silence_lifts_notes_first_then_says_so_on_each_used_channel(sounding, sent):
    for owner, (pitch, channel) in enumerate([(60, 3), (64, 3), (40, 0)]):
        play(sounding, note(owner, pitch, channel=channel)[0])
    play(sounding, note(1, 64, channel=3)[1])
    del sent[:]
    sounding.silence()
    assert sent == [(0, 0x83, 60, 0), (0, 0x80, 40, 0), (-1, 0xB0, 123, 0), (-1, 0xB3, 123, 0)]
    assert len(sounding) == 0


def test_panic_ends_what_rings_on_too_and_the_music_goes_on(sounding, sent):
    play(sounding, note(1, channel=3)[0])
    del sent[:]
    sounding.panic()
    assert sent == [(0, 0x83, 60, 0), (-1, 0xB3, 123, 0), (-1, 0xB3, 120, 0)]
    play(sounding, note(2, channel=3)[0])
    assert len(sounding) == 1


def test_a_note_that_may_have_gone_out_is_remembered(sent):
    def fail_once(track, *message):
        sent.append(message)
        if len(sent) == 1:
            raise PortError("gone")

    sounding = Sounding(fail_once)
    with pytest.raises(PortError):
        play(sounding, note(1)[0])
    assert len(sounding) == 1
    sounding.silence()
    assert sent == [(0x92, 60, 90), (0x82, 60, 0), (0xB2, 123, 0)]


def tied(owner, track=0, tick=9, end=20):
    tie = Event(tick, TIE, owner, track, 2, 60, 90, end)
    return tie, tie._replace(tick=end, order=RELEASE)


def test_a_note_goes_on_as_the_one_that_is_tied_to_it(sounding, sent):
    strike, release = note(1)
    tie, tied_release = tied(2)
    play(sounding, strike)
    play(sounding, tie)
    play(sounding, release)
    play(sounding, tie._replace(order=STRIKE))
    assert sent == [(0, 0x92, 60, 90)]
    play(sounding, tied_release)
    assert sent[1:] == [(0, 0x82, 60, 0)]
    assert len(sounding) == 0


@pytest.mark.parametrize("tie", [tied(2, track=1)[0], tied(2, tick=8)[0]])
def test_what_is_of_another_track_or_ends_elsewhere_does_not_go_on(tie, sounding, sent):
    strike, release = note(1)
    play(sounding, strike)
    play(sounding, tie)
    play(sounding, release)
    assert sent == [(0, 0x92, 60, 90), (0, 0x82, 60, 0)]
    play(sounding, tie._replace(order=STRIKE))
    assert sent[2:] == [(tie.track, 0x92, 60, 90)]


def test_a_tie_to_what_does_not_sound_strikes_nothing(sounding, sent):
    play(sounding, tied(2)[0])
    assert sent == []
    assert len(sounding) == 0


def test_an_end_that_was_put_off_is_not_heard(sounding, sent):
    first, end = tied(2, end=20)
    later = first._replace(order=STRIKE, end_tick=30)
    play(sounding, later)
    play(sounding, end)
    assert len(sounding) == 1
    play(sounding, end._replace(tick=30, end_tick=30))
    assert len(sounding) == 0
