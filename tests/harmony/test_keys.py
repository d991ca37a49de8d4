import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.errors import MidiganError
from midigan.harmony.keys import (
    Key,
    find_keys,
    key_of,
    keys_of,
    parse_key,
    shift_between,
    transpose,
)
from midigan.layout import load_layout
from midigan.song import NOTE

MAJOR = np.array([0, 2, 4, 5, 7, 9, 11, 12])
BAND = load_layout("band")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("D", Key(2)),
        ("Bb", Key(10)),
        ("b", Key(11)),
        ("bb", Key(10)),
        ("F# minor", Key(6, minor=True)),
        ("Am", Key(9, minor=True)),
        ("C major", Key(0)),
        ("Cb", Key(11)),
        (" e min ", Key(4, minor=True)),
    ],
)
def test_names_of_keys(text, key):
    assert parse_key(text) == key


@pytest.mark.parametrize("text", ["", "H", "C##", "minor", "C dur", "1"])
def test_what_is_no_key_says_what_is(text):
    with pytest.raises(MidiganError, match="F#, Bb"):
        parse_key(text)


def test_a_key_names_its_diatonic_set():
    assert parse_key("D").diatonic_set == parse_key("Bm").diatonic_set == 2
    assert shift_between(Key(0), parse_key("D")) == 2
    assert shift_between(parse_key("Am"), parse_key("Bm")) == 2
    assert shift_between(Key(0), parse_key("B")) == -1
    assert shift_between(Key(0), parse_key("F#")) == -6


def find_key(pitches, lengths):
    return Key.numbered(int(find_keys(pitches, lengths, np.zeros(len(pitches), np.int64), 1)[0]))


@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_ending_on_its_tonic_is_found_in_every_key(tonic):
    lengths = np.array([4, 1, 2, 1, 3, 1, 1, 4])
    assert find_key(60 + tonic + MAJOR, lengths) == Key(tonic)


def test_silence_is_in_c():
    assert find_key(np.empty(0, np.int64), np.empty(0, np.int64)) == Key(0)


def test_drums_neither_name_a_key_nor_move():
    tonal = [(0, 4, 2, 60 + 7 + p, 80) for p in (0, 4, 7, 12)]
    drums = [(0, 99, 0, pitch, 80) for pitch in (37, 42, 44)]
    notes = np.array(drums + tonal, NOTE)
    assert key_of(notes, BAND) == Key(7)
    moved = transpose(notes, 5, BAND)
    assert moved["pitch"].tolist() == [37, 42, 44, 72, 76, 79, 84]


@given(st.integers(0, 127), st.integers(-12, 12))
def test_transposition_stays_in_range_and_keeps_the_pitch_class(pitch, semitones):
    notes = np.array([(0, 1, 1, pitch, 80)], NOTE)
    (moved,) = transpose(notes, semitones, BAND)["pitch"].astype(int)
    assert 0 <= moved <= 127
    assert (moved - pitch - semitones) % 12 == 0


def test_keys_of_many_songs_are_those_of_each():
    chance = np.random.default_rng(3)
    song = chance.integers(0, 9, 500)
    pitches, lengths = chance.integers(30, 90, 500), chance.integers(1, 9, 500)
    found = find_keys(pitches, lengths, song, 10)
    alone = [find_key(pitches[song == i], lengths[song == i]) for i in range(10)]
    assert [Key.numbered(number) for number in found.tolist()] == alone
    assert alone[9] == Key(0)


def test_keys_are_spelled_with_six_accidentals_at_most():
    assert [str(Key(tonic)) for tonic in (1, 6, 8)] == ["Db major", "F# major", "Ab major"]
    assert [Key(tonic, minor=True).tonic_name for tonic in (1, 3, 8)] == ["C#", "Eb", "G#"]


@pytest.mark.parametrize("number", range(24))
def test_a_key_has_a_number(number):
    assert Key.numbered(number).number == number


def test_keys_leave_the_notes_as_they_are_a_single_hit_too():
    for count in (1, 2):
        notes = np.array([(0, 5, 0, 36, 80), (8, 3, 2, 60, 80)][:count], NOTE)
        before = notes.tolist()
        keys_of(notes, np.zeros(count, np.int64), 1, BAND)
        assert notes.tolist() == before
