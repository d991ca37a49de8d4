"""Finding a generator's directions: by regression of attributes of its phrases on its latents.

The generator's own phrases are all that is needed. Where a line explains an attribute of
phrases that were not fitted, its slope is the direction (as for images: GANSpace,
arXiv 2004.02546, and InterFaceGAN, arXiv 1907.10786). An attribute that comes of how all the
noise meets has no such line; it can still be had by drawing candidates. What either does is
measured on phrases that are drawn as they are played, joins and critic included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.controls import Controls
from midigan.evaluation.neighbours import in_blocks
from midigan.evaluation.rolls import SILENT, Values
from midigan.generating.attributes import MEASURES
from midigan.generating.candidates import CANDIDATES
from midigan.generating.directions import NO_CURVE, Curve, Direction
from midigan.generating.leading import Leading, ends_of
from midigan.generating.lines import draw_stream
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.genres import Blend
from midigan.latents import NOISE, Latents, draw_latents
from midigan.notes import Phrases

#: Phrases that a direction is fitted to, unless another number is asked for, and at least.
PHRASES, FEWEST = 8192, 512

#: How far a push of 1 shifts the latents along a direction, where chance spreads them by 1.
REACH = 2.0

#: The least share of the variance of new phrases that a line must explain to be followed.
LEAST_EXPLAINED = 0.1

#: The greatest share of phrases in which an attribute that can be turned is not defined.
_MOST_UNDEFINED = 0.5

#: The least distance, in deviations, of the means at both ends for an attribute to be kept.
LEAST_MOVED = 1.0

#: How hard directions are pushed to measure what they do, each way.
_PUSHES = (0.4, 0.8, 1.5)

#: That is measured on one phrase for so many that directions were fitted to, and on at least.
_SHARE, _FEWEST_TRIED = 80, 8

#: When the mean has moved so far, in deviations, nobody asks for more.
_ENOUGH = 1.25

#: By how much the mean must move on from one push to the next for it to be worth it.
_LEAST_STEP = 0.05

_BATCH = 64


def find_directions(
    generator: Generator, phrases: int = PHRASES, seed: int = 0
) -> dict[str, Direction]:
    """The attributes that can be turned in a generator, by name; {} if none moves enough.

    phrases: drawn for the fit, at least `FEWEST`. The same arguments find the same directions.
    """
    count = max(phrases, FEWEST)
    tried = max(count // _SHARE, _FEWEST_TRIED)
    rng = np.random.default_rng(seed)
    latents = draw_latents(rng, count, len(generator.layout.tracks))
    values = _measured(_played(generator, latents, rng), generator)
    plain = {
        candidates: _streams(generator, generator.info, Controls(candidates=candidates), tried)
        for candidates in (1, CANDIDATES)
    }
    found = {}
    for name, of_phrases in values.items():
        direction = _fitted(latents, of_phrases)
        if direction is not None:
            direction = _with_curves(generator, name, direction, plain)
            low, high = direction.drawn.reach
            if high - low >= LEAST_MOVED and low < 0 < high:
                found[name] = direction
    return found


def find_leading(generator: Generator, phrases: int = PHRASES, seed: int = 0) -> Leading:
    """What a generator's latents tell of where its lines begin and end; arguments as above."""
    count, layout = max(phrases, FEWEST), generator.layout
    rng = np.random.default_rng(seed)
    latents = draw_latents(rng, count, len(layout.tracks))
    ends = ends_of(_played(generator, latents, rng))
    shape = 2, len(layout.tracks)
    leading = Leading(np.zeros(shape), np.zeros((*shape, len(Latents._fields), NOISE)))
    for end, track in np.ndindex(shape):
        sounding = ends[end, :, track] != SILENT
        pitches = ends[end, sounding, track].astype(np.float64)
        if layout.tracks[track].drum or len(pitches) < FEWEST or pitches.std() == 0:
            continue
        points = np.concatenate(
            [latents.chords, latents.style, latents.melody[:, track], latents.groove[:, track]],
            axis=1,
        )[sounding].astype(np.float64)
        if explained(points, pitches) >= LEAST_EXPLAINED:
            leading.mean[end, track] = pitches.mean()
            standard = (pitches - pitches.mean()) / pitches.std()
            slopes = _slopes(points, standard) * pitches.std()
            leading.weight[end, track] = slopes.reshape(-1, NOISE)
    return leading


