"""A set of phrases as evaluation sees it: every measure, and the features that a judge learns from.

Phrases come in blocks and go again, so that large sets need little memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.features import histograms
from midigan.evaluation.field import measure_field
from midigan.evaluation.metrics import measure
from midigan.evaluation.neighbours import in_blocks
from midigan.evaluation.rolls import Phrases, Values
from midigan.generator import Generator
from midigan.harmony.keys import Key, parse_key, shift_between, transpose
from midigan.harmony.song_keys import heights_of
from midigan.latents import Floats, draw_latents
from midigan.layout import Layout
from midigan.notes import phrases_to_notes, render_pairs
from midigan.sets.phrase_set import PhraseSet

#: Of larger sets so many phrases are measured, evenly spread: more would change no figure.
MOST = 5000

_BATCH = 64

# The stream of chance for keys, beside that of the latents.
_KEYS = 1


@dataclass(frozen=True, eq=False)
class Sample:
    """`n` phrases, measured.

    headline, field: each measure's values, `(n,)`, by name: those of `metrics`, of `field`.
    features: float64 `(n, columns)`, the measures and `features.histograms`, NaN where undefined.
    songs: int64 `(n,)`, which song each phrase is of; generated ones are each of their own.
    """

    headline: dict[str, Values]
    field: dict[str, Values]
    features: Values
    songs: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of phrases."""
        return len(self.songs)

    def spread_out(self, most: int) -> Sample:
        """At most so many of the phrases, evenly spread."""
        return self.of_rows(slice(None, None, -(-len(self) // most)))

    def of_songs(self, chosen: NDArray[np.bool_]) -> Sample:
        """The phrases of some songs; chosen: bool `(songs,)`."""
        return self.of_rows(chosen[self.songs])

    def of_rows(self, rows: slice | NDArray[np.bool_]) -> Sample:
        """Some of the phrases, by their places or by bool `(n,)`."""
        return Sample(
            {name: values[rows] for name, values in self.headline.items()},
            {name: values[rows] for name, values in self.field.items()},
            self.features[rows],
            self.songs[rows],
        )


def measure_set(phrases: PhraseSet) -> Sample:
    """Measure a phrase set: all of it, or `MOST` phrases or fewer, evenly spread."""
    index = spread_index(len(phrases))
    blocks = in_blocks(lambda part: phrases.phrases(index[part]), len(index))
    return _measure(blocks, phrases.layout, phrases.song_of_phrase()[index])


def measure_generated(phrases: Phrases, layout: Layout) -> Sample:
    """Measure generated phrases, bool `(n, tracks, bars, steps, pitches)`."""
    blocks = in_blocks(lambda part: phrases[part], len(phrases))
    return _measure(blocks, layout, np.arange(len(phrases)))


def spread_index(count: int) -> NDArray[np.int64]:
    """Numbers of the phrases of a set of `count` that are measured: int64 `(at most MOST,)`."""
    return np.arange(0, count, max(1, -(-count // MOST)))


def draw(generator: Generator, n: int, seed: int, genre: Floats | None = None) -> Phrases:
    """Draw `n` phrases in batches: bool `(n, tracks, bars, steps, pitches)`.

    genre: weights for all of them, `(1, genres)`; None draws the genre of each, if there are any.
    """
    rng = np.random.default_rng(seed)
    drawn = []
    for first in range(0, n, _BATCH):
        size = min(_BATCH, n - first)
        own = generator.draw_genre(rng, size) if genre is None else genre
        latents = draw_latents(rng, size, len(generator.layout.tracks))
        drawn.append(generator.phrases(latents, genre=own))
    return np.concatenate(drawn)


def in_own_keys(phrases: Phrases, generator: Generator, seed: int) -> Phrases:
    """Generated phrases, each in a key as its songs' are: `(n, tracks, bars, steps, pitches)`.

    See `song_keys`. As they are where the generator does not know those keys.
    """
    known, layout = generator.song_keys, generator.layout
    if known is None:
        return phrases
    chance = np.random.default_rng([seed, _KEYS])
    own = parse_key(generator.info.key)
    shifts = np.array(
        [
            shift_between(own, Key(known.draw(heights, generator.info.key, chance)))
            for heights in heights_of(phrases, layout)
        ]
    )
    notes = phrases_to_notes(phrases, layout, joined=False)
    phrase = notes["start"].astype(np.int64) // layout.phrase_steps
    first_steps = np.arange(len(phrases)) * layout.phrase_steps
    return render_pairs(transpose(notes, shifts[phrase], layout), phrase, first_steps, layout)


def duplicate_share(phrases: Phrases) -> float:
    """Share 0..1 of phrases, `(n, ...)`, that equal one that came before."""
    packed = np.packbits(phrases.reshape(len(phrases), -1), axis=1)
    return 1 - len({row.tobytes() for row in packed}) / len(packed)


def _measure(blocks: Iterable[Phrases], layout: Layout, songs: NDArray[np.int64]) -> Sample:
    headline, field, shapes = [], [], []
    for block in blocks:
        headline.append(measure(block, layout))
        field.append(measure_field(block, layout))
        shapes.append(histograms(block, layout))
    values, more = _joined(headline), _joined(field)
    features = np.column_stack([*values.values(), *more.values(), np.concatenate(shapes)])
    return Sample(values, more, features, songs)


def _joined(blocks: list[dict[str, Values]]) -> dict[str, Values]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
