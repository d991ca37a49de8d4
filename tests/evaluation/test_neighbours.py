"""Nearest neighbours found again: moved, altered, in other blocks, drums where they are."""

import numpy as np
import pytest
from by_hand import REST, layout_of, phrase

from midigan.evaluation.neighbours import find_nearest, in_blocks, shifted

CHANCE = np.random.default_rng(0)


def melodies(count, steps=8):
    """Phrases of a high and a low line of chance pitches."""
    return np.concatenate(
        [
            phrase(CHANCE.integers(60, 80, steps).tolist(), CHANCE.integers(40, 60, steps).tolist())
            for _ in range(count)
        ]
    )


def test_a_transposed_copy_is_found_where_it_is():
    known = melodies(30)
    layout = layout_of(known)
    for semitones in (-6, -1, 0, 5):
        found = find_nearest(shifted(known[[17, 4]], semitones, layout), [known], layout)
        assert found.similarity.tolist() == [1, 1]
        assert found.phrase.tolist() == [17, 4]
        assert found.shift.tolist() == [semitones] * 2


def test_similarity_is_the_share_of_steps_where_every_track_sounds():
    altered = phrase([60, 61, 62, 63], [40, 41, 42, 44])
    known = phrase([60, 61, 62, 63], [40, 41, 42, 43])
    found = find_nearest(altered, [known], layout_of(known))
    assert found.similarity[0] == pytest.approx(7 / 8)


def test_common_silence_is_no_likeness():
    one, other = phrase([60, REST, REST, REST]), phrase([REST, REST, REST, 60])
    assert find_nearest(one, [other], layout_of(one)).similarity[0] == 0
    both = phrase([60, 62, REST, REST])
    assert find_nearest(one, [both], layout_of(one)).similarity[0] == pytest.approx(2 / 3)
    silent = phrase([REST] * 4)
    assert find_nearest(silent, [silent], layout_of(one)).similarity[0] == 0


def test_blocks_change_nothing():
    known, phrases = melodies(23), melodies(5)
    layout = layout_of(known)
    whole = find_nearest(phrases, [known], layout)
    cut = find_nearest(phrases, [known[:7], known[7:8], known[8:]], layout)
    assert np.array_equal(whole.similarity, cut.similarity)
    assert np.array_equal(np.concatenate(list(in_blocks(lambda part: known[part], 23))), known)


def test_it_is_what_counting_finds():
    known, phrases = melodies(6, steps=3), melodies(4, steps=3)
    layout = layout_of(known)
    found = find_nearest(phrases, [known], layout)
    for i, one in enumerate(phrases):
        best = max(
            2 * (one & other).sum() / (one.sum() + other.sum())
            for shift in range(-6, 6)
            for other in shifted(known, shift, layout)
        )
        assert found.similarity[i] == pytest.approx(best)


def test_drums_stay_and_what_leaves_the_range_is_silent():
    cells = phrase([36, 38], [24, 107])
    layout = layout_of(cells, drums=(0,))
    moved = shifted(cells, 2, layout)
    assert np.array_equal(moved[:, 0], cells[:, 0])
    assert moved[0, 1].nonzero()[2].tolist() == [2]
    assert shifted(cells, -2, layout)[0, 1].nonzero()[2].tolist() == [81]
