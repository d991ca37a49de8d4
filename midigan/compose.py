"""From a generator and a number to the notes of a phrase: always the same ones."""

from __future__ import annotations

import numpy as np

from midigan.feel import set_velocities, strike_again
from midigan.generator import Generator
from midigan.keys import Key, parse_key, shift_between, transpose
from midigan.notes import phrases_to_notes
from midigan.song import Notes


def compose(generator: Generator, seed: int, number: int, semitones: int = 0) -> Notes:
    """The notes of phrase `number` of the stream `seed`, starts counted from the phrase.

    The same generator, seed and number give the same notes, whatever was composed before.
    semitones: transposition of everything but drums. Returns a sorted NOTE array; pitches
    that a transposition moves out of 0..127 come back by an octave.
    """
    layout, info = generator.layout, generator.info
    notes = phrases_to_notes(generator.phrases(generator.draw(seed, number)), layout, joined=False)
    if info.restrike:
        # A stream of its own, so that the feel never changes which latents are drawn.
        chance = np.random.default_rng([seed, number, 1])
        notes = strike_again(notes, np.array(info.restrike), layout.steps, chance)
    if info.velocity:
        notes = set_velocities(notes, np.array(info.velocity), layout.steps)
    return transpose(notes, semitones, layout)


def semitones_to(generator: Generator, key: str | None) -> int:
    """How far to transpose so that the generator speaks `key`; 0 for None.

    A generator that speaks all keys is taken to speak C. Raises MidiganError for a name
    that is no key.
    """
    if key is None:
        return 0
    own = parse_key(generator.info.key) if generator.info.key else Key(0)
    return shift_between(own, parse_key(key))
