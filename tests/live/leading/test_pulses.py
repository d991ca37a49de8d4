"""MIDI clock as the player sends it."""

from itertools import pairwise

import pytest
from stage import BAR, Stage

from midigan.live.clock import PPQN
from midigan.live.leading.pulses import CLOCK, CONTINUE, SONG_POSITION, START, STOP, Pulses


def clock_of(stage):
    """(second, message) of the messages of the clock, but for its pulses; and the pulses."""
    sent = [(round(at, 6), *rest) for at, *rest in stage.port.messages if rest[0] >= 0xF0]
    pulses = [at for at, status, *_ in sent if status == CLOCK]
    return [message for message in sent if message[1] != CLOCK], pulses


def test_24_pulses_a_beat_between_start_and_stop():
    stage = Stage(bars=2, pulses=True)
    stage.run()
    others, pulses = clock_of(stage)
    assert [message[1:] for message in others] == [(START,), (STOP,)]
    start_s = stage.strikes[0][0]
    assert others[0][0] < start_s == pulses[0]
    assert pulses == pytest.approx([start_s + i / 24 for i in range(8 * 24)], abs=2e-6)


def test_a_pulse_goes_out_before_the_notes_of_its_moment():
    stage = Stage(bars=2, pulses=True)
    stage.run()
    at_the_join = [message[1] for message in stage.port.messages if message[0] == 4.05]
    assert at_the_join == [CLOCK, 0x80, 0x85, 0x90, 0x95]


def test_a_late_phrase_stops_the_clock_and_continues_it_there():
    stage = Stage(bars=4, pulses=True, late=2, late_s=9.0)
    stage.run()
    others, pulses = clock_of(stage)
    assert [message[1:] for message in others] == [
        (START,),
        (STOP,),
        (SONG_POSITION, 32, 0),
        (CONTINUE,),
        (STOP,),
    ]
    assert len(pulses) == 16 * 24
    assert stage.strikes[6][0] == others[3][0] == pulses[8 * 24]


def test_waking_up_late_loses_no_pulse():
    stage = Stage(bars=4, pulses=True)
    stage.clock.asleep_at_s = 5.5
    stage.run()
    others, pulses = clock_of(stage)
    assert [message[1] for message in others][:3] == [START, STOP, CONTINUE]
    assert len(pulses) == 16 * 24
    gaps = [round(b - a, 3) for a, b in pairwise(pulses)]
    assert set(gaps) - {0.041, 0.042} == {max(gaps)}


@pytest.mark.parametrize("end", [{"stop_at_s": 3.3}, {"broken": 3}])
def test_whatever_ends_the_music_stops_the_clock(end):
    stage = Stage(pulses=True, **end)
    try:
        stage.run()
    except IndexError:
        assert "broken" in end
    assert clock_of(stage)[0][-1][1:] == (STOP,)


@pytest.mark.parametrize(
    ("tick", "messages", "first"),
    [
        (0, [(START,)], 0),
        (PPQN, [(SONG_POSITION, 4, 0), (CONTINUE,)], PPQN),
        (200 * BAR, [(SONG_POSITION, 0, 25), (CONTINUE,)], 200 * BAR),
        (PPQN + 41, [(CONTINUE,)], PPQN + 80),
        (0x4000 * PPQN // 4, [(CONTINUE,)], 0x4000 * PPQN // 4),
    ],
)
def test_where_it_goes_on_is_said_right_before_the_first_pulse(tick, messages, first):
    sent = []
    pulses = Pulses(sent.append)
    pulses.go(tick)
    # Start alone has to be heard before: who follows then goes to the beginning.
    assert (sent, pulses.next_tick) == ([(START,)] if tick == 0 else [], first)
    pulses.take(first)
    assert sent == [*messages, (CLOCK,)]
    pulses.stop()
    pulses.stop()
    assert sent == [*messages, (CLOCK,), (STOP,)]


def test_what_never_went_on_is_not_stopped():
    sent = []
    pulses = Pulses(sent.append)
    pulses.go(BAR)
    pulses.stop()
    assert (sent, pulses.next_tick) == ([], None)
    pulses.go(0)
    pulses.take(0)
    assert sent == [(START,), (CLOCK,)]
