import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.layout import load_layout
from midigan.notes import render, sort_notes
from midigan.performance.feel import (
    measure_restrikes,
    measure_velocities,
    set_velocities,
    strike_again,
)
from midigan.song import NOTE

SATB = load_layout("satb")


def test_restrikes_are_counted_where_a_pitch_goes_on():
    # Beat 2 strikes the same pitch again in the first bar and holds it in the second.
    notes = np.array([(0, 4, 0, 60, 80), (4, 4, 0, 60, 80), (16, 8, 0, 62, 80)], NOTE)
    table = measure_restrikes(notes, SATB)
    assert table.shape == (4, 16)
    assert table[0, 4] == pytest.approx(0.5)
    assert table[0, 1] == 0
    assert not table[1:].any()


def test_velocities_are_means_by_track_and_step():
    notes = np.array([(0, 4, 0, 60, 100), (16, 4, 0, 60, 50), (4, 4, 0, 60, 30)], NOTE)
    table = measure_velocities(notes, SATB)
    assert table[0, 0] == 75
    assert table[0, 4] == 30
    assert table[0, 5] == 60
    assert (table[1] == 80).all()
    assert set_velocities(notes, table, 16)["velocity"].tolist() == [75, 75, 30]


def test_certain_restrikes_break_a_note_at_each_such_step():
    table = np.zeros((4, 16))
    table[2, [4, 8]] = 1
    notes = np.array([(2, 10, 1, 60, 80), (2, 10, 2, 50, 70)], NOTE)
    struck = strike_again(notes, table, 16, np.random.default_rng(0))
    assert struck.tolist() == [
        (2, 10, 1, 60, 80),
        (2, 2, 2, 50, 70),
        (4, 4, 2, 50, 70),
        (8, 4, 2, 50, 70),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 31), st.integers(1, 32), st.integers(0, 3)), max_size=12),
    st.integers(0, 99),
)
def test_striking_again_changes_nothing_that_sounds(rows, seed):
    notes = sort_notes(np.array([(s, n, t, 40 + 12 * t, 80) for s, n, t in rows], NOTE))
    struck = strike_again(notes, np.full((4, 16), 0.4), 16, np.random.default_rng(seed))
    first = np.array([0], np.int64)
    assert np.array_equal(render(struck, first, SATB), render(notes, first, SATB))
    assert struck["length"].sum() == notes["length"].sum()
