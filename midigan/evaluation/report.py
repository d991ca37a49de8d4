"""A generator measured against music that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError
from midigan.evaluation.metrics import Values, measure
from midigan.evaluation.overlap import Comparison, compare_values
from midigan.generator import Generator, draw_latents
from midigan.notes import Phrases
from midigan.phrase_set import PhraseSet

_BATCH = 64


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` found.

    generated: the generator's phrases against the reference, measure by measure.
    ceiling: other real music against the same reference: what a perfect generator of that
        music would score.
    duplicates: share 0..1 of the generated phrases that equal an earlier one.
    phrases, reference_phrases: how many were compared.
    """

    generated: Comparison
    ceiling: Comparison
    duplicates: float
    phrases: int
    reference_phrases: int


def evaluate(
    generator: Generator,
    reference: PhraseSet,
    *,
    training: PhraseSet | None = None,
    n: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Compare `n` generated phrases with the reference, which the generator must not know.

    reference: at least two songs, moved into the generator's key if it has one.
    training: real music for the ceiling; if None, the reference's songs are dealt into two
        halves that are compared with each other.
    Raises MidiganError if the reference is too small or of another layout.
    """
    layout = generator.layout
    if reference.layout.shape != layout.shape:
        raise MidiganError(
            f"the reference has phrases of shape {reference.layout.shape}, "
            f"the generator {layout.shape}: encode it with the generator's layout"
        )
    if len(reference.names) < 2:
        raise MidiganError("the reference holds one song: two are needed at least")
    phrases = sample(generator, n, seed)
    known = _measure_set(reference, generator)
    if training is not None:
        ceiling = compare_values(_measure_set(training, generator), known)
    else:
        halves = [range(first, len(reference.names), 2) for first in (0, 1)]
        first, second = (_measure_set(reference.subset(half), generator) for half in halves)
        ceiling = compare_values(first, second)
    return Evaluation(
        generated=compare_values(_measure(phrases, generator), known),
        ceiling=ceiling,
        duplicates=duplicate_share(phrases),
        phrases=n,
        reference_phrases=len(reference),
    )


def sample(generator: Generator, n: int, seed: int) -> Phrases:
    """Draw `n` phrases in batches: bool `(n, tracks, bars, steps, pitches)`."""
    rng = np.random.default_rng(seed)
    tracks = len(generator.layout.tracks)
    sizes = [min(_BATCH, n - first) for first in range(0, n, _BATCH)]
    return np.concatenate([generator.phrases(draw_latents(rng, size, tracks)) for size in sizes])


def duplicate_share(phrases: Phrases) -> float:
    """Share 0..1 of phrases, `(n, ...)`, that equal one that came before."""
    packed = np.packbits(phrases.reshape(len(phrases), -1), axis=1)
    return 1 - len({row.tobytes() for row in packed}) / len(packed)


def _measure_set(phrases: PhraseSet, generator: Generator) -> dict[str, Values]:
    moved = phrases.in_key(generator.info.key) if generator.info.key else phrases
    return _measure(moved.phrases(), generator)


def _measure(phrases: Phrases, generator: Generator) -> dict[str, Values]:
    """All measures of the tracks that have pitches."""
    tonal: NDArray[np.bool_] = np.array([not track.drum for track in generator.layout.tracks])
    return measure(phrases[:, tonal], generator.layout.lowest_pitch)
