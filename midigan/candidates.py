"""One phrase of several: drawn by how much the generator's critic likes each of them.

The critic's score is the logarithm of how much likelier a phrase is in music than among
generated ones. Drawn in proportion to its exponential, phrases come to be spread as music
spreads them (sampling-importance-resampling: Rubin 1987; for GANs: arXiv 1810.06758); the best
one every time would leave out what is rare.

Joins are judged as well, on the window across them. Every second phrase is drawn by itself, and
those between for how they follow the one before and lead to the one after, in a style halfway
between theirs: so each join is judged, and every phrase can still be composed without all that
lie before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from midigan.controls import NOISES, NOISES_OF_TRACKS, Controls
from midigan.directions import inclination, turned_latents
from midigan.evaluation.rolls import across
from midigan.generator import Generator
from midigan.latents import Floats, Latents
from midigan.masks import legal_pitches, semitones_to
from midigan.notes import Phrases
from midigan.walk import latents_at

#: Candidates of a generator that has a critic, unless another number is wanted.
CANDIDATES = 16

# Streams of chance for the draws, beside those of `walk` and `compose`.
_DRAW, _LINE = 7, 8

# Draws that are kept: of a phrase, the one before and the one after, and some turns later.
_KEPT = 16


class Drawn(NamedTuple):
    """Which candidate was drawn, its phrase, n = 1, and its style as `latents_at` takes it."""

    candidate: int
    phrase: Phrases
    style: tuple[int, ...] = ()


def default_controls(generator: Generator) -> Controls:
    """Controls that leave everything to the generator, and to its critic if it has one."""
    return Controls(candidates=CANDIDATES if generator.has_critic else 1)


def draw_phrase(
    generator: Generator,
    seed: int,
    number: int,
    controls: Controls,
    lines: Mapping[int, int] | None = None,
) -> Phrases:
    """Phrase `number` of the stream `seed`: always the same for the same arguments.

    Returns it as bool `(1, tracks, bars, steps, pitches)`.

    lines: tracks that get a line of their own drawn anew, and the how manieth one, over what
    the others play. Raises MidiganError for a key that is none or a genre that the generator has
    not, FormatError for candidates without a critic.
    """
    drawn = _draw(generator, seed, number, _judged(generator, controls))
    phrase = _phrases(generator, seed, number, controls, [drawn.candidate], drawn.style)
    for track, times in (lines or {}).items():
        phrase = _with_line(generator, seed, number, controls, drawn, phrase, track, times)
    return phrase


def draw_stream(generator: Generator, seed: int, count: int, controls: Controls) -> Phrases:
    """The first phrases of the stream `seed`: bool `(count, tracks, bars, steps, pitches)`.

    Raises what `draw_phrase` does.
    """
    drawn = [draw_phrase(generator, seed, number, controls) for number in range(count)]
    return np.concatenate(drawn)


def kept_as_heard(
    generator: Generator, seed: int, number: int, before: Controls, after: Controls
) -> Controls:
    """Controls `after` a turn, with what is no longer new as it is in phrase `number`.

    What is locked or slowed down while that phrase is heard stays what it was `before`.
    """
    slowed = [
        name
        for name in NOISES
        if before.noise(name).speed(before.walk) == 1 and after.noise(name).speed(after.walk) < 1
    ]
    if slowed and before.candidates > 1:
        drawn = _draw(generator, seed, number, _judged(generator, before))
        for name in slowed:
            line = drawn.style if name == "style" and drawn.style else (drawn.candidate,)
            after = after.with_noise(name, replace(after.noise(name), candidates=line))
    return after


def _judged(generator: Generator, controls: Controls) -> Controls:
    """The controls under which candidates are judged.

    A track that is muted, drawn anew by itself or held to a chord at once leaves the draw as it
    is, so that the other tracks go on with what they play.
    """
    tracks = range(len(generator.layout.tracks))
    for name in NOISES_OF_TRACKS:
        noise = controls.noise(name)
        rolls = min(map(noise.roll, tracks))
        controls = controls.with_noise(name, replace(noise, rolls=(rolls,) * len(tracks)))
    return replace(controls, muted=(), harmony=())


@lru_cache(_KEPT)
def _draw(generator: Generator, seed: int, number: int, controls: Controls) -> Drawn:
    """The draw; phrases of even numbers by themselves, others between their neighbours."""
    count = controls.candidates if _fresh(controls) else 1
    chance = np.random.default_rng([seed, number, _DRAW])
    genre = generator.genre_at(seed, controls.genre)
    if count == 1 or number % 2 == 0 or generator.layout.bars < 2:
        found = _phrases(generator, seed, number, controls, range(count))
        chosen = 0
        if count > 1:
            chosen = _proportional(_liking(generator, found, controls, genre), chance)
        return Drawn(chosen, found[chosen : chosen + 1])
    before, after = (_draw(generator, seed, number + by, controls) for by in (-1, 1))
    style = before.candidate, after.candidate
    found = _phrases(generator, seed, number, controls, range(count), style)
    liking = _liking(generator, found, controls, genre)
    liking = liking + generator.judge(across(before.phrase, found), genre)
    liking = liking + generator.judge(across(found, after.phrase), genre)
    chosen = _proportional(liking, chance)
    return Drawn(chosen, found[chosen : chosen + 1], style)


def _phrases(
    generator: Generator,
    seed: int,
    number: int,
    controls: Controls,
    candidates: Sequence[int],
    style: tuple[int, ...] = (),
) -> Phrases:
    """Candidates of a phrase, as one batch."""
    of = (controls, seed, number, len(generator.layout.tracks))
    return _played(generator, seed, controls, [latents_at(*of, each, style) for each in candidates])


def _played(
    generator: Generator, seed: int, controls: Controls, each: Sequence[Latents]
) -> Phrases:
    """What latents sound like under controls, as one batch."""
    semitones = semitones_to(generator.info.key, controls)
    legal = legal_pitches(generator.layout, controls, generator.info.key, semitones)
    latents = Latents(*map(np.concatenate, zip(*each, strict=True)))
    latents = turned_latents(latents, generator.info, controls)
    return generator.phrases(latents, legal, generator.genre_at(seed, controls.genre))


def _liking(
    generator: Generator, phrases: Phrases, controls: Controls, genre: Floats | None
) -> Floats:
    """The logarithm of each phrase's odds, `(n,)`: the critic's, and the turned attributes'."""
    return generator.judge(phrases, genre) + inclination(phrases, generator.info, controls)


