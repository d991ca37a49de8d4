"""Meters: from what a score says of them to stretches of measures, in positions.

Positions are whole numbers of a fraction of a tick, `positions_per_tick` of them, so that a step
and a bar of any legal meter are whole numbers too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from midigan.files.score import TICK_METER, Score
from midigan.layout import DENOMINATORS, Layout
from midigan.song import METER, Notes, empty_meters

#: So many meters are looked at; no music has a hundredth of them.
_MOST_METERS = 1 << 16

#: The shortest note value that a meter may count.
_SHORTEST = DENOMINATORS[-1]
#: As many of them as a MIDI file can say, in a byte (SMF 1.0, FF 58). Printed music can say more.
_MOST_BEATS = 255

#: What a meter is called where the file names none.
UNNAMED = "none"


@dataclass(frozen=True)
class Stretch:
    """Measures of one meter from a position on.

    length: positions of a measure, or of as many, `joined`, as fill a bar of the layout.
    upbeat: positions of the measures before the first of such joined ones, a bar of their own.
    meter: None: of no named one.
    """

    begin: int
    length: int
    meter: tuple[int, int] | None
    joined: int = 1
    upbeat: int = 0

    @property
    def name(self) -> str:
        """The meter's name."""
        return f"{self.meter[0]}/{self.meter[1]}" if self.meter else UNNAMED

    def bar_lengths(self, whole: int) -> list[int]:
        """What is so long, cut into bars of `whole` positions, and what is left of it."""
        bars, rest = divmod(self.length, whole)
        return [whole] * bars + [rest] * (rest > 0)

    def bar_if_all_alike(self, whole: int) -> int:
        """The length of every bar, if they all have the same; else 0."""
        if self.upbeat or (self.length > whole and self.length % whole):
            return 0
        return min(self.length, whole)

    def first_line_from(self, end: int) -> int:
        """The first bar line, after `begin`, that is at or after `end`."""
        begin = self.begin + self.upbeat
        return begin + max(-(-(end - begin) // self.length), 1) * self.length

    def measures_until(self, end: int) -> int:
        """How many of its measures there are up to the position `end`, at least one."""
        return max(-(-(end - self.begin) * self.joined // self.length), 1)

    def joined_from(self, note: int, near: int) -> Stretch:
        """The same, with measures joined from the first line on that no note is before.

        note: the position of the first one; so `near` after a line it is on it.
        """
        measure = self.length // self.joined
        before = -(-(note - near - self.begin) // measure)
        return replace(self, upbeat=max(before, 0) % self.joined * measure)


def positions_per_tick(layout: Layout) -> int:
    """Positions in a tick."""
    return layout.steps_per_beat * _SHORTEST


def positions_per_step(ppq: int) -> int:
    """Positions in a step, whatever the layout."""
    return ppq * _SHORTEST


def legal_meters(score: Score) -> list[tuple[int, int, int]]:
    """Those (tick, numerator, denominator) that mean something, the last one of each tick."""
    return list(_legal(score.meters.tobytes())[0])


def ignored_meters(score: Score) -> list[str]:
    """A warning, if there are meters that mean nothing."""
    return ["a meter that is none was ignored"] if _legal(score.meters.tobytes())[1] else []


@lru_cache(1024)
def _legal(meters: bytes) -> tuple[list[tuple[int, int, int]], bool]:
    """The legal ones of a TICK_METER array, and whether others were ignored.

    Most files have one of a few such arrays.
    """
    rows = np.frombuffer(meters, TICK_METER)[:_MOST_METERS].tolist()
    legal = {
        tick: (numerator, denominator)
        for tick, numerator, denominator in rows
        if 0 < numerator <= _MOST_BEATS and denominator in DENOMINATORS
    }
    return [(tick, *meter) for tick, meter in legal.items()], len(legal) < len({r[0] for r in rows})


def stretches_of(score: Score, layout: Layout) -> tuple[list[Stretch], Notes]:
    """Stretches of one meter each, and a METER array of those that the file names."""
    return _stretches(score.meters.tobytes(), score.ppq, layout)


@lru_cache(1024)
def _stretches(meters: bytes, ppq: int, layout: Layout) -> tuple[list[Stretch], Notes]:
    """Stretches of one meter each, and a METER array of those that the file names.

    meters: the bytes of a TICK_METER array.
    """
    whole = layout.steps * positions_per_step(ppq)
    found, _ = _legal(meters)
    if all(meter == [1, 4] for _, *meter in found):
        return [Stretch(0, whole, None)], empty_meters()
    scale = positions_per_tick(layout)
    stretches = [] if found[0][0] == 0 else [Stretch(0, whole, None)]
    for tick, numerator, denominator in found:
        length = 4 * numerator * scale * ppq // denominator
        joined = 1 if whole % length else max(whole // length, 1)
        own = Stretch(tick * scale, length * joined, (numerator, denominator), joined)
        stretches.append(own)
    return stretches, np.array([(0, *meter) for _, *meter in found], METER)
