"""Whether a generator's genres are heard: a judge that learned them from real music listens.

The judge is a logistic regression for each genre against all others, on the same features as the
two-sample judge of `classifier`; the surest one names the genre. Each genre counts alike, however
many songs it has. How often the judge is right about real music that it has not met is the
ceiling, one genre in so many is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.classifier import fit_logistic, standardised
from midigan.evaluation.overlap import Comparison, compare_values
from midigan.evaluation.rolls import Phrases, Values
from midigan.evaluation.sample import Sample, measure_generated
from midigan.generator import Generator
from midigan.genres import labels_of
from midigan.latents import Floats
from midigan.sets.phrase_set import PhraseSet

#: Halves of each pair of so many genres, the most frequent ones, are listened to.
BLENDED = 4

Labels = NDArray[np.int64]

#: So many phrases, of a blend of genres `(1, genres)`; None for one that is drawn for each.
Compose = Callable[[int, Floats | None], Phrases]


@dataclass(frozen=True)
class GenreVerdict:
    """One genre: its generated phrases beside its own held-out songs.

    songs: held-out ones. own, ceiling: overlapping areas of generated phrases, and of other
    real music of this genre, with them. others: the mean overlapping area of real music of all
    other genres with them. recognised, real: the share 0..1 of generated, and of held-out
    phrases that the judge takes for this genre.
    """

    name: str
    songs: int
    own: Comparison
    ceiling: Comparison
    others: float
    recognised: float
    real: float


@dataclass(frozen=True)
class BlendVerdict:
    """Half of one genre and half of another: the share 0..1 of phrases taken for each."""

    names: tuple[str, str]
    shares: tuple[float, float]


@dataclass(frozen=True)
class GenresVerdict:
    """All genres that have music to judge by. accuracy, ceiling, chance: 0..1, see above."""

    each: tuple[GenreVerdict, ...]
    blends: tuple[BlendVerdict, ...]

    @property
    def accuracy(self) -> float:
        """How often the genre of a generated phrase is recognised."""
        return float(np.mean([genre.recognised for genre in self.each]))

    @property
    def ceiling(self) -> float:
        """How often that of a held-out phrase is."""
        return float(np.mean([genre.real for genre in self.each]))

    @property
    def chance(self) -> float:
        """How often it would be by guessing."""
        return 1 / len(self.each)


class GenreJudge:
    """Learns genres from real music, `Sample.features` `(n, columns)` with labels `(n,)`."""

    def __init__(self, features: Values, labels: Labels) -> None:
        self._like = features
        rows = self._scaled(features)
        self.known = np.unique(labels)
        self._weights = np.stack([fit_logistic(rows, labels == label) for label in self.known])

    def __call__(self, features: Values) -> Labels:
        """The label of each row, `(n,)`."""
        return np.asarray(self.known[(self._scaled(features) @ self._weights.T).argmax(axis=1)])

    def _scaled(self, rows: Values) -> Values:
        return np.column_stack([standardised(rows, self._like), np.ones(len(rows))])


def judge_genres(
    generator: Generator,
    reference: PhraseSet,
    known: Sample,
    training: PhraseSet | None,
    taught: Sample,
    n: int,
    compose: Compose,
) -> GenresVerdict | None:
    """Judge each genre of a generator that has some, by `n` phrases in all; blends by as many.

    compose: the generator's phrases, in the keys of the music. reference, known: the held-out
    music, measured. training, taught: other real music, which the judge learns from; without
    one each second song of a genre of the reference is. None where fewer than two genres have
    music of both.
    """
    genres = generator.info.genres
    songs = labels_of(reference.names, genres)
    if training is None:
        teaches = _every_second(songs)
        taught, taught_as = known.of_songs(teaches), songs
        known = known.of_songs(~teaches)
    else:
        taught_as = labels_of(training.names, genres)
    labels, taught_labels = songs[known.songs], taught_as[taught.songs]
    both = [g for g in range(len(genres)) if (labels == g).any() and (taught_labels == g).any()]
    if len(both) < 2:
        return None
    learns = np.isin(taught_labels, both)
    judge = GenreJudge(taught.features[learns], taught_labels[learns])
    each = max(2, n // len(both))
    verdicts = []
    for number in both:
        made = _drawn(generator, compose, {number: 1.0}, each)
        own = known.of_rows(labels == number)
        rest = known.of_rows((labels != number) & np.isin(labels, both))
        verdicts.append(
            GenreVerdict(
                genres[number],
                len(np.unique(own.songs)),
                compare_values(made.headline, own.headline),
                compare_values(taught.of_rows(taught_labels == number).headline, own.headline),
                compare_values(rest.headline, own.headline).mean_overlap,
                float((judge(made.features) == number).mean()),
                float((judge(own.features) == number).mean()),
            )
        )
    return GenresVerdict(tuple(verdicts), _blends(generator, compose, judge, both, each))


def _blends(
    generator: Generator,
    compose: Compose,
    judge: GenreJudge,
    both: Sequence[int],
    each: int,
) -> tuple[BlendVerdict, ...]:
    """Halves of any two of those genres that had most music, by `each` phrases of a pair."""
    genres = generator.info.genres
    shares = generator.info.genre_shares or (1.0,) * len(genres)
    largest = sorted(sorted(both, key=lambda g: -shares[g])[:BLENDED])
    blends = []
    for pair in combinations(largest, 2):
        heard = judge(_drawn(generator, compose, dict.fromkeys(pair, 0.5), each).features)
        first, second = (float((heard == number).mean()) for number in pair)
        blends.append(BlendVerdict((genres[pair[0]], genres[pair[1]]), (first, second)))
    return tuple(blends)


def _drawn(generator: Generator, compose: Compose, blend: dict[int, float], n: int) -> Sample:
    """Generated phrases of a blend by numbers of genres, measured."""
    weights = np.zeros((1, len(generator.info.genres)), np.float32)
    for number, weight in blend.items():
        weights[0, number] = weight
    return measure_generated(compose(n, weights), generator.layout)


def _every_second(songs: Labels) -> NDArray[np.bool_]:
    """Which songs teach: bool `(songs,)`, the first of each label, the third, and so on."""
    teaches = np.zeros(len(songs), bool)
    for label in np.unique(songs):
        teaches[np.flatnonzero(songs == label)[::2]] = True
    return teaches
