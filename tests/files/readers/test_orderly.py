import numpy as np
import pytest
from midi_bytes import END, meta, midi, notes, off, on, program

from midigan.files.readers import midi as midi_file
from midigan.files.readers.careful import read_carefully
from midigan.files.readers.midi import read_midi
from midigan.files.readers.orderly import in_order

#: Two notes that share a status byte: what is before the second delay, 0xF8 0x20, looks like a
#: whole message and a time.
SHARED = on(60) + b"\x8b\x6f" + bytes([60, 0]) + b"\xf8\x20" + bytes([62, 80, 0x60, 62, 0])

ORDERLY = {
    "nothing": b"",
    "notes": notes(4),
    "a shared status byte": SHARED,
    "a program that shares its status byte": program(5) + b"\0\7" + notes(1),
    "a delay of four bytes": on(60) + b"\xff\xff\xff\x7f\x80\x3c\0",
    "texts and exclusive messages": meta(1, b"\xf8\xff") + b"\0\xf0\2\x7e\xf7" + notes(2),
}
DISORDERLY = {
    "a clock message": notes(2) + b"\0\xf8",
    "a status byte missing": b"\0\x3c\x50",
    "a status byte missing after a text": on(60) + meta(1, b"") + b"\x60\x3c\0",
    "a data byte over 127": b"\0\x90\x3c\xf8" + notes(2),
    "a tempo of one byte": meta(0x51, b"\7") + notes(2),
    "a delay of five bytes": b"\xff\xff\xff\xff\x7f\x90\x3c\x40",
    "a text longer than the track": b"\0\xff\1\x7f",
    "an end before the end": notes(2) + END,
}


def walk(events):
    return in_order(b"..." + events + END, 3, 3 + len(events) + len(END))


@pytest.mark.parametrize("case", ORDERLY)
def test_whole_events_are_in_order(case):
    assert walk(ORDERLY[case])


@pytest.mark.parametrize("case", DISORDERLY)
def test_others_are_not(case):
    assert not walk(DISORDERLY[case])


def test_a_track_without_an_end_is_not_in_order():
    assert not in_order(notes(3), 0, len(notes(3)))
    assert not in_order(b"", 0, 0)


def test_thousands_of_events_are_walked_through():
    assert walk(notes(50_000))


def test_a_delay_that_looks_like_a_clock_message_needs_no_careful_reading(monkeypatch):
    data = midi(SHARED + off(60) + notes(8))
    careful = read_carefully(data, 480)
    monkeypatch.setattr(midi_file, "read_carefully", None)
    fast = read_midi(data)
    assert np.array_equal(np.sort(fast.notes), np.sort(careful.notes))
    assert fast.notes["start"].max() > 0x78 * 128
