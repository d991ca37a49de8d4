"""The overlapping area against answers known beforehand."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pytest

from midigan.evaluation import overlap
from midigan.evaluation.metrics import measure
from midigan.layout import load_layout


def test_equal_samples_overlap_wholly():
    values = np.random.default_rng(0).normal(size=200)
    assert overlap.overlapping_area(values, values) == pytest.approx(1)
    assert overlap.overlapping_area(np.full(5, 3.0), np.full(9, 3.0)) == 1


def test_distant_samples_do_not_overlap():
    values = np.random.default_rng(0).normal(size=200)
    assert overlap.overlapping_area(values, values + 100) == pytest.approx(0, abs=1e-6)
    assert overlap.overlapping_area(np.zeros(5), np.ones(5)) == pytest.approx(0, abs=1e-6)


def test_two_normals_a_deviation_apart_overlap_as_theory_says():
    chance = np.random.default_rng(1)
    first, second = chance.normal(0, 1, 20_000), chance.normal(1, 1, 20_000)
    expected = 1 - erf(0.5 / sqrt(2))  # twice the tail beyond half a deviation
    assert overlap.overlapping_area(first, second) == pytest.approx(expected, abs=0.02)


def test_it_is_the_area_under_kernel_densities_of_scotts_bandwidth():
    chance = np.random.default_rng(2)
    first, second = chance.normal(0, 1, 60), chance.normal(0.4, 2, 90)
    grid = np.linspace(-15, 15, 20_001)

    def density(sample: np.ndarray) -> np.ndarray:
        width = sample.std(ddof=1) * len(sample) ** -0.2
        kernels = np.exp(-0.5 * ((grid[:, None] - sample) / width) ** 2) / (
            width * np.sqrt(2 * np.pi)
        )
        return kernels.mean(axis=1)

    expected = np.minimum(density(first), density(second)).sum() * (grid[1] - grid[0])
    assert overlap.overlapping_area(first, second) == pytest.approx(expected, abs=1e-3)


def test_undefined_values_are_left_out():
    values = np.array([1.0, 2, 3, 4])
    assert overlap.overlapping_area(np.append(values, np.nan), values) == pytest.approx(1)
    assert overlap.overlapping_area(np.full(3, np.nan), values) == 0
    assert overlap.overlapping_area(np.full(3, np.nan), np.full(2, np.nan)) == 1


def test_what_is_seldom_defined_is_much_like_what_never_is():
    seldom = np.append(np.full(9, np.nan), 0.5)
    assert overlap.overlapping_area(seldom, np.full(4, np.nan)) == pytest.approx(0.9)
    assert overlap.overlapping_area(np.full(4, np.nan), seldom) == pytest.approx(0.9)


def test_compare_gives_each_metric_and_the_mean():
    chance = np.random.default_rng(5)
    phrases, denser = (chance.random((40, 4, 2, 16, 84)) < share for share in (0.01, 0.05))
    sparse, dense = (measure(part, load_layout("satb")) for part in (phrases, denser))
    same = overlap.compare_values(sparse, sparse)
    assert same.mean_overlap == pytest.approx(1)
    other = overlap.compare_values(dense, sparse)
    assert other.mean_overlap < 0.7
    assert other.metrics["notes"].overlap < 0.1
    assert other.metrics[other.weakest].overlap <= other.metrics["notes"].overlap
    assert other.metrics["notes"].generated_mean > other.metrics["notes"].reference_mean
    assert other.mean_overlap == pytest.approx(
        np.mean([likeness.overlap for likeness in other.metrics.values()])
    )
