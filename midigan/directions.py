"""Directions among a generator's latents in which its music gets denser, higher, busier ...

A direction says two things of an attribute: which way the latents are shifted for more of it,
if a straight line leads there, and what its values are among the generator's phrases, so that
of several candidates those with more of it are drawn more often. They are found once, see
`finding`, and kept in the generator's metadata as plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from midigan.attributes import MEASURES
from midigan.controls import Controls
from midigan.errors import FormatError, MidiganError
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.latents import Floats, Latents
from midigan.notes import Phrases

#: The exponent of a candidate's odds for each standard deviation of a whole turned attribute.
TILT = 3.0

#: Deviations from the mean beyond which nobody asks for more.
FURTHEST = 2.0


class Direction(NamedTuple):
    """One attribute of a generator.

    mean, deviation: of the attribute among its phrases, deviation above 0.
    shift: what a whole turn adds to the latents, n = 1; None if no straight line leads there.
    effect: by how many deviations the mean moves at -1 and at 1, one phrase drawn of 16;
    alone: the same by the shift alone, with one candidate.
    """

    mean: float
    deviation: float
    shift: Latents | None
    effect: tuple[float, float]
    alone: tuple[float, float]

    def to_plain(self) -> dict[str, Any]:
        """Plain values, for JSON; `from_plain` reads them back."""
        shift = self.shift and {
            name: np.round(array[0].astype(float), 4).tolist()
            for name, array in self.shift._asdict().items()
        }
        return {**self._asdict(), "shift": shift}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any], tracks: int) -> Direction:
        """Read what `to_plain` wrote. Raises KeyError, TypeError or ValueError if it is damaged."""
        known: dict[str, Any] = {name: values[name] for name in cls._fields}
        if known["shift"] is not None:
            arrays = {
                name: np.array(values["shift"][name], np.float32)[None] for name in Latents._fields
            }
            known["shift"] = Latents(**arrays)
            if known["shift"].melody.shape[1] != tracks:
                raise ValueError("its tracks are others")
        for name in ("effect", "alone"):
            low, high = known[name]
            known[name] = float(low), float(high)
        if not float(known["deviation"]) > 0:
            raise ValueError("its deviation is not above 0")
        return cls(**known)


def directions_of(info: GeneratorInfo) -> dict[str, Direction]:
    """A generator's directions by attribute. Raises FormatError if they are damaged."""
    tracks = len(info.layout.tracks)
    try:
        return {
            name: Direction.from_plain(values, tracks)
            for name, values in info.directions.items()
            if name in MEASURES
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError("its directions are damaged: export it again") from error


def check_attributes(generator: Generator, controls: Controls) -> None:
    """Raises MidiganError for a turned attribute that this generator cannot follow."""
    known = directions_of(generator.info) if controls.attributes else {}
    for name, _ in controls.attributes:
        if name not in known:
            legal = ", ".join(known) or "none: 'midigan attributes' looks for them"
            raise MidiganError(f"no {name} in this generator: it knows {legal}")
        if known[name].shift is None and controls.candidates == 1:
            raise MidiganError(f"{name} is chosen among candidates: ask for more than 1")


def turned_latents(latents: Latents, info: GeneratorInfo, controls: Controls) -> Latents:
    """The latents shifted as the attributes are turned; each vector keeps its length.

    A vector of the generator's prior is nearly always about as long: at another length it would
    be one that the generator has not learned to play.
    """
    if not controls.attributes:
        return latents
    known = directions_of(info)
    shifts = [(value, known[name].shift) for name, value in controls.attributes]
    for value, shift in shifts:
        if shift is not None:
            latents = Latents(*map(_shifted, latents, shift, (value,) * len(shift)))
    return latents


def inclination(phrases: Phrases, info: GeneratorInfo, controls: Controls) -> Floats:
    """What the turned attributes add to the logarithm of each phrase's odds: float32 `(n,)`."""
    found = np.zeros(len(phrases), np.float32)
    known = directions_of(info) if controls.attributes else {}
    for name, value in controls.attributes:
        mean, deviation, *_ = known[name]
        standard = (MEASURES[name](phrases, info.layout) - mean) / deviation
        near = np.clip(np.nan_to_num(standard), -FURTHEST, FURTHEST).astype(np.float32)
        found += np.float32(TILT * value) * near
    return found


def _shifted(vectors: Floats, shift: Floats, value: float) -> Floats:
    moved = vectors + np.float32(value) * shift
    lengths = (np.linalg.norm(part, axis=-1, keepdims=True) for part in (vectors, moved))
    before, after = lengths
    return moved * (before / np.maximum(after, 1e-6)).astype(np.float32)
