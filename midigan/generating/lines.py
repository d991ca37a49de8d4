"""A track's own line drawn anew, over what the other tracks play.

Tracks are drawn together, and a track of a phrase with other noise need not fit into this one: of
several lines one is drawn as the critic likes it among the others, as `candidates` has it for
whole phrases, joins included, and led over them as theirs are. A line stays over what it was
chosen for, whatever is drawn anew after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from midigan.controls import NOISES, NOISES_OF_TRACKS, Controls, Line
from midigan.generating.candidates import Drawn, as_batch, choose, draw, is_between, played, plus
from midigan.generating.directions import turned_latents
from midigan.generating.leading import as_row, led
from midigan.generating.walk import latents_at
from midigan.generator import Generator
from midigan.latents import NOISE, Latents
from midigan.notes import Phrases

# The stream of chance for the draws, beside those of `walk`, `candidates` and `compose`.
_LINE = 8

# Phrases that are kept with each of the lines over them, and as they are heard.
_KEPT = 64


class Own(NamedTuple):
    """A track's own noise, its melody and its groove.

    rolls: how often each was rolled. led: what is added to each, 32 numbers; () for nothing.
    """

    rolls: tuple[int, ...] = (0, 0)
    led: tuple[tuple[float, ...], ...] = ((), ())


class Lined(NamedTuple):
    """A phrase, n = 1, and which noise was chosen for each of the controls' lines."""

    phrase: Phrases
    chosen: tuple[Own, ...] = ()


def draw_phrase(generator: Generator, seed: int, number: int, controls: Controls) -> Phrases:
    """Phrase `number` of the stream `seed`: always the same for the same arguments.

    Returns it as bool `(1, tracks, bars, steps, pitches)`. A track that is muted or held to a
    chord at once leaves the draw as it is, so that the other tracks go on with what they play.
    Raises MidiganError for a key that is none or a genre that the generator has not, FormatError
    for candidates without a critic.
    """
    judged = _judged(controls)
    drawn = draw(generator, seed, number, replace(judged, lines=()))
    tracks = {line.track: line for line in controls.lines}
    chosen = _by_track(controls, lined(generator, seed, number, judged).chosen)
    own = [
        _latents(generator, seed, number, controls, drawn, track, chosen[track]) for track in tracks
    ]
    plain = _latents(generator, seed, number, controls, drawn, 0, Own())
    found = played(generator, seed, controls, as_batch([plain, *own]))
    phrase = found[:1]
    for place, track in enumerate(tracks, start=1):
        phrase[:, track] = found[place, track]
    return phrase


def draw_stream(generator: Generator, seed: int, count: int, controls: Controls) -> Phrases:
    """The first phrases of the stream `seed`: bool `(count, tracks, bars, steps, pitches)`.

    Raises what `draw_phrase` does.
    """
    drawn = [draw_phrase(generator, seed, number, controls) for number in range(count)]
    return np.concatenate(drawn)


@lru_cache(_KEPT)
def lined(generator: Generator, seed: int, number: int, controls: Controls) -> Lined:
    """A phrase with the controls' lines, each chosen over what those before it have left."""
    drawn = draw(generator, seed, number, replace(controls, lines=()))
    if not controls.lines:
        return Lined(drawn.phrase)
    *earlier, line = controls.lines
    without = replace(controls, lines=tuple(earlier))
    before = lined(generator, seed, number, without)
    choices = _choices(line, _by_track(without, before.chosen).get(line.track, Own()), controls)
    beside = []
    if len(choices) > 1 and is_between(generator, number):
        beside = [lined(generator, seed, number + by, controls).phrase for by in (-1, 1)]

    def latents() -> Latents:
        each = (
            _latents(generator, seed, number, controls, drawn, line.track, choice)
            for choice in choices
        )
        return as_batch(list(each))

    if beside:
        choices = _led(choices, line, generator, controls, latents(), beside)
    found = np.repeat(before.phrase, len(choices), axis=0)
    found[:, line.track] = played(generator, seed, controls, latents())[:, line.track]
    firsts = [span[0] if span else 0 for span in line.spans]
    chance = np.random.default_rng([seed, number, _LINE, line.track, *firsts])
    chosen = choose(generator, seed, controls, found, beside, chance)
    return Lined(found[chosen : chosen + 1].copy(), (*before.chosen, choices[chosen]))


