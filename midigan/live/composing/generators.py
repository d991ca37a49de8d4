"""The generators of a session: the one it began with, and those that a program change picks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from midigan.controls import Controls, Value
from midigan.errors import FormatError, MidiganError
from midigan.generating.candidates import default_controls
from midigan.generating.directions import directions_of
from midigan.generator import Generator
from midigan.layout import Layout


class Ready(NamedTuple):
    """A generator that can play at once; number counts from 1, sha256 is the file's."""

    number: int
    generator: Generator
    sha256: str


class Generators:
    """Generators by number, loaded one by one: the first at once, others when there is time."""

    def __init__(self, paths: Sequence[str]) -> None:
        """Load the first. Raises FormatError for a generator that is none."""
        self._paths = [Path(path) for path in paths]
        self._ready: dict[int, Ready] = {}
        self._trouble: dict[int, MidiganError] = {}
        self.first = self._load(1)

    def prepare(self) -> str:
        """Load one more, if any is left; in words what is wrong with it, "" if nothing is."""
        numbers = range(1, len(self._paths) + 1)
        left = [n for n in numbers if n not in self._ready and n not in self._trouble]
        if not left:
            return ""
        try:
            self._load(left[0])
        except MidiganError as error:
            self._trouble[left[0]] = error
            return str(error)
        return ""

    def pick(self, wanted: Value) -> Ready:
        """The generator of a number, from 1; loaded now if it has not been.

        Raises MidiganError if there is none, or if its phrases are of other tracks or lengths
        than those of the first, which the player and the DAW are set up for.
        """
        numbers = {str(n): n for n in range(1, len(self._paths) + 1)}
        name = f"{wanted:g}" if isinstance(wanted, float | int) else str(wanted)
        if name not in numbers:
            raise MidiganError(f"no generator {name}: there are 1 to {len(numbers)}")
        number = numbers[name]
        if number in self._trouble:
            raise self._trouble[number]
        return self._ready.get(number) or self._load(number)

    def _load(self, number: int) -> Ready:
        path = self._paths[number - 1]
        generator = Generator.load(path)
        if number > 1 and _shape(generator.layout) != _shape(self.first.generator.layout):
            raise FormatError(
                f"generator {number} ({path.parent.name}/{path.name}) plays "
                f"{_words(generator.layout)}, this session {_words(self.first.generator.layout)}"
            )
        if generator.has_critic:
            generator.judge(np.zeros((1, *generator.layout.shape), bool))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        self._ready[number] = Ready(number, generator, sha256)
        return self._ready[number]


def taken_over(controls: Controls, before: Generator, after: Generator) -> Controls:
    """Controls as another generator can follow them, without attributes and genres that it lacks.

    Where a critic was asked, or there was none to ask, that of the other one is asked.
    """
    known = directions_of(after.info)
    if before.has_critic != after.has_critic:
        controls = replace(controls, candidates=default_controls(after).candidates)
    kept = (row for row in controls.attributes if row[0] in known)
    kept = (row for row in kept if known[row[0]].shift is not None or controls.candidates > 1)
    genres = {name.casefold() for name in after.info.genres}
    genre = tuple(row for row in controls.genre if row[0].casefold() in genres and row[1] > 0)
    return replace(controls, attributes=tuple(kept), genre=genre)


def _shape(layout: Layout) -> tuple[object, ...]:
    """What must be alike for one generator to take over from another."""
    channels = tuple(track.channel for track in layout.tracks)
    return channels, layout.bars, layout.steps, layout.steps_per_beat, layout.meter


def _words(layout: Layout) -> str:
    channels = ", ".join(str(track.channel + 1) for track in layout.tracks)
    numerator, denominator = layout.meter
    return (
        f"{layout.bars} bars of {numerator}/{denominator} in {layout.steps} steps on channels "
        f"{channels}"
    )
