"""A forbidden pitch goes to the nearest octave in which it is legal."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from midigan.harmony.octaves import nearest_octaves

masks = st.lists(st.booleans(), min_size=1, max_size=84).map(np.array)


def within(low, high, pitches=84):
    return (np.arange(pitches) >= low) & (np.arange(pitches) <= high)


def test_legal_pitches_stay_and_others_come_in_by_octaves():
    found = nearest_octaves(within(24, 40))
    assert found[24:41].tolist() == list(range(24, 41))
    assert found[[0, 23, 41, 55, 83]].tolist() == [24, 35, 29, 31, 35]


def test_a_class_that_is_nowhere_legal_has_no_place():
    found = nearest_octaves(within(36, 40))
    assert found[[0, 4, 5, 11, 48, 52, 53]].tolist() == [36, 40, -1, -1, 36, 40, -1]
    assert (nearest_octaves(np.zeros(12, bool)) == -1).all()


def test_the_lower_of_two_that_are_as_near():
    legal = np.isin(np.arange(48), [6, 30])
    assert nearest_octaves(legal)[18] == 6


@given(masks)
def test_places_are_legal_octaves_and_none_is_nearer(legal):
    for pitch, place in enumerate(nearest_octaves(legal).tolist()):
        octaves = [p for p in range(pitch % 12, len(legal), 12) if legal[p]]
        if octaves:
            assert place in octaves
            assert abs(place - pitch) == min(abs(p - pitch) for p in octaves)
        else:
            assert place == -1
