"""The careful reader against reading event by event, on bytes that are damaged and are not."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from midi_by_events import read_by_events
from midi_bytes import END, header, meta, meter, midi, name, number, off, on, program, tempo

from midigan.files.readers import careful
from midigan.files.readers.careful import read_carefully
from midigan.files.readers.drum_parts import DrumParts
from midigan.files.readers.midi import read_midi
from midigan.files.readers.strikes import STRIKE, Strikes

#: A piece of a track: single events, sound ones and broken ones.
EVENTS = st.one_of(
    st.builds(on, st.integers(0, 127), after=st.integers(0, 300), channel=st.integers(0, 2)),
    st.builds(off, st.integers(58, 62), after=st.integers(0, 2**28 - 1)),
    st.sampled_from([b"\0\x3c\0", b"\x05\x3c\x40", b"\0\x05", b"\0\xc1\x05", b"\0\xd0\x11"]),
    st.sampled_from([b"\0\xb1\0\x7f", b"\0\xb0\x40\x7f", b"\0\xb0\x40\0", b"\0\xe3\0\x40"]),
    st.sampled_from(
        [b"\0\xf8", b"\0\xf2\1\2", b"\0\xf7\0", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff"]
    ),
    st.sampled_from(
        [meta(1, b"la"), tempo(400_000), meta(0x51, b"\1"), b"\0\xf0\5\x7e\x7f\x09\1\xf7"]
    ),
    st.sampled_from([b"\0\xf0\x08\x43\x10\x4c\0\0\x7e\0\xf7", END, b"MTrk\0\0\0\x09"]),
    st.sampled_from(
        [
            b"\3\xf0\x0a\x41\x10\x42\x12\x40\x11\x15\2\x18\xf7",
            b"\2\xf0\x0a\x41\x10\x42\x12\x40\x11\x15\0\x1a\xf7",
            b"\0\xf0\x08\x43\x10\x4c\x08\1\x07\1\xf7",
            b"\0\xf0\x0a\x41\x10\x42\x12\x40\0\x7f\0\x41\xf7",
        ]
    ),
    st.binary(max_size=4),
)


def flood(seed, count):
    """Many events of a black MIDI file, in a few kinds of runs, up to thousands of notes."""
    chance = Random(seed)
    parts = [b"\0\x90\x3c\x50"]
    while count > 0:
        run, channel = chance.randrange(1, 800), chance.choice([0, 0, 3, 9])
        kind = chance.randrange(4)
        for _ in range(run):
            pitch, after = chance.randrange(58, 64), chance.choice([0, 0, 7, 300, 70_000])
            if kind == 0:
                parts.append(number(after) + bytes([pitch, chance.choice([0, 80])]))
            elif kind == 1:
                parts.append(on(pitch, after=after, channel=channel))
            elif kind == 2:
                parts.append(off(pitch, after=after, channel=channel))
            else:
                parts.append(
                    chance.choice([program(5, channel=channel), b"\0\xb3\0\x7f", b"\0\xe0\0\0"])
                )
        # What the next run shares its status byte with, if it does.
        parts.append(chance.choice([on(60, channel=channel), on(61), b"\0\xb0\x40\x7f"]))
        count -= run
    return b"".join(parts)


def agree(data, *, pedal=True):
    """Assert that both readers find the same, to the last byte."""
    quick, plain = read_carefully(data, 480, pedal=pedal), read_by_events(data, 480, pedal=pedal)
    for column in ("notes", "tempos", "meters"):
        assert getattr(quick, column).tobytes() == getattr(plain, column).tobytes()
    assert quick.tracks == plain.tracks
    assert [t.channel for t in quick.tracks] == [t.channel for t in plain.tracks]
    assert (quick.warnings, quick.pedal_held) == (plain.warnings, plain.pedal_held)
    return quick


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.lists(EVENTS, max_size=12), st.integers(0, 2**32), st.booleans())
def test_events_of_all_kinds_among_many_messages(seed, events, cuts, pedal):
    chance, sound = Random(cuts), flood(seed, 1500)
    places = sorted(chance.randrange(len(sound)) for _ in events)
    parts = [sound[a:b] for a, b in zip([0, *places], [*places, None], strict=True)]
    mixed = b"".join(part + event for part, event in zip(parts, [*events, b""], strict=True))
    agree(midi(name("a"), mixed, sound[:700]), pedal=pedal)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.sampled_from([0, 1, 3, 30, 300]))
def test_bytes_changed_and_files_cut_anywhere(seed, changed):
    chance = Random(seed)
    data = bytearray(midi(tempo(500_000), flood(seed, 1500)))
    for _ in range(changed):
        data[chance.randrange(14, len(data))] = chance.randrange(256)
    agree(bytes(data))
    agree(bytes(data[: chance.randrange(14, len(data))]))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(EVENTS, max_size=200))
def test_small_files_too(events):
    agree(header() + b"MTrk\0\0\0\7" + b"".join(events))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(0, 3000), st.integers(1, 700))
def test_keys_are_paired_the_same_however_many_come_at_once(seed, count, size):
    chance = np.random.default_rng(seed)
    rows = np.zeros(count, STRIKE)
    rows["tick"] = np.cumsum(chance.integers(0, 4, count))
    rows["key"] = chance.integers(0, 1 + size % 9, count)
    rows["velocity"] = chance.integers(0, 3, count)
    one, many = Strikes(), Strikes()
    for row in rows.tolist():
        one.add(*row)
    many._pair_at = size
    for begin in range(0, count, size):
        many.extend(rows[begin : begin + size])
    (singly, left), (together, left_too) = one.notes(9000), many.notes(9000)
    assert singly.tobytes() == together.tobytes()
    assert left == left_too


def test_only_the_changes_that_tell_are_gone_through():
    """A damaged byte can make a million program changes of as many notes."""
    parts = DrumParts()
    parts.bank(0, 3, 0)
    for tick in range(0, 40, 10):
        parts.bank(tick, 3, 127)
        parts.extend(np.arange(tick, tick + 9), np.full(9, 3), np.full(9, -1))
        parts.bank(tick + 9, 3, 0)
        parts.bank(tick + 9, 3, 0)
    assert len(parts._telling()) == 4 * 2 + 4 - 3
    assert parts.changes() == {3: ([0, 0], [False, True])}


DAMAGES = {
    "cut in the middle": lambda data: data[: len(data) // 2 - 1],
    "a clock message": lambda data: data[:90_000] + b"\0\xf8" + data[90_000:],
    "a length that lies": lambda data: data.replace(b"MTrk\0", b"MTrk\1"),
    "a byte gone": lambda data: data[:90_001] + data[90_002:],
}


#: Floods of one odd kind of event, and how often the warning about it comes, if there is one.
FLOODS = {
    "clock messages": (b"\0\xf8", "system message", 20_000),
    "song positions": (b"\0\xf2\1\2", "system message", 20_000),
    "data over 127": (b"\0\x90\xbc\xff\1\x80\x3c\0", "seven bits", 40_000),
    "no status bytes after exclusive ones": (b"\0\xf0\1\xf7\0\x3c\x50\0\x3c\0", "lacks", 40_000),
    "tempos of two bytes": (b"\0\xff\x51\2ab", "wrong length", 20_000),
    "tempos and meters": (tempo(500_000, after=9) + meter(3, 4, after=9), None, 0),
    "programs between notes": (b"\0\x90\x3c\x50\0\xc0\5\1\x80\x3c\0\0\xd0\1", None, 0),
    "texts and names": (meta(1, b"la") + meta(3, b"lo") + b"\0\xf7\1\1", None, 0),
    "drums on and off": (
        b"\1\xf0\x0a\x41\x10\x42\x12\x40\x11\x15\2\x18\xf7\1\xf0\x08\x43\x10\x4c\x08\0\x07\0\xf7",
        None,
        0,
    ),
    "General MIDI on": (b"\0\xf0\5\x7e\x7f\x09\1\xf7" + program(3), None, 0),
    "long delays": (b"\x81\x80\x80\0\x90\x3c\x50\x81\0\x80\x3c\0", None, 0),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_floods_of_odd_events_are_gone_through_in_few_steps(kind, monkeypatch):
    event, warning, times = FLOODS[kind]
    data = midi(name("a") + on(60) + off(60) + event * 20_000 + off(61))
    agree(data)
    singles = []
    single = careful._TrackReader._event
    monkeypatch.setattr(
        careful._TrackReader, "_event", lambda self: singles.append(1) or single(self)
    )
    score = read_carefully(data, 480)
    assert len(singles) < 1000
    assert bool(score.warnings) == bool(warning)
    assert all(warning in text and f"({times}x)" in text for text in score.warnings)


def test_events_before_any_status_byte_are_gone_through_together():
    agree(midi(b"\0\x3c" * 20_000 + b"\0\x90\x3c\x50" + off(60)))


@pytest.mark.parametrize("damage", DAMAGES)
def test_large_damaged_files_are_gone_through_in_few_steps(damage, monkeypatch):
    """Nearly all of their 200,000 messages are read many at once."""
    pair = b"\0\x90\x3c\x50" + b"\x05\x80\x3c\0"
    data = DAMAGES[damage](midi(pair * 100_000))
    singles = []
    event = careful._TrackReader._event
    monkeypatch.setattr(
        careful._TrackReader, "_event", lambda self: singles.append(1) or event(self)
    )
    score = read_midi(data)
    assert score.warnings
    assert len(score.notes) > 40_000
    assert len(singles) < 2000
