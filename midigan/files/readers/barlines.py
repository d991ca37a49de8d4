"""Bar lines: from the measures that a score prints to bars that a MIDI file can state.

A MIDI file has no bar lines, only meters from which a reader counts them. A score has
measures that are shorter than their meter: pickups, and bars that a repeat sign splits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Measure:
    """A printed measure: its length in quarter notes and the meter that is in force."""

    length: Fraction
    numerator: int
    denominator: int

    @property
    def full(self) -> Fraction:
        """How long a measure of this meter should be, in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)


@dataclass(frozen=True)
class MeterChange:
    """A meter from a time on, counted in quarter notes from the first full bar's beginning."""

    time: Fraction
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Bars:
    """What a MIDI file says about bars.

    silence: quarter notes of silence before the music, so that a pickup ends a full bar.
    end: quarter notes to the end of the last full bar, silence included.
    meters: sorted by time; the first is at 0.
    """

    silence: Fraction
    end: Fraction
    meters: tuple[MeterChange, ...]


def lay_out_bars(measures: Sequence[Measure]) -> Bars:
    """Bars such that each bar line of the score is a bar line by the meters.

    A first measure shorter than its meter is a pickup: silence fills it up. Short measures
    in a row that add up to a full one are one bar that a repeat sign splits. Any other short
    measure gets a meter of its own length, but for the last, which silence fills. A measure
    longer than its meter is cut into full bars and a short rest of it.
    """
    if not measures:
        return Bars(Fraction(0), Fraction(0), (MeterChange(Fraction(0), 4, 4),))
    silence = max(measures[0].full - measures[0].length, Fraction(0))
    first = Measure(measures[0].length + silence, measures[0].numerator, measures[0].denominator)
    meters: list[MeterChange] = []
    time = Fraction(0)
    bars = _join_split(_cut_long([first, *measures[1:]]))
    for i, bar in enumerate(bars):
        last = i == len(bars) - 1
        meter = (bar.numerator, bar.denominator) if last else _meter_of(bar)
        if not meters or meter != (meters[-1].numerator, meters[-1].denominator):
            meters.append(MeterChange(time, *meter))
        time += max(bar.full, bar.length) if last else bar.length
    return Bars(silence, time, tuple(meters))


def _cut_long(measures: Sequence[Measure]) -> list[Measure]:
    cut = []
    for measure in measures:
        rest = measure.length
        while rest > measure.full:
            cut.append(Measure(measure.full, measure.numerator, measure.denominator))
            rest -= measure.full
        if rest > 0:
            cut.append(Measure(rest, measure.numerator, measure.denominator))
    return cut


def _join_split(measures: Sequence[Measure]) -> list[Measure]:
    """Measures with those joined that a repeat sign, or a double bar, splits in two or more."""
    joined: list[Measure] = []
    i = 0
    while i < len(measures):
        stop, length = i + 1, measures[i].length
        while length < measures[i].full and stop < len(measures):
            if measures[stop].full != measures[i].full:
                break
            length += measures[stop].length
            stop += 1
        if length != measures[i].full:
            stop, length = i + 1, measures[i].length
        joined.append(Measure(length, measures[i].numerator, measures[i].denominator))
        i = stop
    return joined


def _meter_of(bar: Measure) -> tuple[int, int]:
    """The bar's own meter if it is full, else one of its length: 3/4 for a 4/4 bar of 3."""
    if bar.length == bar.full:
        return bar.numerator, bar.denominator
    denominator = max(bar.denominator, 4)
    while bar.length * denominator % 4 and denominator < 64:
        denominator *= 2
    return max(round(bar.length * denominator / 4), 1), denominator
