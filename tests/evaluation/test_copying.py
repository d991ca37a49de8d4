"""The test for copies: silent where nothing is copied, sure where much is, careful with songs."""

import numpy as np
import pytest

from midigan.evaluation.copying import compare_nearness, nearly_same

CHANCE = np.random.default_rng(0)
SONGS = np.repeat(np.arange(30), 10)


def test_the_same_nearness_is_no_copying():
    own, other = CHANCE.uniform(0.3, 0.8, (2, 300))
    found = compare_nearness(own, other, SONGS)
    assert not found.copies
    assert found.nearer.low < 0.5 < found.nearer.high
    assert found.songs == 30
    assert found.median == pytest.approx(np.median(other))


def test_a_generator_that_copies_is_found_out():
    own, other = CHANCE.uniform(0.3, 0.8, (2, 300))
    own[:20] = 0.95
    found = compare_nearness(own, other, SONGS)
    assert found.copies
    assert found.more_nearly_same.value == pytest.approx(20 / 300)
    assert found.more_nearly_same.low > 0
    assert compare_nearness(own + 0.1, other, SONGS).nearer.low > 0.5


def test_a_tie_counts_half():
    own, other = np.array([0.5, 0.7]), np.array([0.5, 0.6, 0.9])
    # 0.5 ties with one and is below two; 0.7 is above two.
    assert compare_nearness(own, other, np.arange(3)).nearer.value == pytest.approx(2.5 / 6)


def test_phrases_of_one_song_are_one_witness():
    """Ten phrases of each song are as near as one another: the interval must know."""
    songs = CHANCE.uniform(0.3, 0.8, 30)
    own = CHANCE.uniform(0.3, 0.8, 300)
    by_song = compare_nearness(own, songs[SONGS], SONGS).nearer
    by_phrase = compare_nearness(own, songs[SONGS], np.arange(300)).nearer
    assert by_song.high - by_song.low > 1.5 * (by_phrase.high - by_phrase.low)


def test_nearly_the_same_is_nine_tenths():
    assert nearly_same(np.array([0.9, 0.95, 0.89, 0.1])) == 0.5
