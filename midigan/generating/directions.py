"""Directions among a generator's latents in which its music gets denser, higher, busier ...

A direction says two things of an attribute: which way the latents are shifted for more of it,
if a straight line leads there, and what its values are among the generator's phrases, so that
of several candidates those with more of it are drawn more often. How hard both must push for
music to move as far as asked is measured: an attribute turned to 1 moves by one standard
deviation where the generator can. Directions are found once, see `finding`, and kept in the
generator's metadata as plain values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from midigan.controls import Controls
from midigan.errors import FormatError, MidiganError
from midigan.generating.attributes import MEASURES
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.latents import Floats, Latents
from midigan.notes import Phrases

#: The exponent of a candidate's odds for each standard deviation of an attribute at a push of 1.
TILT = 3.0

#: Deviations from the mean beyond which nobody asks for more.
FURTHEST = 2.0


class Curve(NamedTuple):
    """How music answers a push: by how many deviations the mean moves, `moved`, at each `push`.

    Both rise, and meet in 0.
    """

    push: tuple[float, ...]
    moved: tuple[float, ...]

    @property
    def reach(self) -> tuple[float, float]:
        """How far the mean can be moved down and up, in deviations."""
        return self.moved[0], self.moved[-1]

    def push_for(self, wanted: float) -> float:
        """The push that moves the mean so far, or as far as it goes."""
        return float(np.interp(wanted, self.moved, self.push))

    @classmethod
    def from_plain(cls, values: Sequence[Sequence[float]]) -> Curve:
        """Read a curve from JSON. Raises TypeError or ValueError if it is none."""
        push, moved = (tuple(map(float, row)) for row in values)
        rising = len(push) == len(moved) and _rises(push) and _rises(moved)
        if not rising or push.index(0) != moved.index(0):
            raise ValueError("its curve does not rise from 0")
        return cls(push, moved)


#: Of what cannot be moved.
NO_CURVE = Curve((0.0,), (0.0,))


class Direction(NamedTuple):
    """One attribute of a generator.

    mean, deviation: of the attribute among its phrases, deviation above 0.
    shift: what a push of 1 adds to the latents, n = 1; None if no straight line leads there.
    drawn: which push moves the mean by how far, when phrases are drawn from candidates; alone:
        the same by the shift alone, with one candidate.
    """

    mean: float
    deviation: float
    shift: Latents | None
    drawn: Curve
    alone: Curve = NO_CURVE

    @property
    def heard(self) -> tuple[float, float]:
        """The mean when it is turned to -1 and to 1, drawn from candidates."""
        low, high = self.drawn.reach
        return (
            self.mean + max(low, -1.0) * self.deviation,
            self.mean + min(high, 1.0) * self.deviation,
        )

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
        for name in ("drawn", "alone"):
            known[name] = Curve.from_plain(known[name])
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
        raise FormatError(
            "its directions are damaged or old: 'midigan attributes -o' finds them anew"
        ) from error


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
    for direction, push in _pushed(info, controls):
        if direction.shift is not None:
            latents = Latents(*map(_shifted, latents, direction.shift, (push,) * len(latents)))
    return latents


def inclination(phrases: Phrases, info: GeneratorInfo, controls: Controls) -> Floats:
    """What the turned attributes add to the logarithm of each phrase's odds: float32 `(n,)`."""
    found = np.zeros(len(phrases), np.float32)
    for (name, _), (direction, push) in zip(
        controls.attributes, _pushed(info, controls), strict=True
    ):
        standard = MEASURES[name](phrases, info.layout) - direction.mean
        near = np.clip(np.nan_to_num(standard / direction.deviation), -FURTHEST, FURTHEST)
        found += np.float32(TILT * push) * near.astype(np.float32)
    return found


def _pushed(info: GeneratorInfo, controls: Controls) -> list[tuple[Direction, float]]:
    """Each turned attribute's direction, and how hard it is pushed for what is asked."""
    known = directions_of(info) if controls.attributes else {}
    asked = [(known[name], value) for name, value in controls.attributes]
    return [
        (found, (found.drawn if controls.candidates > 1 else found.alone).push_for(value))
        for found, value in asked
    ]


def _rises(values: Sequence[float]) -> bool:
    return all(one < other for one, other in pairwise(values))


def _shifted(vectors: Floats, shift: Floats, value: float) -> Floats:
    moved = vectors + np.float32(value) * shift
    lengths = (np.linalg.norm(part, axis=-1, keepdims=True) for part in (vectors, moved))
    before, after = lengths
    return moved * (before / np.maximum(after, 1e-6)).astype(np.float32)
