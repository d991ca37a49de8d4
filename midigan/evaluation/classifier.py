"""A two-sample classifier: how well a judge that learns tells generated phrases from real ones.

Lopez-Paz & Oquab, "Revisiting classifier two-sample tests" (2017): train a classifier to tell two
samples apart and look at phrases that it has not met. The area under its ROC curve is .5 where
it cannot, 1 where it always can. Phrases of one song never stand on both sides, since windows on
one song share bars. The judge is a logistic regression, the same on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import Values

FOLDS = 5
#: Weight of the squared coefficients in the loss, of columns of deviation 1.
PENALTY = 10.0
#: Deviations beyond which a value counts as so far: rare bins of a histogram have long tails.
FURTHEST = 5.0
#: Newton's method is at its end after a handful of steps.
MOST_STEPS, STILL = 25, 1e-6

Groups = NDArray[np.int64]


def two_sample_auc(
    first: Values, second: Values, first_groups: Groups, second_groups: Groups
) -> float:
    """Area under the ROC curve of a judge of two samples, the mean of the folds: about .5 to 1.

    first, second: `(n, columns)` and `(m, columns)`, NaN where undefined. first_groups,
    second_groups: `(n,)` and `(m,)`, whole numbers; rows of one group share a fold. NaN where
    one sample has fewer than two groups; of a few groups that differ much it is below .5, since
    a judge learns the ones and meets the others.
    """
    groups = [np.unique(own, return_inverse=True)[1] for own in (first_groups, second_groups)]
    folds = min(FOLDS, *(int(own.max(initial=-1)) + 1 for own in groups))
    if folds < 2:
        return float("nan")
    fold = np.concatenate([deal(own, folds, seed) for seed, own in enumerate(groups)])
    rows = np.concatenate([first, second])
    label = np.arange(len(rows)) < len(first)
    areas = []
    for number in range(folds):
        held = fold == number
        scaled = _scaled(rows, rows[~held])
        weights = fit_logistic(scaled[~held], label[~held])
        areas.append(area_under_roc(scaled[held] @ weights, label[held]))
    return float(np.mean(areas))


def deal(groups: Groups, folds: int, seed: int) -> Groups:
    """The fold of each row, `(n,)`: groups 0..g-1 dealt in a shuffled order, as with cards."""
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1)
    return (np.argsort(order) % folds)[groups]


def standardised(rows: Values, like: Values) -> Values:
    """Columns with the mean 0 and the deviation 1 that they have in `like`; undefined is 0."""
    defined = ~np.isnan(like)
    count = np.maximum(defined.sum(axis=0), 1)
    mean = np.where(defined, like, 0).sum(axis=0) / count
    deviation = np.sqrt((np.where(defined, like - mean, 0) ** 2).sum(axis=0) / count)
    scaled = (rows - mean) / np.where(deviation > 1e-9, deviation, 1)
    return np.clip(np.nan_to_num(scaled), -FURTHEST, FURTHEST)


def fit_logistic(rows: Values, label: NDArray[np.bool_]) -> Values:
    """Coefficients `(columns,)` of a logistic regression by Newton's method.

    Squared coefficients are penalised, so that there is one answer however many columns there
    are; both labels weigh the same, however many rows each has. A constant column is the
    intercept.
    """
    target = label.astype(np.float64)
    weight = np.where(label, 0.5 / max(label.sum(), 1), 0.5 / max((~label).sum(), 1)) * len(label)
    coefficients = np.zeros(rows.shape[1])
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ coefficients, -30, 30)))
        slope = rows.T @ (weight * (chance - target)) + PENALTY * coefficients
        curve = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows
        step = np.linalg.solve(curve + PENALTY * np.eye(len(coefficients)), slope)
        coefficients -= step
        if abs(step).max() < STILL:
            break
    return coefficients


def area_under_roc(scores: Values, label: NDArray[np.bool_]) -> float:
    """Chance that a row of label True scores above one of label False, a tie counting half."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    positive = int(label.sum())
    below = ranks[label].sum() - positive * (positive + 1) / 2
    return float(below / (positive * (len(label) - positive)))


def _scaled(rows: Values, like: Values) -> Values:
    """Standardised columns and a constant one."""
    return np.column_stack([standardised(rows, like), np.ones(len(rows))])
