"""How much of real music's variety a generator has, and how near to it its phrases are.

Naeem, Oh, Uh, Choi & Yoo, "Reliable fidelity and diversity metrics for generative models" (2020).
Around each real phrase lies a ball that reaches to its fifth nearest real one. Coverage is the
share of the balls that hold a generated phrase; density is how many balls a generated phrase
lies in, over five: about 1 where generated phrases lie as real ones do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import Values

NEIGHBOURS = 5
_BLOCK = 512


@dataclass(frozen=True)
class Spread:
    """coverage: 0..1, which falls where a generator repeats itself. density: 0 and above."""

    coverage: float
    density: float


def spread(generated: Values, real: Values, songs: NDArray[np.int64]) -> Spread:
    """Coverage and density of `generated`, `(n, columns)`, among `real`, `(m, columns)`.

    songs: `(m,)`, the song of each real row. Neighbours are of other songs, since windows on one
    song share bars and lie too close. With fewer than five such, the furthest there is counts;
    with none, coverage and density are NaN.
    """
    radius = _radii(real, songs)
    if not np.isfinite(radius).all():
        return Spread(float("nan"), float("nan"))
    covered, within = 0, 0
    for first in range(0, len(real), _BLOCK):
        part = slice(first, first + _BLOCK)
        inside = _squared_distances(real[part], generated) < radius[part, None]
        covered += int(inside.any(axis=1).sum())
        within += int(inside.sum())
    return Spread(covered / len(real), within / (NEIGHBOURS * len(generated)))


def _radii(real: Values, songs: NDArray[np.int64]) -> Values:
    """Squared distance of each row to the fifth nearest of another song; inf without one."""
    radii = []
    for first in range(0, len(real), _BLOCK):
        part = slice(first, first + _BLOCK)
        apart = _squared_distances(real[part], real)
        apart[songs[part, None] == songs] = np.inf
        nearest = np.sort(np.partition(apart, min(NEIGHBOURS, len(real)) - 1)[:, :NEIGHBOURS])
        others = np.isfinite(nearest).sum(axis=1)
        radii.append(nearest[np.arange(len(nearest)), np.maximum(others - 1, 0)])
    return np.concatenate(radii)


def _squared_distances(first: Values, second: Values) -> Values:
    """Squared Euclidean distances, `(n, m)`."""
    sums = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    return np.maximum(sums - 2 * first @ second.T, 0)
