"""The walk through the noise: locks hold, it never jumps, and it is normal everywhere."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.controls import NOISES, NOISES_OF_TRACKS, Controls, Noise, Turn
from midigan.generating.walk import latents_at
from midigan.latents import Latents, draw_latents
from midigan.turns import all_turned, turned

TRACKS = ("Drums", "Bass", "Chords", "Lead")
seeds = st.integers(0, 2**32 - 1)
numbers = st.integers(0, 10_000)
walks = st.floats(0, 1)
noises = st.sampled_from(NOISES)
turns = st.one_of(
    walks.map(lambda walk: Turn("walk", walk)),
    st.tuples(noises, walks).map(lambda pair: Turn(f"amount/{pair[0]}", pair[1])),
    st.tuples(noises, st.sampled_from([0, 1, None])).map(lambda p: Turn(f"lock/{p[0]}", p[1])),
    st.sampled_from([*NOISES, "all"]).map(lambda name: Turn(f"reroll/{name}")),
    st.tuples(st.sampled_from(["melody", "groove", "line"]), st.integers(1, 4)).map(
        lambda pair: Turn(f"reroll/{pair[0]}", pair[1])
    ),
)


@st.composite
def controls_after_play(draw):
    """Controls after a session: turns at rising phrase numbers; and the last number."""
    controls, number = Controls(), 0
    for turn in draw(st.lists(turns, max_size=6)):
        number += draw(st.integers(0, 5))
        controls = turned(controls, turn, number, TRACKS).controls
    return controls, number


def same(one: Latents, other: Latents, but=()):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in NOISES
        if name not in but
    )


@given(seeds, numbers)
def test_without_controls_every_phrase_is_drawn_by_itself(seed, number):
    drawn = draw_latents(np.random.default_rng([seed, number]), 1, 4)
    assert same(latents_at(Controls(), seed, number, 4), drawn)


@given(seeds, numbers, numbers)
def test_a_walk_of_speed_0_stays(seed, one, other):
    controls = Controls(walk=0.0)
    assert same(latents_at(controls, seed, one, 4), latents_at(controls, seed, other, 4))


@given(controls_after_play(), seeds, noises, st.integers(0, 5), numbers)
def test_a_lock_holds_what_is_heard(played, seed, name, later, number):
    controls, heard = played
    heard += later
    locked = turned(controls, Turn(f"lock/{name}", 1), heard, TRACKS).controls
    held = getattr(latents_at(locked, seed, number, 4), name)
    before = getattr(latents_at(controls, seed, heard, 4), name)
    assert np.array_equal(held, before)
    assert same(
        latents_at(locked, seed, number, 4), latents_at(controls, seed, number, 4), but=[name]
    )


@given(controls_after_play(), seeds, walks, st.integers(0, 5))
def test_changing_the_speed_never_jumps(played, seed, walk, later):
    controls, heard = played
    heard += later
    changed = turned(controls, Turn("walk", walk), heard, TRACKS).controls
    for name in NOISES:
        before, after = (getattr(latents_at(c, seed, heard, 4), name) for c in (controls, changed))
        assert np.allclose(before, after, atol=1e-5)


@given(seeds, st.floats(-50, 50), st.floats(1e-6, 0.01))
def test_a_small_step_is_a_small_change(seed, position, step):
    """A point's neighbourhood is as smooth as the way between points."""
    here, there = (
        latents_at(Controls(chords=Noise(0, at)), seed, 0, 4).chords
        for at in (position, position + step)
    )
    assert np.abs(there - here).max() <= 12 * step  # pi / 2 times the longest pair of normals


@pytest.mark.parametrize("walk", [0.25, 0.5, 0.31])
def test_every_place_of_the_walk_is_standard_normal(walk):
    values = np.concatenate(
        [latents_at(Controls(walk=walk), seed, 1, 4).melody.ravel() for seed in range(400)]
    )
    assert values.mean() == pytest.approx(0, abs=0.02)
    assert values.var() == pytest.approx(1, abs=0.02)
    assert (values**4).mean() == pytest.approx(3, abs=0.2)


@given(controls_after_play(), seeds, numbers, st.sampled_from(NOISES_OF_TRACKS), st.integers(0, 3))
def test_rolling_one_track_leaves_all_others_alone(played, seed, number, name, track):
    controls, _ = played
    noise = controls.noise(name)
    rolls = tuple(noise.roll(place) + (place == track) for place in range(4))
    rolled = controls.with_noise(name, replace(noise, rolls=rolls))
    after, before = (latents_at(each, seed, number, 4) for each in (rolled, controls))
    assert same(after, before, but=[name])
    changed = (getattr(after, name)[0] != getattr(before, name)[0]).all(axis=1)
    assert changed.tolist() == [i == track for i in range(4)]


@given(controls_after_play(), seeds, numbers, noises)
def test_rerolling_a_noise_leaves_the_others_alone(played, seed, number, name):
    controls, heard = played
    after = turned(controls, Turn(f"reroll/{name}"), heard, TRACKS).controls
    one, other = (latents_at(c, seed, number, 4) for c in (controls, after))
    assert same(one, other, but=[name])
    assert not same(one, other)


@given(seeds, numbers)
def test_rerolling_everything_spares_what_is_locked(seed, number):
    locked = turned(Controls(), Turn("lock/style", 1), 3, TRACKS).controls
    after = turned(locked, Turn("reroll/all"), 3, TRACKS).controls
    one, other = (latents_at(c, seed, number, 4) for c in (locked, after))
    assert np.array_equal(one.style, other.style)
    assert not np.array_equal(one.chords, other.chords)
    assert not np.array_equal(one.melody, other.melody)


@given(controls_after_play())
def test_controls_come_back_from_plain_values(played):
    controls, _ = played
    rich = all_turned(controls, [Turn("range/bass", "C1-C3"), Turn("mute/1", 1)], TRACKS)
    assert Controls.from_plain(rich.to_plain()) == rich
