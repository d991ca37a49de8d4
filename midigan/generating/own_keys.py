"""Music in keys as the songs' were that it was learned from, where its tracks lie as theirs did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from midigan.controls import Controls
from midigan.generating.lines import draw_phrase
from midigan.generator import Generator
from midigan.harmony.keys import Key, parse_key
from midigan.harmony.scales import SCALES
from midigan.harmony.song_keys import heights_of

# The stream of chance beside those of `walk`, `lines`, `candidates` and `compose`.
_KEY = 10


def with_own_key(generator: Generator, seed: int, numbers: range, controls: Controls) -> Controls:
    """The controls with the key in which phrases `numbers` of a stream are played together.

    The same as they are where they name a key, or where the generator does not know the keys of
    its songs. A scale has the tonic by which it lies in the diatonic set that was drawn. Raises
    FormatError if what the generator knows is damaged.
    """
    known = generator.song_keys
    if controls.key or known is None:
        return controls
    # With all tracks: muting one does not move the others.
    every = replace(controls, muted=())
    phrases = [draw_phrase(generator, seed, number, every) for number in numbers]
    # One phrase of many bars, so that each note weighs alike.
    heights = heights_of(np.concatenate(phrases, axis=2), generator.layout)[0]
    chance = np.random.default_rng([seed, numbers.start, _KEY])
    tonic = known.draw(heights, generator.info.key, chance)
    if controls.scale:
        tonic = (tonic - SCALES[controls.scale].to_major) % 12
    return replace(controls, key=str(Key(tonic)))


def key_in_words(own_key: str, controls: Controls) -> str | None:
    """The key that is heard, with its scale where one was asked for: `F# minor`, `E dorian`.

    own_key: the generator's. None where it speaks all keys and nobody asked for one.
    """
    if not (name := controls.key or own_key or "C major" * bool(controls.scale)):
        return None
    key = parse_key(name)
    return f"{key.tonic_name} {controls.scale}" if controls.scale else str(key)
