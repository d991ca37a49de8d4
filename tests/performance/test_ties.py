import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from midigan.performance.ties import hold_over
from midigan.song import NOTE


def held(notes, tied, late=0):
    """Starts, lengths, tracks and pitches after `hold_over`, and when they are played."""
    array = np.array([(*note, 80) for note in notes], NOTE)
    ends = array["start"] + array["length"]
    times = np.stack([array["start"] * 10 + late, ends * 10], axis=1).astype(np.int64)
    found, played = hold_over(array, times, np.array(tied, bool))
    return [tuple(note)[:4] for note in found.tolist()], played.tolist()


def test_a_tied_note_lengthens_the_one_before():
    notes, times = held([(4, 4, 0, 60), (8, 8, 0, 60), (8, 8, 0, 61)], [0, 1, 1], late=3)
    assert notes == [(4, 12, 0, 60), (8, 8, 0, 61)]
    assert times == [[43, 160], [83, 160]]


def test_any_number_of_phrases_may_be_one_note():
    notes, times = held([(8 * i, 8, 1, 60) for i in range(5)], [1, 1, 1, 0, 1])
    assert notes == [(0, 24, 1, 60), (24, 16, 1, 60)]
    assert times == [[0, 240], [240, 400]]


def test_nothing_goes_on_from_another_track_or_pitch_or_after_a_rest():
    notes = [(0, 8, 0, 60), (0, 7, 0, 62), (8, 8, 0, 61), (8, 8, 0, 62), (8, 8, 1, 60)]
    assert held(notes, [1] * 5)[0] == notes


def test_no_notes_are_no_notes():
    assert held([], []) == ([], [])


@settings(deadline=None)
@given(
    st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=5),
    st.data(),
)
def test_what_sounds_stays_and_only_tied_onsets_go(phrases, data):
    """Phrases of four steps of one pitch: what sounds is the same, struck or held."""
    notes, ties = [], []
    for number, phrase in enumerate(phrases):
        start = None
        for step, sounds in enumerate([*phrase, False]):
            if sounds and start is None:
                start = step
            elif not sounds and start is not None:
                notes.append((4 * number + start, step - start, 0, 60))
                ties.append(start == 0 and data.draw(st.booleans()))
                start = None
    found, times = held(notes, ties)
    onsets = {note[0] for note in notes}
    gone = {
        note[0]
        for note, tied in zip(notes, ties, strict=True)
        if tied and any(other[0] + other[1] == note[0] for other in notes)
    }
    assert [note[0] for note in found] == sorted(onsets - gone)
    assert sum(note[1] for note in found) == sum(note[1] for note in notes)
    assert times == [[start * 10, (start + length) * 10] for start, length, *_ in found]
