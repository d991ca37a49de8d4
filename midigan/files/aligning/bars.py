"""Bar lines: from a score's meters to bars of a layout's length. For positions see `stretches`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, cycle, islice, zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.files.aligning.stretches import (
    Stretch,
    positions_per_step,
    positions_per_tick,
    stretches_of,
)
from midigan.files.score import Score
from midigan.layout import Layout
from midigan.song import METER, Notes

#: A song's longest length in bars (nine hours of 4/4 at 120 bpm); later notes are left out.
MAX_BARS = 16_384


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
    fitting: share of the measures, 0..1, that are whole bars of the layout, or fill one together.
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


def lay_bars(score: Score, layout: Layout, end: int) -> Bars:
    """Bars from position 0 to the first bar line at or after `end`, at most MAX_BARS.

    A meter that begins inside a bar begins a new bar. A measure longer than the layout's bar is
    split into several, and measures that fill it in twos or more, as those of 2/4 fill 4/4, are
    joined, from the first line on that no note is before, so that an upbeat stays one. Where
    the file names no meter, where it says 1/4 throughout (some programs write that for want of
    a better one), and before a first meter that comes late, every bar is the layout's own.
    """
    whole = layout.steps * positions_per_step(score.ppq)
    step = positions_per_step(score.ppq)
    every, meters = stretches_of(score, layout)
    stretches = [stretch for stretch in every if stretch.begin < max(end, 1)]
    if stretches[0].joined > 1 and len(score.notes):
        first = int(score.notes["start"].min()) * positions_per_tick(layout)
        # What is half a step after a line is on the next step.
        stretches[0] = stretches[0].joined_from(first, step // 2 - 1)
    if len(stretches) == 1 and stretches[0].bar_if_all_alike(whole):
        (only,) = stretches
        return _like_bars(only, only.measures_until(end), step, whole)
    runs: list[_Run] = []
    bar_of_meter: list[int] = []
    measures: Counter[str] = Counter()
    bars = fitting = 0
    for stretch, following in zip_longest(stretches, stretches[1:]):
        if bars >= MAX_BARS:
            break
        if stretch.meter:
            bar_of_meter.append(bars)
        stop = following.begin if following else stretch.first_line_from(end)
        own = _runs(stretch, stop, whole, MAX_BARS - bars)
        runs += own
        bars += sum([run.bars for run in own])
        count = stretch.measures_until(stop if following else end)
        measures[stretch.name] += count
        if stretch.length % whole == 0:
            upbeat = stretch.upbeat * stretch.joined // stretch.length
            together = (stop - stretch.begin - stretch.upbeat) // stretch.length
            fitting += max(min(together * stretch.joined, count - upbeat), 0)
    lengths, counts, lasts = zip(*runs, strict=True)
    full = np.repeat(lengths, counts)
    lines = np.zeros(bars + 1, np.int64)
    lines[1:] = full
    lines[[*accumulate(counts)]] = lasts
    steps = -(-lines[1:] // step)
    np.cumsum(lines, out=lines)
    meters = meters[: len(bar_of_meter)].copy()
    meters["bar"] = bar_of_meter
    kinds = {*lasts, *(run.length for run in runs if run.bars > 1)}
    even = kinds.pop() if len(kinds) == 1 else 0
    return Bars(
        lines,
        steps,
        -(-full // step),
        meters,
        even,
        even == whole,
        measures,
        fitting / measures.total(),
    )


@lru_cache(128)
def _like_bars(stretch: Stretch, measures: int, step: int, whole: int) -> Bars:
    """The bars of a song of so many measures of one meter from its beginning, of like bars.

    Songs of one meter and length are many: they share their bars.
    """
    bar = stretch.bar_if_all_alike(whole)
    count = min(-(-measures // stretch.joined) * (stretch.length // bar), MAX_BARS)
    lines, steps, meters = _like_lines(stretch.meter, bar, -(-bar // step), count.bit_length())
    return Bars(
        lines[: count + 1],
        steps[:count],
        steps[:count],
        meters,
        bar,
        bar == whole,
        Counter({stretch.name: measures}),
        float(bar == whole),
    )


@lru_cache(128)
def _like_lines(
    meter: tuple[int, int] | None, bar: int, steps: int, bits: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Notes]:
    """Lines and steps of bars of one length, of less than two to the power of `bits`; the meter."""
    count = 1 << bits
    meters = np.array([(0, *meter)] if meter else [], METER)
    return np.arange(0, count * bar, bar), np.full(count, steps), meters


class _Run(NamedTuple):
    """Bars of one length, in positions, of which the last may be shorter."""

    length: int
    bars: int
    last: int


def _runs(stretch: Stretch, stop: int, whole: int, most: int) -> list[_Run]:
    """The bars of a stretch that ends at `stop`, at most so many."""
    left = stop - stretch.begin
    runs = []
    if stretch.upbeat:
        runs.append(_Run(stretch.upbeat, 1, min(left, stretch.upbeat)))
        left, most = left - stretch.upbeat, most - 1
    lengths = stretch.bar_lengths(whole)
    if lengths[0] == lengths[-1] and min(left, most) > 0:
        length = lengths[0]
        count = min(-(-left // length), most)
        return [*runs, _Run(length, count, min(left - (count - 1) * length, length))]
    for length in islice(cycle(lengths), most):
        if left <= 0:
            break
        runs.append(_Run(length, 1, min(left, length)))
        left -= length
    return runs
