import numpy as np
import pytest

from midigan.evaluation.joins import middle_leaps
from midigan.evaluation.rolls import across


def test_windows_across_joins_have_the_bars_beside_them():
    first, second = (np.zeros((n, 1, 2, 16, 84), bool) for n in (1, 3))
    first[:, :, 1, 0, 5], second[:, :, 0, 0, 7] = True, True
    found = across(first, second)
    assert found.shape == second.shape
    assert found[:, 0, :, 0].argmax(axis=-1).tolist() == [[5, 7]] * 3
    assert across(second, first)[:, 0, :, 0].any(axis=-1).sum() == 0


def test_moves_over_the_middle_bar_line_are_those_of_lines_that_sound_on_both_sides():
    phrases = np.zeros((2, 3, 2, 16, 84), bool)
    phrases[0, 0, 0, 15, 40] = phrases[0, 0, 1, 0, 47] = True  # a fifth
    phrases[0, 1, 0, 15, 30] = phrases[0, 1, 1, 0, 30] = True  # held
    phrases[0, 2, 0, 15, 20] = True  # ends there
    phrases[1, 0, 0, 14, 40] = phrases[1, 0, 1, 0, 50] = True  # rests between
    found = middle_leaps(phrases)
    assert found[0] == pytest.approx(7 / 2)
    assert np.isnan(found[1])
