import numpy as np
import pytest

from midigan.files.roll import (
    ROLL_NOTE,
    cut_notes,
    drum_name,
    in_unison,
    pitch_name,
    roll_of_notes,
    roll_of_score,
    round_boxes,
)
from midigan.files.score import (
    TICK_METER,
    TICK_TEMPO,
    Score,
    SourceTrack,
    tick_notes,
)
from midigan.layout import load_layout
from midigan.song import NOTE

TRACKS = (SourceTrack("conductor"), SourceTrack(" "), SourceTrack("", drum=True))


def score(notes, meters=(), tempos=()):
    columns = [np.array(column) for column in zip(*notes, strict=True)]
    return Score(
        480,
        TRACKS,
        tick_notes(*columns),
        np.array(list(tempos), TICK_TEMPO),
        np.array(list(meters), TICK_METER),
    )


def test_a_scores_bars_follow_its_meters():
    """A bar of 3/4, then 6/8 from beat 3 on; one meter is none and is passed over."""
    roll = roll_of_score(
        score(
            [(0, 480, 1, 60, 80), (3600, 240, 2, 36, 90)],
            meters=[(0, 3, 4), (960, 0, 4), (1440, 6, 8)],
            tempos=[(0, 90), (480, 120)],
        )
    )
    assert roll.bar_lines.tolist() == [0, 3, 6, 9]
    assert roll.beats.tolist() == [1, 0.5, 0.5]
    assert roll.remark == "3 bars · 3/4, 6/8 · 90 to 120 bpm"
    assert roll.notes["end"].tolist() == [1, 8]


def test_only_tracks_with_notes_are_shown_and_each_has_a_name():
    roll = roll_of_score(score([(0, 480, 1, 60, 80), (0, 240, 2, 36, 90)]))
    assert [(track.name, track.drum) for track in roll.tracks] == [
        ("Track 2", False),
        ("Drums", True),
    ]
    assert roll.notes["track"].tolist() == [0, 1]
    assert roll.is_drum(roll.notes).tolist() == [False, True]


def test_a_meter_that_comes_early_cuts_its_bar():
    roll = roll_of_score(score([(0, 3000, 1, 60, 80)], meters=[(480, 3, 4)]))
    assert roll.bar_lines.tolist() == [0, 1, 4, 7]


@pytest.mark.parametrize(("bars", "systems"), [(4, [(0, 4)]), (22, [(0, 8), (8, 16), (16, 22)])])
def test_systems_hold_about_eight_bars(bars, systems):
    roll = roll_of_notes(np.empty(0, NOTE), load_layout("satb"), bars)
    assert roll.systems(bars, 32) == systems


def test_notes_are_cut_at_a_windows_edges():
    notes = np.array([(0, 40, 0, 60, 1), (32, 4, 1, 61, 2), (60, 8, 2, 62, 3)], NOTE)
    assert cut_notes(notes, 32, 32).tolist() == [
        (0, 8, 0, 60, 1),
        (0, 4, 1, 61, 2),
        (28, 4, 2, 62, 3),
    ]
    assert len(cut_notes(notes, 100, 32)) == 0


def test_of_a_unison_the_later_track_is_told():
    notes = np.array(
        [(0, 2, 0, 60, 80), (1, 3, 1, 60, 80), (2, 3, 0, 64, 80), (3, 4, 1, 64, 80)], ROLL_NOTE
    )
    assert in_unison(notes).tolist() == [False, True, False, False]


def test_round_boxes_stay_inside_their_boxes_and_touch_each_side():
    shape = round_boxes(*np.array([[0.0], [4.0], [59.5], [60.5]]), 0.2, 0.3)[0]
    assert shape.min(axis=0) == pytest.approx([0, 59.5])
    assert shape.max(axis=0) == pytest.approx([4, 60.5])
    assert not (np.isclose(shape, [0, 59.5]).all(axis=1)).any()


def test_names():
    assert [pitch_name(pitch) for pitch in (0, 24, 60, 61, 127)] == ["C-1", "C1", "C4", "C#4", "G9"]
    assert (drum_name(36), drum_name(80)) == ("Kick", "Drum 80")
