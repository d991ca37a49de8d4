"""The noise that a generator turns into phrases, by the names of MuseGAN."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Length of every noise vector, as in the published MuseGAN code.
NOISE = 32

Floats = NDArray[np.float32]


class Latents(NamedTuple):
    """The noise behind `n` phrases, float32, standard normal; the field's MuseGAN names.

    chords `(n, 32)`, style `(n, 32)`, melody `(n, tracks, 32)`, groove `(n, tracks, 32)`.
    """

    chords: Floats
    style: Floats
    melody: Floats
    groove: Floats


def draw_latents(rng: np.random.Generator, n: int, tracks: int) -> Latents:
    """Draw standard normal noise for `n` phrases, in the order of Latents' fields."""
    shapes = ((n, NOISE), (n, NOISE), (n, tracks, NOISE), (n, tracks, NOISE))
    return Latents(*(rng.standard_normal(shape, np.float32) for shape in shapes))
