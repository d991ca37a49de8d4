import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from midi_bytes import meta, midi, notes, off, on

from midigan.files.readers import midi as midi_file
from midigan.files.readers.careful import read_carefully
from midigan.files.readers.midi import read_midi

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("symusic") is None, reason="symusic is not installed"
)

#: As long as a delta time may be: longer than symusic is trusted with.
LONGEST = 2**28 - 1


@pytest.fixture
def quick(monkeypatch):
    """`read_midi`, which may not read carefully."""
    monkeypatch.setattr(midi_file, "read_carefully", None)
    return read_midi


def struck(score):
    columns = (score.notes[name] for name in ("start", "length", "pitch", "velocity"))
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def test_a_note_that_never_ends_lasts_until_its_track_does(quick):
    score = quick(midi(on(40) + notes(4) + meta(1, b"late", after=480), notes(30)))
    assert (0, 4 * 240 + 480, 40, 80) in struck(score)
    assert score.warnings == ("a note that never ends was closed",)
    assert len(score.notes) == 35


def test_one_that_is_struck_as_its_track_ends_has_no_length(quick):
    assert struck(quick(midi(notes(1) + on(40))))[-1] == (240, 0, 40, 80)


def test_several_of_one_key_are_all_closed(quick):
    score = quick(midi(on(40) * 31 + notes(4)))
    assert len(score.notes) == 35
    assert score.warnings == ("a note that never ends was closed (31x)",)


@pytest.mark.parametrize("count", [32, 33, 400])
def test_more_of_one_key_are_left_to_the_careful_reader(count):
    data = midi(on(40) * count + notes(4))
    assert struck(read_midi(data)) == struck(read_carefully(data, 480))
    assert len(read_midi(data).notes) == count + 4


@pytest.mark.parametrize("beside", [b"", on(50), on(50, channel=3)])
def test_a_long_note_is_not_taken_for_one_that_never_ends(beside):
    data = midi(on(40) + beside + off(40, after=LONGEST) + notes(2))
    score = read_midi(data)
    assert (0, LONGEST, 40, 80) in struck(score)
    assert struck(score) == struck(read_carefully(data, 480))


EVENTS = st.tuples(
    st.booleans(),
    st.sampled_from([40, 41, 60]),
    st.sampled_from([0, 1, 240, 60_000_000]),
    st.sampled_from([0, 5]),
)
TRACKS = st.lists(st.lists(EVENTS, max_size=24), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(TRACKS)
def test_both_readers_close_the_same_notes(tracks):
    events = [
        b"".join(
            (on if strikes else off)(pitch, after=after, channel=channel)
            for strikes, pitch, after, channel in track
        )
        for track in tracks
    ]
    data = midi(*events, notes(1))
    quick, careful = read_midi(data), read_carefully(data, 480)
    assert struck(quick) == struck(careful)
    assert quick.warnings == careful.warnings
    assert np.unique(quick.notes["source"]).max(initial=0) < len(quick.tracks)