def explained(points: NDArray[np.float64], values: Values) -> float:
    """Share of the variance of the last quarter that a line fitted to the others explains."""
    known = len(values) * 3 // 4
    standard = (values - values.mean()) / values.std()
    guessed = points[known:] @ _slopes(points[:known], standard[:known])
    rest: float = 1 - np.square(standard[known:] - guessed).mean() / standard[known:].var()
    return rest


def _fitted(latents: Latents, values: Values) -> Direction | None:
    """The direction of an attribute without its curves; None for one that never changes.

    Nor has one that most phrases have no value of, as tunes have no dissonance.
    """
    if np.isnan(values).mean() > _MOST_UNDEFINED:
        return None
    mean, deviation = float(np.nanmean(values)), float(np.nanstd(values))
    if deviation < 1e-6:
        return None
    values = np.where(np.isnan(values), mean, values)
    shift = None
    if explained(_points(latents), values) >= LEAST_EXPLAINED:
        slopes = _slopes(_points(latents), (values - mean) / deviation)
        shift = _as_latents(REACH * slopes / np.linalg.norm(slopes), latents)
    return Direction(mean, deviation, shift, NO_CURVE)


def _with_curves(
    generator: Generator, name: str, direction: Direction, plain: Mapping[int, Phrases]
) -> Direction:
    """The direction with what pushes do to streams of phrases, which are as they are played.

    plain: those without a push, by the number of candidates.
    """
    straight = Curve(*[(-_PUSHES[-1], 0.0, _PUSHES[-1])] * 2)
    direction = direction._replace(drawn=straight, alone=straight)
    info = replace(generator.info, directions={name: direction.to_plain()})

    def curve(candidates: int) -> Curve:
        def mean(phrases: Phrases) -> float:
            return float(np.nanmean(MEASURES[name](phrases, generator.layout)))

        def moved_by(push: float) -> float:
            controls = Controls(candidates=candidates, attributes=((name, push),))
            pushed = _streams(generator, info, controls, len(plain[candidates]))
            return (mean(pushed) - mean(plain[candidates])) / direction.deviation

        return rising(moved_by)

    alone = curve(1) if direction.shift else NO_CURVE
    return direction._replace(drawn=curve(CANDIDATES), alone=alone)


def _streams(generator: Generator, info: GeneratorInfo, controls: Controls, tried: int) -> Phrases:
    """Phrases one after the other, about so many; where there are genres, a stream of each."""
    told = _asking_nobody(generator, info)
    blends: list[Blend] = [((genre, 1.0),) for genre in info.genres] or [()]
    each = [
        draw_stream(told, 0, -(-tried // len(blends)), replace(controls, genre=blend))
        for blend in blends
    ]
    return np.concatenate(each)


def rising(moved_by: Callable[[float], float]) -> Curve:
    """The curve of what pushes do, where `moved_by` says by how many deviations one moves the mean.

    Pushes that lead no further are left out.
    """
    points = {0.0: 0.0}
    for way in (-1, 1):
        reached = 0.0
        for push in _PUSHES:
            moved = round(way * moved_by(way * push), 2)
            if moved >= reached + _LEAST_STEP:
                reached = moved
                points[way * push] = way * moved
            if reached >= _ENOUGH:
                break
    return Curve(*map(tuple, zip(*sorted(points.items()), strict=True)))


def _asking_nobody(generator: Generator, info: GeneratorInfo) -> Generator:
    """The generator with another description, that does well without a critic if it has none."""
    found = copy(generator)
    found.info = info
    if not generator.has_critic:
        indifferent: Any = lambda phrases, genre=None: np.zeros(len(phrases), np.float32)  # noqa: E731
        found.judge = indifferent  # type: ignore[method-assign]
    return found


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
