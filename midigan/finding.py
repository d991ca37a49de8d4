"""Finding a generator's directions: by regression of attributes of its phrases on its latents.

The generator's own phrases are all that is needed. Where a line explains an attribute of
phrases that were not fitted, its slope is the direction (as for images: GANSpace,
arXiv 2004.02546, and InterFaceGAN, arXiv 1907.10786). An attribute that comes of how all the
noise meets has no such line; it can still be had by drawing candidates.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from midigan.attributes import MEASURES
from midigan.controls import Controls
from midigan.directions import Direction, inclination, turned_latents
from midigan.evaluation.neighbours import in_blocks
from midigan.evaluation.rolls import Values
from midigan.generator import Generator
from midigan.latents import Latents, draw_latents
from midigan.notes import Phrases

#: Phrases that a direction is fitted to, unless another number is asked for, and at least.
PHRASES, FEWEST = 8192, 512

#: How far a whole turn shifts the latents along a direction, where chance spreads them by 1.
REACH = 2.0

#: The least share of the variance of new phrases that a line must explain to be followed.
LEAST_EXPLAINED = 0.1

#: The least distance, in deviations, of the means at both ends for an attribute to be kept.
LEAST_MOVED = 1.0

#: Turns of so many phrases, each of so many candidates, measure what a direction does.
_TRIED, _CANDIDATES = 64, 16

_BATCH = 64


def find_directions(
    generator: Generator, phrases: int = PHRASES, seed: int = 0
) -> dict[str, Direction]:
    """The attributes that can be turned in a generator, by name; {} if none moves enough.

    phrases: drawn for the fit, at least `FEWEST`. The same arguments find the same directions.
    """
    count = max(phrases, FEWEST)
    tracks = len(generator.layout.tracks)
    rng = np.random.default_rng(seed)
    latents = draw_latents(rng, count, tracks)
    values = _measured(_played(generator, latents, rng), generator)
    tried = draw_latents(rng, _TRIED * _CANDIDATES, tracks)
    found = {}
    for name, of_phrases in values.items():
        direction = _fitted(latents, of_phrases)
        if direction is not None:
            direction = _with_effects(generator, name, direction, tried)
            low, high = direction.effect
            if high - low >= LEAST_MOVED and low < 0 < high:
                found[name] = direction
    return found


def explained(latents: Latents, values: Values) -> float:
    """Share of the variance of the last quarter that a line fitted to the others explains."""
    known = len(values) * 3 // 4
    points, standard = _points(latents), (values - values.mean()) / values.std()
    guessed = points[known:] @ _slopes(points[:known], standard[:known])
    rest: float = 1 - np.square(standard[known:] - guessed).mean() / standard[known:].var()
    return rest


def _fitted(latents: Latents, values: Values) -> Direction | None:
    """The direction of an attribute without its effects; None for one that never changes."""
    if np.isnan(values).all():
        return None
    mean, deviation = float(np.nanmean(values)), float(np.nanstd(values))
    if deviation < 1e-6:
        return None
    values = np.where(np.isnan(values), mean, values)
    shift = None
    if explained(latents, values) >= LEAST_EXPLAINED:
        slopes = _slopes(_points(latents), (values - mean) / deviation)
        shift = _as_latents(REACH * slopes / np.linalg.norm(slopes), latents)
    return Direction(mean, deviation, shift, (0.0, 0.0), (0.0, 0.0))


def _with_effects(
    generator: Generator, name: str, direction: Direction, latents: Latents
) -> Direction:
    """The direction with what it was found to do to the latents of phrases by candidates."""
    info = replace(generator.info, directions={name: direction.to_plain()})
    chance = np.random.default_rng(0)
    drawn, alone = [], []
    for value in (-1.0, 1.0):
        controls = Controls(attributes=((name, value),))
        turned = turned_latents(latents, info, controls)
        phrases = _played(generator, turned, np.random.default_rng(1))
        values = MEASURES[name](phrases, generator.layout)
        odds = inclination(phrases, info, controls) + chance.gumbel(size=len(phrases))
        chosen = odds.reshape(_TRIED, _CANDIDATES).argmax(axis=1) + np.arange(_TRIED) * _CANDIDATES
        alone.append(float(np.nanmean(values) - direction.mean) / direction.deviation)
        drawn.append(float(np.nanmean(values[chosen]) - direction.mean) / direction.deviation)
    low, high = (round(value, 2) for value in drawn)
    return direction._replace(effect=(low, high), alone=(round(alone[0], 2), round(alone[1], 2)))


def _played(generator: Generator, latents: Latents, rng: np.random.Generator) -> Phrases:
    """What the latents sound like, in genres as often as music has them."""
    genre = generator.draw_genre(rng, len(latents.chords))
    starts = range(0, len(latents.chords), _BATCH)
    parts = []
    for at in starts:
        now = slice(at, at + _BATCH)
        own = None if genre is None else genre[now]
        part = Latents(*(array[now] for array in latents))
        parts.append(generator.phrases(part, genre=own))
    return np.concatenate(parts)


def _measured(phrases: Phrases, generator: Generator) -> dict[str, Values]:
    blocks = list(in_blocks(lambda part: phrases[part], len(phrases)))
    return {
        name: np.concatenate([measure(block, generator.layout) for block in blocks])
        for name, measure in MEASURES.items()
    }


def _points(latents: Latents) -> NDArray[np.float64]:
    """The latents of each phrase as one row: `(n, numbers)`."""
    rows = [array.reshape(len(array), -1) for array in latents]
    return np.concatenate(rows, axis=1).astype(np.float64)


def _as_latents(row: NDArray[np.float64], like: Latents) -> Latents:
    """A row as latents, n = 1, of the shapes of others."""
    sizes = np.cumsum([array[0].size for array in like])[:-1]
    parts = zip(np.split(row, sizes), like, strict=True)
    return Latents(*(part.reshape(1, *array.shape[1:]).astype(np.float32) for part, array in parts))


def _slopes(points: NDArray[np.float64], values: Values) -> NDArray[np.float64]:
    """Ridge regression of standardised values; the penalty is that of a unit normal prior."""
    penalty = points.shape[1] * np.eye(points.shape[1])
    found: NDArray[np.float64] = np.linalg.solve(points.T @ points + penalty, points.T @ values)
    return found
