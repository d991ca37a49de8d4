"""From a generator, a seed, a number and controls to the notes of a phrase: always the same."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from midigan.controls import Controls
from midigan.generating.lines import draw_phrase
from midigan.generator import Generator
from midigan.harmony.keys import transpose
from midigan.harmony.masks import semitones_to
from midigan.layout import Layout
from midigan.notes import phrases_to_notes, sort_notes
from midigan.performance.feel import humanize_velocities, set_velocities, strike_again
from midigan.performance.timing import Times, played_at
from midigan.song import Notes

# Streams of chance beside the one that latents are drawn from, so that none moves another.
_RESTRIKE, _VELOCITY, _TIMING, _TIE = 1, 5, 6, 9

_DEFAULT = Controls()


def compose(generator: Generator, seed: int, number: int, controls: Controls = _DEFAULT) -> Notes:
    """The notes of phrase `number` of the stream `seed`, starts counted from the phrase.

    The same generator, seed, number and controls give the same notes, whatever was composed
    before. Returns a sorted NOTE array; pitches that a transposition moves out of 0..127
    come back by an octave. Raises MidiganError for a key that is none or a genre that the
    generator has not, FormatError for a choice among candidates without a critic.
    """
    layout, info = generator.layout, generator.info
    phrase = draw_phrase(generator, seed, number, controls)
    notes = phrases_to_notes(phrase, layout, joined=False)
    if info.restrike:
        chance = _rhythm(seed, number, controls, _RESTRIKE)
        table = np.array(info.restrike)
        notes = _each_track(
            notes, layout, chance, lambda own, rng: strike_again(own, table, layout.steps, rng)
        )
    if info.velocity:
        notes = set_velocities(notes, np.array(info.velocity), layout.steps)
    if percent := controls.humanize:
        chance = np.random.default_rng([seed, number, _VELOCITY])
        notes = _each_track(
            notes, layout, chance, lambda own, rng: humanize_velocities(own, percent, rng)
        )
    return transpose(notes, semitones_to(info.key, controls), layout)


def _rhythm(seed: int, number: int, controls: Controls, stream: int) -> np.random.Generator:
    """Chance that is groove's: where that stands still, so do repeated and tied notes."""
    point = math.floor(controls.groove.position_at(number, controls.walk))
    return np.random.default_rng([seed, abs(point), stream])


def _each_track(
    notes: Notes,
    layout: Layout,
    chance: np.random.Generator,
    played: Callable[[Notes, np.random.Generator], Notes],
) -> Notes:
    """Notes as chance plays them, each track's by itself: what one plays moves no other."""
    tracks = enumerate(chance.spawn(len(layout.tracks)))
    return sort_notes(
        np.concatenate([played(notes[notes["track"] == track], own) for track, own in tracks])
    )


def times_of(
    notes: Notes, generator: Generator, seed: int, number: int, controls: Controls = _DEFAULT
) -> Times:
    """When the notes of a composed phrase are played: ticks `(n, 2)` from the phrase's start."""
    chance = np.random.default_rng([seed, number, _TIMING])
    info = generator.info
    felt = (np.array(info.late), np.array(info.spread)) if info.late and info.spread else None
    return played_at(notes, generator.layout, controls, chance, felt)


def tied_tracks(
    generator: Generator, seed: int, number: int, controls: Controls = _DEFAULT
) -> NDArray[np.bool_]:
    """Bool `(tracks,)`: which go on with what they hold when phrase `number` begins.

    By chance, as the first step of the generator's `restrike` says, with one draw for all pitches
    of a track: a chord is held or struck as one. Without a table notes are held, as within a
    phrase; a drum has nothing to hold.
    """
    tracks, table = generator.layout.tracks, generator.info.restrike
    tied = np.array([not track.drum for track in tracks])
    if table:
        drawn = _rhythm(seed, number, controls, _TIE).random(len(tracks))
        tied &= drawn >= np.array(table)[:, 0]
    return tied


def ties_of(
    notes: Notes, generator: Generator, seed: int, number: int, controls: Controls = _DEFAULT
) -> NDArray[np.bool_]:
    """Which notes of a composed phrase go on from the phrase before: bool `(n,)`.

    They are struck only where their track's same pitch does not sound up to the phrase's start.
    What is before is no matter here, so that a phrase stays the same whatever comes before it.
    """
    return tied_tracks(generator, seed, number, controls)[notes["track"]] & (notes["start"] == 0)
