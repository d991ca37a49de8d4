"""One phrase of several: drawn by how much the generator's critic likes each of them.

The critic's score is the logarithm of how much likelier a phrase is in music than among
generated ones. Drawn in proportion to its exponential, phrases come to be spread as music
spreads them (sampling-importance-resampling: Rubin 1987; for GANs: arXiv 1810.06758); the best
one every time would leave out what is rare.

Joins are judged as well, on the window across them. Every second phrase is drawn by itself, and
those between for how they follow the one before and lead to the one after, in a style halfway
between theirs and their lines led from the one to the other (see `leading`): so each join is
judged, and every phrase can still be composed without all that lie before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from midigan.controls import NOISES, Controls
from midigan.evaluation.rolls import across
from midigan.generating.directions import inclination, turned_latents
from midigan.generating.leading import led
from midigan.generating.walk import latents_at
from midigan.generator import Generator
from midigan.harmony.masks import legal_pitches, passing_pitches, semitones_to
from midigan.latents import Latents
from midigan.notes import Phrases

#: Candidates of a generator that has a critic, unless another number is wanted.
CANDIDATES = 16

# The stream of chance for the draws, beside those of `walk`, `lines` and `compose`.
_DRAW = 7

# Draws that are kept: of a phrase, the one before and the one after, and some turns later.
_KEPT = 16


class Drawn(NamedTuple):
    """Which candidate was drawn, its phrase, n = 1, and its style as `latents_at` takes it.

    led: what is added to its latents, n = 1, for its lines to join those beside it; None for
    nothing.
    """

    candidate: int
    phrase: Phrases
    style: tuple[int, ...] = ()
    led: Latents | None = None


def default_controls(generator: Generator) -> Controls:
    """Controls that leave everything to the generator, and to its critic if it has one."""
    return Controls(candidates=CANDIDATES if generator.has_critic else 1)


@lru_cache(_KEPT)
def draw(generator: Generator, seed: int, number: int, controls: Controls) -> Drawn:
    """Phrase `number` as it is drawn: even numbers by themselves, others between their neighbours.

    Raises MidiganError for a key that is none or a genre that the generator has not, FormatError
    for candidates without a critic.
    """
    count = controls.candidates if _fresh(controls) else 1
    beside: list[Phrases] = []
    style: tuple[int, ...] = ()
    if count > 1 and is_between(generator, number):
        both = [draw(generator, seed, number + by, controls) for by in (-1, 1)]
        style, beside = tuple(each.candidate for each in both), [each.phrase for each in both]
    latents = as_batch(
        [
            latents_at(controls, seed, number, len(generator.layout.tracks), candidate, style)
            for candidate in range(count)
        ]
    )
    added = None
    if beside:
        turned = turned_latents(latents, generator.info, controls)
        added = led(turned, generator.info, controls, *beside)
        latents = latents if added is None else plus(latents, added)
    found = played(generator, seed, controls, latents)
    chance = np.random.default_rng([seed, number, _DRAW])
    chosen = choose(generator, seed, controls, found, beside, chance)
    # Copies: what is kept must not keep all the others.
    one = slice(chosen, chosen + 1)
    moved = added and Latents(*(part[one].copy() for part in added))
    return Drawn(chosen, found[one].copy(), style, moved)


def is_between(generator: Generator, number: int) -> bool:
    """Whether a phrase is judged by how it joins those beside it, and not by itself alone."""
    return number % 2 == 1 and generator.layout.bars > 1


def choose(
    generator: Generator,
    seed: int,
    controls: Controls,
    found: Phrases,
    beside: Sequence[Phrases],
    chance: np.random.Generator,
) -> int:
    """Which of several phrases plays: by the critic, the turned attributes, and the joins.

    beside: the phrases before and after, n = 1 each, where joins count. One is drawn in
    proportion to the exponential of its liking (the Gumbel-max trick).
    """
    if len(found) == 1:
        return 0
    genre = generator.genre_at(seed, controls.genre)
    liking = generator.judge(found, genre) + inclination(found, generator.info, controls)
    if beside:
        before, after = beside
        for window in (across(before, found), across(found, after)):
            liking = liking + generator.judge(window, genre)
    return int((liking + chance.gumbel(size=len(liking))).argmax())


def as_batch(each: Sequence[Latents]) -> Latents:
    """Latents one after the other, along their first axis."""
    return Latents(*map(np.concatenate, zip(*each, strict=True)))


def plus(latents: Latents, more: Latents) -> Latents:
    """The sum of both, vector by vector."""
    return Latents(*(one + other for one, other in zip(latents, more, strict=True)))


def played(generator: Generator, seed: int, controls: Controls, latents: Latents) -> Phrases:
    """What latents sound like under controls."""
    semitones = semitones_to(generator.info.key, controls)
    how = generator.layout, controls, generator.info.key, semitones
    legal, passing = legal_pitches(*how), passing_pitches(*how)
    latents = turned_latents(latents, generator.info, controls)
    return generator.phrases(latents, legal, generator.genre_at(seed, controls.genre), passing)


def _fresh(controls: Controls) -> bool:
    """Whether any noise is new with every phrase, so that candidates differ."""
    return any(controls.noise(name).speed(controls.walk) == 1 for name in NOISES)
