"""How phrases that were composed one after the other join: the windows across them, measured.

A window has as many bars as a phrase, so that every phrase of real music is one, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.overlap import overlapping_area
from midigan.evaluation.report import Evaluation, Verdict, compare
from midigan.evaluation.rolls import SILENT, Phrases, Values, across, lines, pitched, share
from midigan.evaluation.sample import measure_generated, spread_index
from midigan.generator import Generator
from midigan.layout import Layout
from midigan.performance.feel import count_repeats
from midigan.song import Notes


@dataclass(frozen=True)
class Joins:
    """The windows across the joins of phrases, against those of held-out music.

    verdict: as of phrases. leap, reference_leap: mean size in semitones of the lines' moves
    over the bar line in the middle. leap_overlap: overlapping area of the windows' means of it.
    held, reference_held: of the pitches that sound on both sides of a join, or of any bar line,
    the share 0..1 that is held and not struck again; NaN where there are none.
    """

    verdict: Verdict
    leap: float
    reference_leap: float
    leap_overlap: float
    held: float
    reference_held: float


def judge_joins(
    phrases: Phrases, tied: NDArray[np.bool_], generator: Generator, found: Evaluation
) -> Joins:
    """Judge phrases composed one after the other, bool `(n, tracks, bars, steps, pitches)`.

    tied: as `held_share` has it. found: what is known of the generator, with the held-out music.
    A phrase of one bar has no window: it is judged as it is.
    """
    layout, reference = generator.layout, found.music.reference
    windows = across(phrases[:-1], phrases[1:]) if layout.bars > 1 else phrases
    real = reference.phrases(spread_index(len(reference)))
    own, other = (middle_leaps(pitched(part, layout)[0]) for part in (windows, real))
    verdict = compare(measure_generated(windows, layout), found.music.samples[1])
    leaps = float(np.nanmean(own)), float(np.nanmean(other)), overlapping_area(own, other)
    held = held_share(phrases, tied, layout)
    return Joins(verdict, *leaps, held, held_share_of_bars(reference.notes, layout))


def held_share(phrases: Phrases, tied: NDArray[np.bool_], layout: Layout) -> float:
    """Share 0..1 of the pitches on both sides of the joins of phrases that is held over them.

    phrases: bool `(n, tracks, bars, steps, pitches)`; tied: bool `(n, tracks)`, which tracks hold
    what they can at the beginning of each. Drums have nothing to hold.
    """
    same = (phrases[:-1, :, -1, -1] & phrases[1:, :, 0, 0]).sum(axis=-1) * _tonal(layout)
    return float(share((same * tied[1:]).sum(), same.sum()))


def held_share_of_bars(notes: Notes, layout: Layout) -> float:
    """The same of all bar lines of a NOTE array whose steps are counted from a bar line."""
    struck, held = (counts[_tonal(layout), 0].sum() for counts in count_repeats(notes, layout))
    return float(share(held, struck + held))


def _tonal(layout: Layout) -> NDArray[np.bool_]:
    """Bool `(tracks,)`: which are not drums."""
    return np.array([not track.drum for track in layout.tracks])


def middle_leaps(phrases: Phrases) -> Values:
    """Mean size in semitones of the lines' moves over the bar line in the middle, `(n,)`.

    A line that holds its pitch moves by 0, one that is silent on either side not at all; NaN
    where all are.
    """
    voices = lines(phrases)
    middle = phrases.shape[2] // 2 * phrases.shape[3]
    before, after = voices[..., middle - 1], voices[..., middle]
    both = (before != SILENT) & (after != SILENT)
    return share((abs(after - before) * both).sum(axis=1), both.sum(axis=1))
