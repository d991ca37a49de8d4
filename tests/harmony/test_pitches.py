import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.errors import MidiganError
from midigan.harmony.pitches import parse_pitch, parse_range, pitch_name


@pytest.mark.parametrize(
    ("text", "pitch"),
    [("C4", 60), ("c-1", 0), ("Bb-1", 10), ("F#3", 54), ("G9", 127), ("47", 47), (" B#3 ", 60)],
)
def test_pitches_have_names_and_numbers(text, pitch):
    assert parse_pitch(text) == pitch


@pytest.mark.parametrize("text", ["", "H2", "C", "G#9", "Cb-1", "128", "-1", "4.5", "٣"])
def test_what_is_no_pitch_is_refused(text):
    with pytest.raises(MidiganError, match="no pitch"):
        parse_pitch(text)


@given(st.integers(0, 127))
def test_a_name_means_its_pitch(pitch):
    assert parse_pitch(pitch_name(pitch)) == pitch


@given(st.integers(0, 127), st.integers(0, 127))
def test_ranges_are_written_in_names_or_numbers(one, other):
    low, high = sorted([one, other])
    assert parse_range(f"{pitch_name(low)}-{pitch_name(high)}") == (low, high)
    assert parse_range(f"{low}-{high}") == (low, high)


@pytest.mark.parametrize("text", ["", "C2", "C2-", "-C2", "C2-H3", "C3-C2"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(MidiganError, match="range"):
        parse_range(text)
