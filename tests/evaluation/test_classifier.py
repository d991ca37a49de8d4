"""The judge: it tells what differs, guesses where nothing does, and learns no song by heart."""

import numpy as np
import pytest

from midigan.evaluation.classifier import (
    area_under_roc,
    deal,
    fit_logistic,
    standardised,
    two_sample_auc,
)

CHANCE = np.random.default_rng(0)


def test_area_is_the_chance_that_a_true_one_scores_higher():
    label = np.array([True, False, True, False, False])
    # true: 3 and 1; false: 2, 1, 0. Above: 3 of 3, and 1 of 3 with one tie.
    assert area_under_roc(np.array([3.0, 2, 1, 1, 0]), label) == pytest.approx((3 + 1.5) / 6)
    assert area_under_roc(np.zeros(5), label) == 0.5


def test_equal_samples_cannot_be_told_apart_and_distant_ones_can():
    first, second = CHANCE.normal(size=(2, 400, 8))
    rows = np.arange(400)
    assert two_sample_auc(first, second, rows, rows) == pytest.approx(0.5, abs=0.06)
    assert two_sample_auc(first, second + 5, rows, rows) == pytest.approx(1)


def test_two_normals_a_deviation_apart_are_told_as_theory_says():
    first, second = CHANCE.normal(size=(2, 4000, 1))
    rows = np.arange(4000)
    # The chance that one normal is above another, the mean of which is one less: Phi(1/sqrt 2).
    assert two_sample_auc(first + 1, second, rows, rows) == pytest.approx(0.760, abs=0.02)


def test_what_marks_songs_alone_is_of_no_use():
    """Ten songs a side, each with a colour of its own: by rows it would be told every time."""
    song = np.repeat(np.arange(10), 30)
    colours = np.eye(20)
    first, second = colours[song], colours[song + 10]
    assert two_sample_auc(first, second, np.arange(300), np.arange(300)) > 0.95
    assert two_sample_auc(first, second, song, song) == pytest.approx(0.5, abs=0.05)


def test_undefined_values_and_constant_columns_are_borne():
    first, second = CHANCE.normal(size=(2, 100, 3))
    first[:50, 0], first[:, 1], second[:, 1] = np.nan, 7, 7
    with np.errstate(all="raise"):
        found = two_sample_auc(first, second, np.arange(100), np.arange(100))
    assert 0.3 < found < 0.7


def test_one_song_is_not_enough():
    rows = CHANCE.normal(size=(9, 2))
    assert np.isnan(two_sample_auc(rows, rows, np.zeros(9, int), np.arange(9)))


def test_groups_are_dealt_whole_and_evenly():
    groups = np.repeat(np.arange(10), 3)
    fold = deal(groups, 5, seed=1)
    assert all(len(set(fold[groups == group])) == 1 for group in range(10))
    assert np.bincount(fold).tolist() == [6] * 5


def test_columns_are_measured_in_deviations_of_the_others():
    like = np.array([[0.0, 5, np.nan], [2, 5, 4]])
    found = standardised(np.array([[3.0, 6, np.nan], [1e9, 5, 4]]), like)
    assert found.tolist() == [[2, 1, 0], [5, 0, 0]]


def test_the_fit_is_where_the_slope_is_nought():
    rows = np.column_stack([CHANCE.normal(size=(60, 2)), np.ones(60)])
    label = rows[:, 0] + CHANCE.normal(size=60) > 0.8
    found = fit_logistic(rows, label)
    weight = np.where(label, 30 / label.sum(), 30 / (~label).sum())
    slope = rows.T @ (weight * (1 / (1 + np.exp(-rows @ found)) - label)) + 10 * found
    assert slope == pytest.approx(np.zeros(3), abs=1e-4)
    assert found[0] > 0.5
