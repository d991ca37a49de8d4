"""The walk through the generator's noise: controls, a seed and a phrase number to latents.

Every vector of noise walks by itself, along a line of points drawn from the seed: point 7
is always the same, whatever was played before. Between two points it moves on the arc
`cos(t) a + sin(t) b`: this is slerp for ends at a right angle, which independent normal
vectors are on average (White 2016, arXiv 1609.04468), and the one whose every place is
standard normal again, so that a slow walk leads through nothing the generator did not learn.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from midigan.controls import NOISES, NOISES_OF_TRACKS, Controls, Noise
from midigan.latents import Floats, Latents, draw_latents

# Streams of chance beside the seed's own: points drawn anew, and points before the first.
_ROLLED, _CANDIDATE, _BEFORE = 2, 3, 4

# Points that are kept as drawn: those of all candidates of a phrase.
_KEPT = 64


def latents_at(
    controls: Controls,
    seed: int,
    number: int,
    tracks: int,
    candidate: int = 0,
    style: tuple[int, ...] = (),
) -> Latents:
    """The latents of phrase `number`, n = 1: always the same for the same arguments.

    With default controls they are those of `Generator.draw`. Another candidate differs in
    the noise that is new with every phrase; what is locked or walks more slowly goes its way.
    style: where it is new, the candidates of the phrases before and after that it lies halfway
    between; () for a style of its own.
    """
    drawn: dict[str, Floats] = {}
    for name in NOISES:
        noise = controls.noise(name)
        position = noise.position_at(number, controls.walk)
        line = noise.candidates
        if noise.speed(controls.walk) == 1:
            line = style if name == "style" and style else (candidate,)
        if name in NOISES_OF_TRACKS:
            vectors = [
                _vector(name, noise, track, position, seed, line, tracks) for track in range(tracks)
            ]
            drawn[name] = np.stack(vectors)[None]
        else:
            drawn[name] = _vector(name, noise, 0, position, seed, line, tracks)[None]
        if noise.led and noise.speed(controls.walk) < 1:
            drawn[name] = drawn[name] + _led(noise, position).reshape(drawn[name].shape)
    return Latents(**drawn)


def _led(noise: Noise, position: float) -> Floats:
    """What was added to its vectors where it was new, `(vectors, 32)`; nothing a point further."""
    apart = min(abs(position - noise.led_at), 1.0)
    fading = math.cos(apart * math.pi / 2) if apart < 1 else 0.0
    return np.float32(fading) * np.array(noise.led, np.float32)


def _vector(
    name: str,
    noise: Noise,
    vector: int,
    position: float,
    seed: int,
    line: tuple[int, ...],
    tracks: int,
) -> Floats:
    """One vector of noise `(32,)` at a position of a line: of a candidate, or between two."""

    def place(point: int) -> Floats:
        if len(line) == 2:
            ends = ((point - 1, line[0]), (point + 1, line[1]))
            first, second = (
                _point(name, vector, (seed, candidate), at, roll, tracks) for at, candidate in ends
            )
            return np.float32(math.sqrt(0.5)) * (first + second)
        return _point(name, vector, (seed, line[0] if line else 0), point, roll, tracks)

    point = math.floor(position)
    angle = (position - point) * math.pi / 2
    roll = noise.roll(vector)
    here = place(point)
    if angle == 0:
        return here
    return np.float32(math.cos(angle)) * here + np.float32(math.sin(angle)) * place(point + 1)


def _point(
    name: str, vector: int, seeds: tuple[int, int], point: int, roll: int, tracks: int
) -> Floats:
    """One vector `(32,)` at a point of its line; the point is drawn whole, whatever is used."""
    seed, candidate = seeds
    stream = [seed, abs(point)]
    if candidate:
        stream += [_CANDIDATE, roll, candidate, point < 0]
    elif roll or point < 0:
        stream += [_BEFORE if point < 0 else _ROLLED, roll]
    drawn: Floats = getattr(_drawn(tuple(stream), tracks), name)[0]
    found: Floats = drawn[vector] if name in NOISES_OF_TRACKS else drawn
    return found


@lru_cache(_KEPT)
def _drawn(stream: tuple[int, ...], tracks: int) -> Latents:
    """All noise of a stream of chance: its vectors are asked for one by one."""
    return draw_latents(np.random.default_rng(stream), 1, tracks)