def _led(
    choices: list[Own],
    line: Line,
    generator: Generator,
    controls: Controls,
    latents: Latents,
    beside: Sequence[Phrases],
) -> list[Own]:
    """The choices with what leads them from the phrase before to the one after."""
    info = generator.info
    names = [name for name, span in zip(NOISES_OF_TRACKS, line.spans, strict=True) if span]
    turned = turned_latents(latents, info, controls)
    added = led(turned, info, controls, beside[0], beside[1], own=(line.track, names))
    if added is None:
        return choices
    free = [name for name in names if controls.noise(name).speed(controls.walk) == 1]
    return [
        choice._replace(
            led=tuple(
                as_row(getattr(added, name)[place, line.track]) if name in free else row
                for name, row in zip(NOISES_OF_TRACKS, choice.led, strict=True)
            )
        )
        for place, choice in enumerate(choices)
    ]


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
    if not slowed:
        return after
    judged = _judged(before)
    drawn = draw(generator, seed, number, replace(judged, lines=()))
    for name in slowed:
        whose = drawn.style if name == "style" and drawn.style else (drawn.candidate,)
        noise = replace(after.noise(name), candidates=whose, led=())
        if drawn.led is not None:
            rows = getattr(drawn.led, name).reshape(-1, NOISE)
            added = tuple(as_row(row) for row in rows)
            noise = replace(noise, led=added, led_at=noise.position_at(number, after.walk))
        after = after.with_noise(name, noise)
    chosen = lined(generator, seed, number, judged).chosen
    held = [_held(line, own, slowed) for line, own in zip(before.lines, chosen, strict=True)]
    return replace(after, lines=tuple(held))


def _held(line: Line, own: Own, slowed: Sequence[str]) -> Line:
    """A line that keeps what was chosen of some noises."""
    for name, span, roll, row in zip(NOISES_OF_TRACKS, line.spans, *own, strict=True):
        if name in slowed and span:
            line = line.with_rolls(name, (roll,), row)
    return line


def _judged(controls: Controls) -> Controls:
    """The controls under which candidates are judged: with a key where it forbids any pitch."""
    key = controls.key if controls.scale or controls.ranges else ""
    return replace(controls, key=key, muted=(), harmony=())


def _choices(line: Line, own: Own, controls: Controls) -> list[Own]:
    """What to choose from; own: what the track has without the line."""
    spans = [span or (roll,) for span, roll in zip(line.spans, own.rolls, strict=True)]
    held = (line.melody_led, line.groove_led)
    rows = tuple(
        before if not span else kept if controls.noise(name).speed(controls.walk) < 1 else ()
        for name, span, kept, before in zip(
            NOISES_OF_TRACKS, line.spans, held, own.led, strict=True
        )
    )
    count = min(controls.candidates, max(span[-1] - span[0] + 1 for span in spans))
    return [Own(tuple(min(span[0] + i, span[-1]) for span in spans), rows) for i in range(count)]


def _by_track(controls: Controls, chosen: tuple[Own, ...]) -> dict[int, Own]:
    """The noise that each track has in the end."""
    return {line.track: own for line, own in zip(controls.lines, chosen, strict=True)}


def _latents(
    generator: Generator,
    seed: int,
    number: int,
    controls: Controls,
    drawn: Drawn,
    track: int,
    own: Own,
) -> Latents:
    """The latents behind a drawn phrase, with a track's noise as its own where it was rolled."""
    tracks = len(generator.layout.tracks)
    added = drawn.led
    for name, more, row in zip(NOISES_OF_TRACKS, *own, strict=True):
        if not more:
            continue
        noise = controls.noise(name)
        each = tuple(noise.roll(place) + more * (place == track) for place in range(tracks))
        mine = row or (0.0,) * NOISE
        kept = tuple(mine if place == track else row for place, row in enumerate(noise.led))
        controls = controls.with_noise(name, replace(noise, rolls=each, led=kept))
        if added is not None:
            changed = getattr(added, name).copy()
            changed[:, track] = mine if noise.speed(controls.walk) == 1 else 0
            added = added._replace(**{name: changed})
    latents = latents_at(controls, seed, number, tracks, drawn.candidate, drawn.style)
    return latents if added is None else plus(latents, added)
