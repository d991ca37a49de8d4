import numpy as np
import pytest
from midi_bytes import midi, notes, number, off, on

from midigan.files.readers.midi import read_midi
from midigan.files.readers.pedal import hold, may_use_pedal
from midigan.files.score import SourceTrack, tick_notes

TRACKS = (SourceTrack("", channel=0), SourceTrack("", channel=1), SourceTrack("", 0, True, 9))


def lengths(rows, moves):
    """Lengths of notes, each (start, length, source, pitch), once pedals have moved."""
    start, length, source, pitch = np.array(rows, np.int64).T
    held = tick_notes(start, length, source, pitch, 80)
    count = hold(held, TRACKS, moves)
    assert count == np.count_nonzero(held["length"] > length)
    return held["length"].tolist()


def test_a_note_sounds_until_the_pedal_goes_up():
    assert lengths([(0, 100, 0, 60), (600, 10, 0, 61)], [(50, 0, 127), (400, 0, 0)]) == [400, 10]


def test_a_note_is_cut_where_its_pitch_is_struck_again():
    pedal = [(10, 0, 64), (400, 0, 63)]
    rows = [(0, 100, 0, 60), (200, 100, 0, 60), (250, 50, 0, 61), (300, 500, 0, 62)]
    assert lengths(rows, pedal) == [200, 200, 150, 500]


def test_two_of_a_pitch_that_begin_together_are_both_held():
    assert lengths([(0, 100, 0, 60), (0, 90, 0, 60)], [(10, 0, 64), (300, 0, 0)]) == [300, 300]


def test_overlapping_notes_of_a_pitch_keep_their_ends():
    rows = [(0, 300, 0, 60), (200, 50, 0, 60)]
    assert lengths(rows, [(10, 0, 64), (500, 0, 0)]) == [300, 300]


@pytest.mark.parametrize(
    ("moves", "length"),
    [
        ([], 100),
        ([(10, 0, 63), (400, 0, 0)], 100),
        ([(10, 0, 127), (90, 0, 0)], 100),
        ([(10, 0, 127), (100, 0, 0)], 100),
        ([(100, 0, 127), (400, 0, 0)], 100),
        ([(0, 0, 127), (400, 0, 0)], 400),
        ([(400, 0, 0), (10, 0, 127)], 400),
        ([(10, 0, 127), (50, 0, 90), (400, 0, 0), (450, 0, 0)], 400),
        ([(10, 0, 127)], 700),
        ([(10, 1, 127), (400, 1, 0)], 100),
        ([(10, 0, 127), (100, 0, 0), (100, 0, 127), (400, 0, 0)], 100),
    ],
    ids=[
        "no pedal",
        "hardly down",
        "up before the end",
        "up at the end",
        "down at the end",
        "down at the start",
        "moves in any order",
        "down while down",
        "down for ever",
        "another channel",
        "changed at the end",
    ],
)
def test_when_the_pedal_holds(moves, length):
    assert lengths([(0, 100, 0, 60), (600, 100, 1, 50)], moves)[0] == length


def test_drums_are_left_alone():
    assert lengths([(0, 10, 2, 36), (50, 10, 0, 60)], [(5, 9, 127), (900, 9, 0)]) == [10, 10]


def test_no_notes_are_no_work():
    assert hold(tick_notes(*[np.empty(0, np.int64)] * 5), (), [(0, 0, 127)]) == 0


def cc(value, *, after=0, channel=0, control=64):
    return number(after) + bytes([0xB0 | channel, control, value])


def test_a_file_is_read_with_its_pedal_on_demand():
    # The pedal is in another track than the notes of its channel.
    data = midi(
        on(60) + off(60, after=100) + on(72, after=800) + off(72), cc(127) + cc(0, after=500)
    )
    plain, held = read_midi(data), read_midi(data, pedal=True)
    assert (plain.notes["length"].tolist(), plain.pedal_held) == ([100, 240], 0)
    assert (held.notes["length"].tolist(), held.pedal_held) == ([500, 240], 1)


def test_reset_lifts_the_pedal():
    data = midi(
        on(60) + off(60, after=100) + on(72, after=800) + off(72),
        cc(127) + cc(0, after=300, control=121),
    )
    assert read_midi(data, pedal=True).notes["length"].tolist() == [300, 240]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        (notes(4), False),
        (cc(127), True),
        (cc(127, control=7), False),
        (cc(100, control=7) + b"\0\x40\x7f", True),
        (cc(100, control=7) + b"\x81\x70\x40\x7f", True),
    ],
)
def test_only_files_with_a_pedal_are_read_carefully(events, found):
    assert may_use_pedal(midi(events + notes(2))) == found
