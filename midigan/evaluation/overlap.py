"""Overlapping area of two samples' densities, metric by metric: how alike two sets are.

Yang & Lerch, "On the evaluation of generative models in music", Neural Computing and
Applications 32 (2020): estimate the density of a measure in either set and take the area under
both. 1 is indistinguishable by that measure, 0 is disjoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import Values

GRID_POINTS = 512
NARROWEST = 0.01  # of both samples' common range: a sample that never varies still has a density
REACH = 4.0  # bandwidths beyond the outermost values


@dataclass(frozen=True)
class Likeness:
    """One measure in two sets of phrases: area under both densities, 0..1, and either mean."""

    overlap: float
    generated_mean: float
    reference_mean: float


@dataclass(frozen=True)
class Comparison:
    """Two sets of phrases compared: a `Likeness` a measure, by the measure's name."""

    metrics: dict[str, Likeness]

    @property
    def mean_overlap(self) -> float:
        """Mean overlapping area of all measures, 0..1: the headline."""
        return float(np.mean([likeness.overlap for likeness in self.metrics.values()]))

    @property
    def weakest(self) -> str:
        """Name of the measure with the smallest overlapping area."""
        return min(self.metrics, key=lambda name: self.metrics[name].overlap)


def compare_values(generated: dict[str, Values], reference: dict[str, Values]) -> Comparison:
    """Compare what `metrics.measure` found in two sets of phrases of the same layout."""
    return Comparison({name: _likeness(generated[name], reference[name]) for name in reference})


def overlapping_area(first: Values, second: Values) -> float:
    """Area under both samples' densities, 0..1: Gaussian kernels of Scott's bandwidth.

    Values are `(n,)` and `(m,)`, NaN left out. Where one sample has no defined value, they are
    as alike as the share of the other that has none either: tunes know no dissonance, and a
    generator of tunes that sounds two notes at once in a few phrases is not far from them.
    """
    values, others = _defined(first), _defined(second)
    if not len(values) or not len(others):
        return 1 - max(len(values) / max(len(first), 1), len(others) / max(len(second), 1))
    first, second = values, others
    low, high = min(first.min(), second.min()), max(first.max(), second.max())
    if low == high:
        return 1.0
    _, densities = kernel_densities((first, second), GRID_POINTS)
    # Each density is made to sum to 1 on the grid, so that equal samples give exactly 1 however
    # coarse the grid is for their bandwidth.
    return float(np.minimum(*(density / density.sum() for density in densities)).sum())


def kernel_densities(samples: Sequence[Values], points: int) -> tuple[Values, list[Values]]:
    """The grid that spans samples of defined values, `(points,)`, and the density of each on it.

    Densities are not normalised. At least one value differs from another.
    """
    low, high = min(sample.min() for sample in samples), max(sample.max() for sample in samples)
    widths = [max(_scott_bandwidth(sample), NARROWEST * (high - low)) for sample in samples]
    grid = np.linspace(low - REACH * max(widths), high + REACH * max(widths), points)
    return grid, [
        _density(sample, width, grid) for sample, width in zip(samples, widths, strict=True)
    ]


def _likeness(generated: Values, reference: Values) -> Likeness:
    return Likeness(overlapping_area(generated, reference), _mean(generated), _mean(reference))


def _defined(values: Values) -> Values:
    return values[~np.isnan(values)]


def _mean(values: Values) -> float:
    defined = _defined(values)
    return float(defined.mean()) if len(defined) else float("nan")


def _scott_bandwidth(values: Values) -> float:
    """Scott's rule in one dimension: standard deviation * n ** (-1/5) (Scott 1992)."""
    return float(values.std(ddof=1) * len(values) ** -0.2) if len(values) > 1 else 0.0


def _density(values: Values, bandwidth: float, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian kernel density on `grid`, not normalised; equal values are counted, not repeated."""
    unique, counts = np.unique(values, return_counts=True)
    return np.exp(-0.5 * ((grid[:, None] - unique) / bandwidth) ** 2) @ counts.astype(np.float64)
