"""How phrases that were composed one after the other join: the windows across them, measured.

A window has as many bars as a phrase, so that every phrase of real music is one, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from midigan.evaluation.overlap import overlapping_area
from midigan.evaluation.report import Evaluation, Verdict, compare
from midigan.evaluation.rolls import SILENT, Phrases, Values, across, lines, pitched, share
from midigan.evaluation.sample import measure_generated, spread_index
from midigan.generator import Generator


@dataclass(frozen=True)
class Joins:
    """The windows across the joins of phrases, against those of held-out music.

    verdict: as of phrases. leap, reference_leap: mean size in semitones of the lines' moves
    over the bar line in the middle. leap_overlap: overlapping area of the windows' means of it.
    """

    verdict: Verdict
    leap: float
    reference_leap: float
    leap_overlap: float


def judge_joins(phrases: Phrases, generator: Generator, found: Evaluation) -> Joins:
    """Judge phrases composed one after the other, bool `(n, tracks, bars, steps, pitches)`.

    found: what is known of the generator, with the held-out music. A phrase of one bar has no
    window: it is judged as it is.
    """
    layout, reference = generator.layout, found.music.reference
    windows = across(phrases[:-1], phrases[1:]) if layout.bars > 1 else phrases
    real = reference.phrases(spread_index(len(reference)))
    own, other = (middle_leaps(pitched(part, layout)[0]) for part in (windows, real))
    verdict = compare(measure_generated(windows, layout), found.music.samples[1])
    return Joins(
        verdict, float(np.nanmean(own)), float(np.nanmean(other)), overlapping_area(own, other)
    )


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