def _with_line(
    generator: Generator,
    seed: int,
    number: int,
    controls: Controls,
    drawn: Drawn,
    phrase: Phrases,
    track: int,
    times: int,
) -> Phrases:
    """A phrase with another line on one track.

    Tracks are drawn together, and a track of a phrase with other noise need not fit into this
    one: of several the critic likes one as it stands among the others.
    """
    count = controls.candidates
    tracks = len(generator.layout.tracks)
    each = []
    for roll in range((times - 1) * count + 1, times * count + 1):
        rolled = controls
        for name in NOISES_OF_TRACKS:
            noise = controls.noise(name)
            rolls = [noise.roll(place) + roll * (place == track) for place in range(tracks)]
            rolled = rolled.with_noise(name, replace(noise, rolls=tuple(rolls)))
        each.append(latents_at(rolled, seed, number, tracks, drawn.candidate, drawn.style))
    found = np.repeat(phrase, count, axis=0)
    found[:, track] = _played(generator, seed, controls, each)[:, track]
    if count == 1:
        return found
    chance = np.random.default_rng([seed, number, _LINE, track, times])
    genre = generator.genre_at(seed, controls.genre)
    chosen = _proportional(_liking(generator, found, controls, genre), chance)
    return found[chosen : chosen + 1]


def _fresh(controls: Controls) -> bool:
    """Whether any noise is new with every phrase, so that candidates differ."""
    return any(controls.noise(name).speed(controls.walk) == 1 for name in NOISES)


def _proportional(liking: Floats, chance: np.random.Generator) -> int:
    """An index, in proportion to the exponential of its liking (the Gumbel-max trick)."""
    return int((liking + chance.gumbel(size=len(liking))).argmax())
