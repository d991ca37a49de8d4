"""Which onsets a roll shows, of tracks that take one pitch at a time above all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from songs import separate_overlaps

from midigan.layout import Layout, Track
from midigan.notes import phrases_to_notes, render, sort_notes
from midigan.song import NOTE

DUO = Layout("duo", (Track("Lead", mono=True), Track("Bass", mono=True, keeps="lowest")))
BAND = Layout("band", (*DUO.tracks, Track("Chords"), Track("Drums", channel=9, drum=True)))

LEAD, BASS, CHORDS, DRUMS = range(4)


def notes_of(rows):
    return sort_notes(np.array([(*row, 80) for row in rows], NOTE))


def sounding(rows, track, steps, first=0, layout=DUO):
    """The pitches of a track at each of some steps of the window that begins at `first`."""
    (phrase,) = render(notes_of(rows), np.array([first], np.int64), layout, "gap")
    roll = phrase[track].reshape(layout.phrase_steps, -1)[:steps]
    return [(np.flatnonzero(row) + layout.lowest_pitch).tolist() for row in roll]


def test_what_is_struck_ends_what_sounds_and_nothing_comes_back():
    rows = [(0, 8, LEAD, 72), (2, 2, LEAD, 60), (6, 1, LEAD, 64)]
    assert sounding(rows, LEAD, 8) == [[72], [72], [60], [60], [], [], [64], []]


@pytest.mark.parametrize(("track", "kept"), [(LEAD, 67), (BASS, 60)])
def test_of_what_is_struck_together_one_pitch_shows(track, kept):
    rows = [(0, 2, track, pitch) for pitch in (60, 64, 67)]
    assert sounding(rows, track, 3) == [[kept], [kept], []]


def test_a_chord_struck_at_each_step_shows_at_each_by_one_of_its_notes():
    rows = [(step, 1, LEAD, pitch) for step in range(5) for pitch in (60, 67)]
    assert sounding(rows, LEAD, 6) == [[67], [60], [67], [60], [67], []]


def test_a_chord_struck_again_later_leaves_a_gap():
    rows = [(step, 2, LEAD, pitch) for step in (0, 2) for pitch in (60, 67)]
    assert sounding(rows, LEAD, 5) == [[67], [], [67], [67], []]


@pytest.mark.parametrize(("track", "kept"), [(LEAD, 64), (BASS, 60)])
def test_a_window_goes_on_with_what_was_struck_last_before_it(track, kept):
    rows = [(20, 30, track, 55), (20, 30, track, 72), (28, 8, track, 60), (28, 8, track, 64)]
    assert sounding(rows, track, 5, first=32) == [[kept]] * 4 + [[]]


onsets = st.tuples(st.integers(0, 63), st.integers(1, 40), st.integers(0, 3), st.integers(58, 64))


@given(st.lists(onsets, max_size=60))
def test_every_onset_that_shows_is_one_and_none_is_lost_that_could_show(rows):
    notes = separate_overlaps(notes_of(rows))
    phrases = render(notes, np.array([0, 32], np.int64), BAND, "gap")
    found = phrases_to_notes(phrases, BAND, joined=False)
    struck = set(notes[["start", "track", "pitch"]].tolist())
    shown = set(found[["start", "track", "pitch"]].tolist())
    assert all(onset in struck for onset in shown if onset[0] % 32), "an onset was made up"
    for start, track, pitch in struck - shown:
        if track == CHORDS:
            assert (start - 1, track, pitch) in shown
        else:
            # Another one took its place, or it was this pitch that sounded just before.
            other = any(onset[:2] == (start, track) for onset in shown)
            assert other or (start - 1, track, pitch) in shown
    assert {onset for onset in struck if onset[1] == DRUMS} <= shown
