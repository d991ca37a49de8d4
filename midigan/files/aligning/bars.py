"""Bar lines: from a score's meters to bars of a layout's length.

Positions here are whole numbers of a fraction of a tick, `positions_per_tick` of them, so
that a step and a bar of any legal meter are whole numbers too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from midigan.files.score import TICK_METER, Score
from midigan.layout import Layout
from midigan.song import METER, Notes, empty_meters

#: A song's longest length in bars (nine hours of 4/4 at 120 bpm); later notes are left out.
MAX_BARS = 16_384

#: So many meters are looked at; no music has a hundredth of them.
_MOST_METERS = 1 << 16

#: The note values that a meter may count in, as its denominators.
_NOTE_VALUES = (1, 2, 4, 8, 16, 32, 64)
_SHORTEST = 64
#: As many of them as a MIDI file can say, in a byte (SMF 1.0, FF 58). Printed music can say more.
_MOST_BEATS = 255

#: What a meter is called where the file names none.
UNNAMED = "none"


@dataclass(frozen=True, eq=False)
class Bars:
    """Where the bars of one song lie.

    lines: int64 `(bars + 1,)`, the position of each bar line; the last one closes the song.
    steps: int64 `(bars,)`, steps of each bar that belong to the music, 1..layout.steps.
    full: int64 `(bars,)`, how many steps each would have if no later meter cut it short.
    meters: METER array.
    even: the length of every bar, in positions; 0 where they differ.
    whole: whether that is the layout's own bar.
    measures: how many measures there are of each meter, by its name ("4/4").
    fitting: share of the measures, 0..1, that are one or more whole bars of the layout.
    """

    lines: NDArray[np.int64]
    steps: NDArray[np.int64]
    full: NDArray[np.int64]
    meters: Notes
    even: int
    whole: bool
    measures: Counter[str]
    fitting: float

    @property
    def main_meter(self) -> str:
        """The name of the meter with the most measures."""
        return self.measures.most_common(1)[0][0]

    def up_to(self, end_step: int, layout: Layout) -> Bars:
        """The bars up to the one in which the last note ends, at `end_step`."""
        count = -(-end_step // layout.steps)
        if count == len(self.steps):
            return self
        return replace(
            self,
            lines=self.lines[: count + 1],
            steps=self.steps[:count],
            full=self.full[:count],
            meters=self.meters[: sum(bar < count for bar in self.meters["bar"].tolist())],
        )

    @property
    def end(self) -> int:
        """The position of the line that closes the last bar."""
        return int(self.lines[-1])

    def song_steps(self) -> NDArray[np.uint16]:
        """Uint16 `(bars,)`: the steps, the last bar whole: no meter after it can end it early."""
        steps = self.steps.astype(np.uint16)
        steps[-1] = self.full[-1]
        return steps


@dataclass(frozen=True)
class _Stretch:
    """Measures of one meter: `length` positions each, from `begin` on; None: of no named one."""

    begin: int
    length: int
    meter: tuple[int, int] | None

    @property
    def name(self) -> str:
        """The meter's name."""
        return f"{self.meter[0]}/{self.meter[1]}" if self.meter else UNNAMED

    def bar_lengths(self, whole: int) -> list[int]:
        """A measure cut into bars of `whole` positions, and what is left of it."""
        bars, rest = divmod(self.length, whole)
        return [whole] * bars + [rest] * (rest > 0)

    def bar_if_all_alike(self, whole: int) -> int:
        """The length of every bar, if measures make bars of one length only; else 0."""
        return min(self.length, whole) if self.length < whole or self.length % whole == 0 else 0

    def first_line_from(self, end: int) -> int:
        """The first bar line, after `begin`, that is at or after `end`."""
        return self.begin + max(-(-(end - self.begin) // self.length), 1) * self.length


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
        if 0 < numerator <= _MOST_BEATS and denominator in _NOTE_VALUES
    }
    return [(tick, *meter) for tick, meter in legal.items()], len(legal) < len({r[0] for r in rows})


def lay_bars(score: Score, layout: Layout, end: int) -> Bars:
    """Bars from position 0 to the first bar line at or after `end`, at most MAX_BARS.

    A meter that begins inside a bar begins a new bar, and a measure longer than the
    layout's bar is split into several. Where the file names no meter, where it says 1/4
    throughout (some programs write that for want of a better one), and before a first
    meter that comes late, every bar is the layout's own.
    """
    whole = layout.steps * positions_per_step(score.ppq)
    step = positions_per_step(score.ppq)
    every, meters = _stretches(score.meters.tobytes(), score.ppq, layout)
    stretches = [stretch for stretch in every if stretch.begin < max(end, 1)]
    if len(stretches) == 1 and stretches[0].bar_if_all_alike(whole):
        measures_to_end = stretches[0].first_line_from(end) // stretches[0].length
        return _like_bars(stretches[0], measures_to_end, step, whole)
    parts: list[NDArray[np.int64]] = []
    full: list[NDArray[np.int64]] = []
    bar_of_meter: list[int] = []
    measures: Counter[str] = Counter()
    bars = fitting = stop = 0
    for stretch, following in zip_longest(stretches, stretches[1:]):
        if bars > MAX_BARS:
            break
        if stretch.meter:
            bar_of_meter.append(bars)
        stop = following.begin if following else stretch.first_line_from(end)
        parts.append(_bar_lines(stretch, stop, whole))
        full.append(np.resize(stretch.bar_lengths(whole), len(parts[-1])))
        bars += len(parts[-1])
        complete, rest = divmod(stop - stretch.begin, stretch.length)
        measures[stretch.name] += complete + (rest > 0)
        fitting += complete * (stretch.length % whole == 0)
    lines = np.concatenate([*parts, [stop]])[: MAX_BARS + 1]
    meters = meters[: len(bar_of_meter)].copy()
    meters["bar"] = bar_of_meter
    lengths = np.diff(lines)
    even = int(lengths[0]) if lengths.min() == lengths.max() else 0
    return Bars(
        lines,
        -(-lengths // step),
        -(-np.concatenate(full)[: len(lengths)] // step),
        meters,
        even,
        even == whole,
        measures,
        fitting / measures.total(),
    )


@lru_cache(128)
def _like_bars(stretch: _Stretch, complete: int, step: int, whole: int) -> Bars:
    """The bars of a song of so many measures of one meter from its beginning, of like bars.

    Songs of one meter and length are many: they share their bars.
    """
    bar = stretch.bar_if_all_alike(whole)
    count = min(complete * (stretch.length // bar), MAX_BARS)
    steps = np.full(count, -(-bar // step))
    return Bars(
        np.arange(count + 1) * bar,
        steps,
        steps,
        np.array([(0, *stretch.meter)] if stretch.meter else [], METER),
        bar,
        bar == whole,
        Counter({stretch.name: complete}),
        float(bar == whole),
    )


def _bar_lines(stretch: _Stretch, stop: int, whole: int) -> NDArray[np.int64]:
    """Where the bars of a stretch begin; no more than one over MAX_BARS measures of them."""
    count = min(-(-(stop - stretch.begin) // stretch.length), MAX_BARS + 1)
    heads = stretch.begin + stretch.length * np.arange(count, dtype=np.int64)
    if stretch.length <= whole:
        return heads
    pieces = np.arange(0, stretch.length, whole, dtype=np.int64)
    lines = (heads[:, None] + pieces).ravel()
    return lines[lines < stop]


@lru_cache(1024)
def _stretches(meters: bytes, ppq: int, layout: Layout) -> tuple[list[_Stretch], Notes]:
    """Stretches of one meter each, and a METER array of those that the file names.

    meters: the bytes of a TICK_METER array.
    """
    whole = layout.steps * positions_per_step(ppq)
    found, _ = _legal(meters)
    if all(meter == [1, 4] for _, *meter in found):
        return [_Stretch(0, whole, None)], empty_meters()
    scale = positions_per_tick(layout)
    stretches = [] if found[0][0] == 0 else [_Stretch(0, whole, None)]
    for tick, numerator, denominator in found:
        length = 4 * numerator * scale * ppq // denominator
        stretches.append(_Stretch(tick * scale, length, (numerator, denominator)))
    return stretches, np.array([(0, *meter) for _, *meter in found], METER)
