"""The codec's axes, with a different pitch on every track so that none can be swapped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from songs import separate_overlaps

from midigan.layout import Layout, Track, load_layout
from midigan.notes import (
    fold_pitches,
    phrases_to_notes,
    render,
    sort_notes,
)
from midigan.song import NOTE

SATB = load_layout("satb")
PIANO = Layout("piano", (Track("Right"), Track("Left")))
BAND = load_layout("band")


def notes_of(*rows):
    return sort_notes(np.array([(*row, 80)[:5] for row in rows], NOTE))


def first_windows(*steps):
    return np.array(steps, np.int64)


def test_each_note_lands_on_its_own_track_bar_step_and_pitch():
    notes = notes_of((0, 4, 0, 72), (5, 3, 1, 67), (16, 1, 2, 60), (31, 1, 3, 24))
    (phrase,) = render(notes, first_windows(0), SATB)
    assert phrase.shape == (4, 2, 16, 84)
    cells = {tuple(int(i) for i in cell) for cell in np.argwhere(phrase)}
    assert cells == {
        *((0, 0, step, 48) for step in range(4)),
        *((1, 0, step, 43) for step in (5, 6, 7)),
        (2, 1, 0, 36),
        (3, 1, 15, 0),
    }


def test_a_note_held_across_a_window_sounds_in_both():
    notes = notes_of((30, 4, 0, 60))
    before, after = render(notes, first_windows(0, 32), SATB)
    assert np.argwhere(before[0])[:, :2].tolist() == [[1, 14], [1, 15]]
    assert np.argwhere(after[0])[:, :2].tolist() == [[0, 0], [0, 1]]


def test_a_long_note_is_found_behind_many_short_ones():
    short = [(step, 1, 1, 50) for step in range(200)]
    notes = notes_of((0, 256, 0, 70), *short)
    (phrase,) = render(notes, first_windows(208), SATB)
    assert phrase[0, :, :, 46].all()
    assert not phrase[1].any()


def test_repeated_notes_are_held_or_leave_a_gap():
    notes = notes_of((0, 4, 0, 60), (4, 4, 0, 60), (8, 1, 0, 60), (9, 3, 0, 60))
    (held,) = render(notes, first_windows(0), SATB, "held")
    (gap,) = render(notes, first_windows(0), SATB, "gap")
    assert held[0, 0, :, 36].astype(int).tolist() == [1] * 12 + [0] * 4
    # The note of one step stays, and the next one lengthens it: a gap would silence it.
    assert gap[0, 0, :, 36].astype(int).tolist() == [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1] + [0] * 4


def test_a_gap_is_left_before_a_repeat_that_begins_in_the_second_step_of_a_window():
    notes = notes_of((30, 3, 0, 60), (33, 3, 0, 60))
    (gap,) = render(notes, first_windows(32), SATB, "gap")
    assert gap[0, 0, :4, 36].astype(int).tolist() == [0, 1, 1, 1]


def test_a_gap_is_left_before_a_repeat_that_begins_the_next_window():
    notes = notes_of((28, 4, 0, 60), (32, 4, 0, 60))
    (gap,) = render(notes, first_windows(0), SATB, "gap")
    assert gap[0, 1, 12:, 36].astype(int).tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("count", "sounding"),
    [(2, [1, 1, 0, 0, 0]), (3, [1, 0, 1, 0, 0]), (4, [1, 0, 1, 1, 0]), (5, [1, 0, 1, 0, 1])],
)
def test_of_a_run_of_single_steps_every_second_one_shows(count, sounding):
    notes = notes_of(*((step, 1, 0, 60) for step in range(count)))
    (gap,) = render(notes, first_windows(0), SATB, "gap")
    assert gap[0, 0, :5, 36].astype(int).tolist() == sounding


def test_a_gap_never_takes_a_hit_from_a_drum():
    notes = notes_of(*((step, 1, 0, 42) for step in range(8)))
    (gap,) = render(notes, first_windows(0), BAND, "gap")
    assert gap[0, 0, :, 18].astype(int).tolist() == [1] * 8 + [0] * 8


def test_a_mono_track_keeps_the_pitch_that_its_layout_says():
    chord = [(0, 2, track, pitch) for track in range(4) for pitch in (48, 52, 55)]
    (phrase,) = render(notes_of(*chord), first_windows(0), BAND)
    sounding = [np.flatnonzero(phrase[track, 0, 0]) + 24 for track in range(4)]
    assert [pitches.tolist() for pitches in sounding] == [[48, 52, 55], [48], [48, 52, 55], [55]]


def test_drums_are_hits_of_one_step():
    (phrase,) = render(notes_of((0, 9, 0, 36), (4, 9, 0, 38)), first_windows(0), BAND)
    assert np.argwhere(phrase[0]).tolist() == [[0, 0, 12], [0, 4, 14]]


def test_every_cell_of_a_drum_track_is_a_hit():
    phrases = np.zeros((1, *BAND.shape), bool)
    phrases[0, 0, 0, :3, 12] = phrases[0, 2, 0, :3, 40] = True
    notes = phrases_to_notes(phrases, BAND, joined=False)
    assert [(n["start"], n["length"], n["track"]) for n in notes] == [
        (0, 1, 0),
        (0, 3, 2),
        (1, 1, 0),
        (2, 1, 0),
    ]


@pytest.mark.parametrize(
    ("pitch", "index"), [(23, 11), (0, 0), (24, 0), (107, 83), (108, 72), (127, 79)]
)
def test_pitches_outside_the_range_are_folded_by_octaves(pitch, index):
    assert fold_pitches(np.array([pitch]), SATB).tolist() == [index]


def test_phrases_joined_hold_a_pitch_over_their_border():
    phrases = np.zeros((2, *SATB.shape), bool)
    phrases[:, 1, :, :, 30] = True
    separate = phrases_to_notes(phrases, SATB, joined=False)
    joined = phrases_to_notes(phrases, SATB, joined=True)
    assert separate[["start", "length", "track", "pitch"]].tolist() == [
        (0, 32, 1, 54),
        (32, 32, 1, 54),
    ]
    assert joined[["start", "length", "track", "pitch"]].tolist() == [(0, 64, 1, 54)]


@given(
    st.lists(
        st.tuples(st.integers(0, 63), st.integers(1, 40), st.integers(0, 1), st.integers(24, 107)),
        max_size=30,
    )
)
def test_rendering_and_reading_back_gives_the_same_cells(rows):
    notes = separate_overlaps(notes_of(*rows) if rows else np.empty(0, NOTE))
    phrases = render(notes, first_windows(0, 32), PIANO)
    back = phrases_to_notes(phrases, PIANO, joined=True)
    assert np.array_equal(render(back, first_windows(0, 32), PIANO), phrases)
    expected = {
        (track, step, pitch)
        for start, length, track, pitch in rows
        for step in range(start, min(start + length, 64))
    }
    cells = np.argwhere(phrases)
    found = {(int(t), int(n * 32 + b * 16 + s), int(p) + 24) for n, t, b, s, p in cells}
    # Overlapping notes were cut where the next begins, so that a long one may end early.
    assert found <= expected
    assert {(t, s, p) for s, _, t, p in rows} <= found


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 20), st.integers(0, 1), st.integers(60, 62)),
        min_size=1,
        max_size=30,
    )
)
def test_separated_notes_never_overlap_and_lose_no_onset(rows):
    notes = separate_overlaps(notes_of(*rows))
    assert {(n["start"], n["track"], n["pitch"]) for n in notes} == {
        (s, t, p) for s, _, t, p in rows
    }
    for track in (0, 1):
        for pitch in (60, 61, 62):
            own = notes[(notes["track"] == track) & (notes["pitch"] == pitch)]
            assert (own["start"][1:] >= (own["start"] + own["length"])[:-1]).all()
            assert (own["length"] > 0).all()


def test_twins_become_the_longest_and_loudest():
    twins = np.array([(0, 4, 0, 60, 90), (0, 9, 0, 60, 20), (0, 4, 0, 61, 10)], NOTE)
    assert separate_overlaps(twins).tolist() == [(0, 9, 0, 60, 90), (0, 4, 0, 61, 10)]


def test_no_notes_render_to_silence():
    assert not render(np.empty(0, NOTE), first_windows(0, 16), SATB).any()
    assert len(separate_overlaps(np.empty(0, NOTE))) == 0
