"""A generator measured against music that it has not seen: everything that `evaluate` says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from midigan.errors import MidiganError
from midigan.evaluation.classifier import standardised, two_sample_auc
from midigan.evaluation.copying import Memorisation, compare_nearness
from midigan.evaluation.coverage import Spread, spread
from midigan.evaluation.field import EMPTY_BARS
from midigan.evaluation.genres import GenresVerdict, judge_genres
from midigan.evaluation.neighbours import find_nearest, in_blocks
from midigan.evaluation.overlap import Comparison, compare_values
from midigan.evaluation.rolls import Phrases, Values
from midigan.evaluation.sample import (
    Sample,
    draw,
    duplicate_share,
    in_own_keys,
    measure_generated,
    measure_set,
    spread_index,
)
from midigan.evaluation.tunes import of_other_tunes
from midigan.generator import Generator
from midigan.latents import Floats
from midigan.sets.phrase_set import PhraseSet

#: Fewer held-out songs of other tunes than these are no measure of copies by themselves.
FEWEST_SONGS = 5

#: Called with what is being done.
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Verdict:
    """How one set of phrases compares with the held-out music.

    headline: the overlapping areas whose mean is the headline. field: those of more measures.
    auc: area under the ROC curve of a judge of the two, .5 where it cannot tell them apart.
    spread: coverage and density.
    """

    headline: Comparison
    field: Comparison
    auc: float
    spread: Spread


@dataclass(frozen=True, eq=False)
class Music:
    """The phrases behind the figures, for pictures.

    generated: bool `(n, tracks, bars, steps, pitches)`. reference, training: in the keys in
    which they are compared; training None where none was given. samples: generated, held-out
    and other real phrases, measured.
    """

    generated: Phrases
    reference: PhraseSet
    training: PhraseSet | None
    samples: tuple[Sample, Sample, Sample]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What `evaluate` found.

    generated: the generator's phrases against the reference.
    ceiling: other real music against the same reference: what a perfect generator of that
        music would score.
    duplicates: share 0..1 of the generated phrases that equal an earlier one.
    memorisation: how near they are to the training music; None where none was given.
    genres: whether its genres are heard; None for a generator without any, or without music of
        two of them.
    """

    generated: Verdict
    ceiling: Verdict
    duplicates: float
    memorisation: Memorisation | None
    genres: GenresVerdict | None
    music: Music


def evaluate(
    generator: Generator,
    reference: PhraseSet,
    *,
    training: PhraseSet | None = None,
    n: int = 1000,
    seed: int = 0,
    own_keys: bool = False,
    progress: Progress = lambda doing: None,
) -> Evaluation:
    """Compare `n` generated phrases with the reference, which the generator must not know.

    reference: at least two songs, or one beside its training music, of which then neither judge
        nor coverage can speak; moved into the generator's key if it has one, unless they
        are compared in their own keys, and the phrases in such (`sample.in_own_keys`).
    training: what it learned from, for the ceiling and for memorisation; if None, the
        reference's songs are dealt into two halves that are compared with each other.
    Raises MidiganError if the reference is too small or of another layout.
    """
    _check(generator, reference, "reference")
    if len(reference.names) < 2 and training is None:
        raise MidiganError(
            "the reference holds one song: give two at least, or with --training the music that "
            "it learned from"
        )
    if training is not None:
        _check(generator, training, "training music")

    def compose(count: int, genre: Floats | None = None) -> Phrases:
        phrases = draw(generator, count, seed, genre)
        return in_own_keys(phrases, generator, seed) if own_keys else phrases

    progress("composing")
    phrases = compose(n)
    progress("measuring")
    key = "" if own_keys else generator.info.key
    reference = _prepared(reference, key)
    training = training and _prepared(training, key)
    own, known = measure_generated(phrases, generator.layout), measure_set(reference)
    if training is not None:
        other, against = measure_set(training), known
    else:
        even = np.arange(len(reference.names)) % 2 == 0
        other, against = known.of_songs(even), known.of_songs(~even)
    progress("judging")
    # The same number of real phrases as of generated ones, so that the judges are equals.
    generated, ceiling = compare(own, known), compare(other, against, most=n)
    memorisation = None
    if training is not None:
        memorisation = _memorisation(phrases, reference, training, progress)
    genres = None
    if generator.info.genres:
        progress("listening for genres")
        genres = judge_genres(generator, reference, known, training, other, n, compose)
    music = Music(phrases, reference, training, (own, known, other))
    return Evaluation(generated, ceiling, duplicate_share(phrases), memorisation, genres, music)


def compare(sample: Sample, known: Sample, most: int | None = None) -> Verdict:
    """Compare phrases with the held-out ones.

    most: so many of the phrases are shown to the judge and in the space of features; None for
    all. The overlapping areas are of all.
    """
    shown = sample if most is None else sample.spread_out(most)
    near, real = (standardised(part.features, known.features) for part in (shown, known))
    return Verdict(
        compare_values(sample.headline, known.headline),
        compare_values(*_defined(sample.field, known.field)),
        two_sample_auc(shown.features, known.features, shown.songs, known.songs),
        spread(near, real, known.songs),
    )


def _defined(
    first: dict[str, Values], second: dict[str, Values]
) -> tuple[dict[str, Values], dict[str, Values]]:
    """The measures that have a value in either sample: two tracks' distance needs two tracks.

    Nothing is said of a track that both leave silent: it would be as alike as can be.
    """
    silent = [
        name.removeprefix(EMPTY_BARS)
        for name in second
        if name.startswith(EMPTY_BARS) and (first[name] == 1).all() and (second[name] == 1).all()
    ]
    names = [
        name
        for name in second
        if not (np.isnan(first[name]).all() and np.isnan(second[name]).all())
        and not name.endswith(tuple(silent))
    ]
    return {name: first[name] for name in names}, {name: second[name] for name in names}


def _memorisation(
    phrases: Phrases, reference: PhraseSet, training: PhraseSet, progress: Progress
) -> Memorisation:
    """Nearest neighbours in the training music, of generated and of held-out phrases."""
    index = spread_index(len(reference))
    own, other = (
        find_nearest(part, _blocks(training, what, progress), training.layout)
        for what, part in (("composed", phrases), ("held-out", reference.phrases(index)))
    )
    songs = reference.song_of_phrase()[index]
    fair = of_other_tunes(reference, training)[songs]
    every = compare_nearness(own.similarity, other.similarity, songs)
    if len(np.unique(songs[fair])) < FEWEST_SONGS:
        return Memorisation(own, other, every, None)
    apart = compare_nearness(own.similarity, other.similarity[fair], songs[fair])
    return Memorisation(own, other, every, apart)


def _blocks(training: PhraseSet, what: str, progress: Progress) -> Iterator[Phrases]:
    """The training music a block at a time, saying how far the search through it is."""
    done = 0
    for block in in_blocks(training.phrases, len(training)):
        progress(f"looking for copies, {what} phrases: {done / len(training):.0%}")
        yield block
        done += len(block)


def _check(generator: Generator, phrases: PhraseSet, what: str) -> None:
    if phrases.layout.shape != generator.layout.shape:
        raise MidiganError(
            f"the {what} has phrases of shape {phrases.layout.shape}, "
            f"the generator {generator.layout.shape}: encode it with the generator's layout"
        )
    if len(phrases) == 0:
        raise MidiganError(f"the {what} holds no phrase: every bar is silent")


def _prepared(phrases: PhraseSet, key: str) -> PhraseSet:
    """The phrases as training prepares them: in a key if there is one, within their songs."""
    moved = phrases.in_key(key) if key else phrases
    return moved.within_songs()
