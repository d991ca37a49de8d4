"""Copying: whether generated phrases are nearer to the training music than new music of its kind.

Meehan, Chaudhuri & Dasgupta, "A non-parametric test to detect data-copying in generative models"
(2020): compare how near generated and held-out phrases are to the training music by the chance
that a generated one is nearer. Styles share formulas, so that some nearness is no copying; a
generator that copies is nearer than held-out music is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.neighbours import Nearest
from midigan.evaluation.rolls import Values

#: The similarity from which two phrases count as nearly the same.
NEARLY = 0.9
_RESAMPLES = 1000
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True)
class Estimate:
    """A number, and where it lies in 95 of 100 samples of phrases and songs such as these."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Nearness:
    """Generated phrases beside held-out ones, by how near both are to the training music.

    songs: of the held-out phrases. median: similarity, 0..1, that half of the held-out phrases
        have at least. nearly_same: share of them that are nearly the same as a training phrase.
    nearer: chance, 0..1, that a generated phrase is nearer to the training music than a held-out
        one is, a tie counting half; .5 if neither is.
    more_nearly_same: the share of generated phrases that are nearly the same as a training
        phrase, less that of held-out ones.
    """

    songs: int
    median: float
    nearly_same: float
    nearer: Estimate
    more_nearly_same: Estimate

    @property
    def copies(self) -> bool:
        """Whether generated phrases are nearer, or more often nearly the same, beyond chance."""
        return self.nearer.low > 0.5 or self.more_nearly_same.low > 0


@dataclass(frozen=True, eq=False)
class Memorisation:
    """How near generated and held-out phrases are to the training music.

    beside_all: compared with all held-out songs. beside_other_tunes: with those that share no
        tune with the training music, see `tunes`, which are the fair measure; None if there are
        too few.
    """

    generated: Nearest
    held_out: Nearest
    beside_all: Nearness
    beside_other_tunes: Nearness | None

    @property
    def fair(self) -> Nearness:
        """The comparison to judge by."""
        return self.beside_other_tunes or self.beside_all


def nearly_same(similarity: Values) -> float:
    """Share of phrases, 0..1, that are nearly the same as a training phrase."""
    return float((similarity >= NEARLY).mean())


def compare_nearness(own: Values, other: Values, songs: NDArray[np.int64]) -> Nearness:
    """Compare similarities to the training music, of generated phrases and of held-out ones.

    own: `(n,)`; other: `(m,)`, 0..1. songs: `(m,)`, the song of each held-out phrase. Intervals
    are of a bootstrap that draws generated phrases, and whole held-out songs, since phrases of
    one song are near to the same.
    """
    song = np.unique(songs, return_inverse=True)[1]
    above, nearly = _wins(own, other, song), np.bincount(song, other >= NEARLY)
    sizes = np.bincount(song).astype(np.float64)
    rng = np.random.default_rng(0)
    drawn = _drawn(rng, len(own))
    drawn_songs = _drawn(rng, len(sizes))
    held = drawn_songs @ sizes
    nearer = ((drawn @ above) * drawn_songs).sum(axis=1) / (held * len(own))
    more = drawn @ (own >= NEARLY) / len(own) - drawn_songs @ nearly / held
    return Nearness(
        len(sizes),
        float(np.median(other)),
        nearly_same(other),
        _estimate(float(above.sum() / (len(own) * len(other))), nearer),
        _estimate(nearly_same(own) - nearly_same(other), more),
    )


def _drawn(rng: np.random.Generator, count: int) -> Values:
    """How often each of `count` is drawn in each resample: `(resamples, count)`."""
    return rng.multinomial(count, np.full(count, 1 / count), _RESAMPLES).astype(np.float64)


def _wins(own: Values, other: Values, song: NDArray[np.int64]) -> Values:
    """How many phrases of each song each of `own` is above, a tie counting half: `(n, songs)`."""
    order = np.argsort(other)
    below = np.cumsum(np.eye(int(song.max()) + 1)[song[order]], axis=0)
    below = np.concatenate([np.zeros_like(below[:1]), below])
    sides: tuple[Literal["left", "right"], ...] = ("left", "right")
    found = [below[np.searchsorted(other[order], own, side)] for side in sides]
    return (found[0] + found[1]) / 2


def _estimate(value: float, resampled: Values) -> Estimate:
    low, high = np.percentile(resampled, _INTERVAL)
    return Estimate(value, float(low), float(high))
