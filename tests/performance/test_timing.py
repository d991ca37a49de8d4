"""Swing and looseness: on the grid without them, and nothing ever out of order with them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midigan.controls import Controls
from midigan.layout import Layout, Track, load_layout
from midigan.notes import phrases_to_notes
from midigan.performance.feel import humanize_velocities
from midigan.performance.ticks import PPQN
from midigan.performance.timing import played_at
from midigan.song import NOTE

SATB = load_layout("satb")
WALTZ = Layout("waltz", (Track("One", mono=True), Track("Two")), bars=1, steps=9, pitches=12)


def rng():
    return np.random.default_rng(3)


def notes_of(layout, seed, density=0.2):
    drawn = np.random.default_rng(seed).random((1, *layout.shape)) < density
    return phrases_to_notes(drawn, layout, joined=False)


def every_step(layout=SATB):
    notes = np.zeros(layout.phrase_steps, NOTE)
    notes["start"], notes["length"] = np.arange(len(notes)), 1
    return notes


def felt(late, spread=0.0):
    """The alto plays late or early on the second step of the bar."""
    tables = np.zeros((2, len(SATB.tracks), SATB.steps))
    tables[0, 1, 1], tables[1, 1, 1] = late, spread
    return tables[0], tables[1]


@pytest.mark.parametrize(("late", "percent"), [(0.2, 100), (-0.2, 100), (0.2, 50), (0.2, 0)])
def test_feel_moves_the_steps_of_a_track_that_are_played_so(late, percent):
    notes = np.concatenate([every_step(), every_step()])
    notes["track"][: len(notes) // 2] = 1
    moved = played_at(notes, SATB, Controls(feel=float(percent)), rng(), felt(late))
    straight = played_at(notes, SATB, Controls(), rng())
    late_ticks = (moved - straight)[:, 0]
    concerned = (notes["track"] == 1) & (notes["start"] % 16 == 1)
    assert set(late_ticks[concerned].tolist()) == {round(late * PPQN / 4 * percent / 100)}
    assert (late_ticks[~concerned] == 0).all()


@settings(deadline=None)
@given(st.integers(0, 999))
def test_feel_keeps_the_order_of_all_that_begins_and_ends(seed):
    notes = notes_of(SATB, seed)
    tables = np.full((4, 16), 0.1), np.full((4, 16), 0.5)
    times = played_at(notes, SATB, Controls(), rng(), tables)
    straight = played_at(notes, SATB, Controls(), rng())
    assert times.min(initial=0) >= 0
    assert (times[:, 1] > times[:, 0]).all()
    for track in range(4):
        own = notes["track"] == track
        before, after = straight[own].ravel(), times[own].ravel()
        order = np.argsort(before, kind="stable")
        assert (np.diff(after[order]) >= 0).all()


@settings(deadline=None)
@given(st.integers(0, 999))
def test_without_feel_notes_lie_on_the_grid(seed):
    notes = notes_of(SATB, seed)
    times = played_at(notes, SATB, Controls(), rng())
    assert np.array_equal(times[:, 0], notes["start"] * (PPQN // 4))
    assert np.array_equal(times[:, 1] - times[:, 0], notes["length"] * (PPQN // 4))


@pytest.mark.parametrize(
    ("swing", "grid", "expected"),
    [
        (75, 16, [0, 360, 480, 840]),
        (66, 16, [0, 317, 480, 797]),
        (75, 8, [0, 360, 720, 840]),
        (50, 8, [0, 240, 480, 720]),
    ],
)
def test_swing_delays_the_second_of_each_pair(swing, grid, expected):
    controls = Controls(swing=swing, swing_grid=grid)
    times = played_at(every_step(), SATB, controls, rng())
    assert times[:4, 0].tolist() == expected
    assert (times[8:12, 0] - times[8, 0]).tolist() == expected
    assert np.array_equal(times[:-1, 1], times[1:, 0])
    assert times[-1, 1] == 8 * PPQN


def test_half_a_pair_at_the_end_of_a_phrase_stays_straight():
    times = played_at(every_step(WALTZ), WALTZ, Controls(swing=75), rng())
    assert times[-1].tolist() == [8 * 240, 9 * 240]


def order_of(times, notes, track):
    """Which of a track's moments come before, with or after which others."""
    own = times[notes["track"] == track].ravel()
    return np.sign(own[:, None] - own[None])


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 999),
    st.sampled_from([SATB, WALTZ]),
    st.floats(50, 75),
    st.sampled_from([8, 16]),
    st.floats(0, 100),
)
def test_feel_keeps_all_order_on_a_track_and_leaves_no_phrase(seed, layout, swing, grid, humanize):
    notes = notes_of(layout, seed)
    straight = played_at(notes, layout, Controls(), rng())
    controls = Controls(swing=swing, swing_grid=grid, humanize=humanize)
    felt = played_at(notes, layout, controls, np.random.default_rng(seed))
    for track in range(len(layout.tracks)):
        assert np.array_equal(order_of(felt, notes, track), order_of(straight, notes, track))
    end = layout.phrase_steps * PPQN // layout.steps_per_beat
    assert (felt >= 0).all()
    assert (felt <= end).all()


def test_looseness_is_felt_and_is_chance_from_its_own_generator():
    notes = notes_of(SATB, 1, 0.02)
    controls = Controls(humanize=100)
    one, other = (played_at(notes, SATB, controls, rng()) for _ in range(2))
    assert np.array_equal(one, other)
    moved = np.abs(one - played_at(notes, SATB, Controls(), rng()))[:, 0]
    assert 10 < moved.mean() < 60
    elsewhere = played_at(notes, SATB, controls, np.random.default_rng(4))
    assert not np.array_equal(one, elsewhere)


def test_loudness_wavers_within_what_is_legal():
    notes = every_step()
    notes["velocity"] = np.tile([1, 64, 127, 100], 8)
    felt = humanize_velocities(notes, 100.0, rng())
    assert (felt["velocity"] != notes["velocity"]).sum() > 20
    assert felt["velocity"].min() >= 1
    assert felt["velocity"].max() <= 127
    assert np.array_equal(humanize_velocities(notes, 0.0, rng()), notes)
