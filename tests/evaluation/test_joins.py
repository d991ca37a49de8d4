import numpy as np
import pytest

from midigan.evaluation.joins import held_share, held_share_of_bars, middle_leaps
from midigan.evaluation.rolls import across
from midigan.layout import load_layout
from midigan.song import NOTE


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


def test_of_pitches_on_both_sides_of_joins_those_of_tied_tracks_are_held():
    layout = load_layout("band")  # drums, bass, chords, lead
    phrases = np.zeros((3, 4, 2, 16, 84), bool)
    phrases[:, 0, :, :, 20] = True
    phrases[:, 1, :, :, 30] = True
    phrases[:2, 2, :, :, [40, 44, 47]] = True
    phrases[0, 3, :, :, 60] = phrases[1, 3, :, :, 61] = True
    tied = np.array([[0, 1, 1, 1], [0, 0, 1, 1], [0, 1, 1, 1]], bool)
    # Five joins of a pitch: two of the bass, of which the second is held, three of the chord.
    assert held_share(phrases, tied, layout) == pytest.approx(4 / 5)
    assert np.isnan(held_share(phrases[:, :, :, :1] & False, tied, layout))


def test_real_music_holds_what_it_does_not_strike_again_on_bar_lines():
    layout = load_layout("band")
    held, again, over = (8, 16, 2, 60, 80), (0, 16, 1, 30, 80), (16, 40, 1, 30, 80)
    drums, within = [(0, 16, 0, 36, 80), (16, 1, 0, 36, 80)], [(4, 4, 3, 50, 80), (8, 4, 3, 50, 80)]
    notes = np.array(sorted([held, again, over, *drums, *within]), NOTE)
    # Held at 16 by the chords, at 32 and 48 by the bass, which is struck again at 16.
    assert held_share_of_bars(notes, layout) == pytest.approx(3 / 4)
    assert np.isnan(held_share_of_bars(notes[:0], layout))
