"""The most similar phrase of the training music, in any key: how near a phrase is to copying.

Two phrases are compared by their sounding cells (track, step, pitch): the similarity is their F1
(Dice 1945), twice the cells that both have over the cells of both together. 1 is the same phrase;
where every track sounds one pitch on every step it is the share of steps on which they agree.
Silence in common counts nothing, so that sparse phrases are not alike for being sparse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import Phrases, Values
from midigan.layout import Layout

#: Transpositions by which each key is reached once, the nearer way, in semitones; none first.
SHIFTS = (0, *range(-6, 0), *range(1, 6))

_BLOCK = 512


@dataclass(frozen=True, eq=False)
class Nearest:
    """Of each of `n` phrases: its nearest neighbour.

    similarity: float64 `(n,)`, 0..1. phrase: int64 `(n,)`, the number of the neighbour. shift:
    int64 `(n,)`, the semitones by which the neighbour is moved to be that near.
    """

    similarity: Values
    phrase: NDArray[np.int64]
    shift: NDArray[np.int64]

    @property
    def median(self) -> float:
        """The similarity, 0..1, that half of the phrases have at least."""
        return float(np.median(self.similarity))


def find_nearest(phrases: Phrases, known: Iterable[Phrases], layout: Layout) -> Nearest:
    """The nearest neighbour of each of `phrases` among all of `known`, moved into every key.

    phrases: bool `(n, tracks, bars, steps, pitches)`. known: arrays like it, a block at a time,
    so that no more than a block is held in memory. Drum tracks are not moved. Of equals, the
    first one met counts.
    """
    cells = phrases.reshape(len(phrases), -1)
    # What no phrase sounds cannot be had in common: leaving it out saves most of the work.
    used = cells.any(axis=0)
    own, own_sizes = cells[:, used].astype(np.float32), cells.sum(axis=1)
    n = len(phrases)
    best = Nearest(np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64))
    done = 0
    for block in known:
        sizes = block.sum(axis=(1, 2, 3, 4))
        both = np.maximum(own_sizes[:, None] + sizes, 1)
        for shift in SHIFTS:
            moved = shifted(block, shift, layout).reshape(len(block), -1)
            likeness = 2 * (own @ moved[:, used].astype(np.float32).T) / both
            _keep_better(best, likeness, done, shift)
        done += len(block)
    return best


def shifted(phrases: Phrases, semitones: int, layout: Layout) -> Phrases:
    """Phrases `(n, tracks, bars, steps, pitches)` transposed, drums left as they are.

    What leaves the range of pitches is silent.
    """
    moved = np.zeros_like(phrases)
    up, down = max(semitones, 0), max(-semitones, 0)
    pitches = phrases.shape[-1]
    moved[..., up : pitches - down] = phrases[..., down : pitches - up]
    drums = [i for i, track in enumerate(layout.tracks) if track.drum]
    moved[:, drums] = phrases[:, drums]
    return moved


def in_blocks(phrases: Callable[[slice], Phrases], count: int) -> Iterable[Phrases]:
    """`count` phrases a block at a time, as `phrases` renders them."""
    return (phrases(slice(first, first + _BLOCK)) for first in range(0, count, _BLOCK))


def _keep_better(best: Nearest, likeness: Values, done: int, shift: int) -> None:
    """Put into `best` what is more alike; likeness: `(n, block)`."""
    found = likeness.argmax(axis=1)
    value = likeness[np.arange(len(found)), found]
    better = value > best.similarity
    best.similarity[better] = value[better]
    best.phrase[better] = done + found[better]
    best.shift[better] = shift
