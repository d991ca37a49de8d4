"""More of the field's measures, beside the headline: MusPy's, MuseGAN's, and one a track.

Each is a number a phrase, NaN where a phrase leaves it undefined. They stand apart from
`metrics`, whose mean is the headline, so that the headline goes on meaning what it meant.
Sources: MuseGAN (Dong et al. 2018, section on objective metrics), MusPy (Dong et al. 2020,
`muspy.metrics`), groove consistency and the entropies (Wu & Yang, "The Jazz Transformer on the
front line", 2020). Two of the original MuseGAN code's measures are wrong and are not copied:
its empty-bar rate is the rate of bars that are not empty, and its reshape to pitch classes mixes
octaves with them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.rolls import (
    Phrases,
    Values,
    entropy,
    fold,
    parallel_share,
    pitched,
    share,
    timeline,
)
from midigan.evaluation.tally import Tally
from midigan.layout import Layout

#: Pitches at once from which a step is polyphonic: more than two (MuseGAN, MusPy).
POLYPHONIC = 3
#: Steps from which a note is qualified, not a fragment (pypianoroll's threshold).
QUALIFIED = 2
#: What a drum hit between the eighths of a bar counts towards the pattern (pypianoroll).
TOLERANCE = 0.1
#: The measure of a track that says whether it is heard at all.
EMPTY_BARS = "empty bars"


def measure_field(phrases: Phrases, layout: Layout) -> dict[str, Values]:
    """The measures of `phrases`, bool `(n, tracks, bars, steps, pitches)`: each `(n,)`, by name.

    Those of one track have its name behind theirs; those of drums are there if drums are.
    """
    tally = Tally.of(phrases, layout)
    tonal, lowest = pitched(phrases, layout)
    values = {
        "pitches used": (tally.pitches > 0).sum(axis=1).astype(np.float64),
        "pitch entropy": entropy(tally.pitches),
        "polyphony": polyphony(tonal),
        "polyphonic steps": polyphonic_share(tonal),
        "qualified notes": qualified_share(tally),
        "note length": mean_length(tally),
        "note-length entropy": entropy(tally.lengths.sum(axis=1)),
        "onset entropy": entropy(onsets_by_step(tally)),
        "groove consistency": groove_consistency(tally),
        "parallel fifths": parallel_share(tonal, (7,)),
        "parallel octaves": parallel_share(tonal, (0,)),
    }
    drums = [i for i, track in enumerate(layout.tracks) if track.drum]
    if drums:
        values["drum pattern"] = drum_pattern_share(tally, drums)
    values |= _by_track(EMPTY_BARS, empty_bar_share(phrases), layout)
    values |= _by_track("notes a bar", tally.onsets.sum(axis=2) / layout.bars, layout)
    classes = pitch_classes_a_bar(phrases, lowest)
    values |= _by_track("classes a bar", classes, layout, drums)
    return values


def empty_bar_share(phrases: Phrases) -> Values:
    """Share of bars in which nothing sounds, `(n, tracks)` (MuseGAN's EB)."""
    return 1 - phrases.any(axis=(3, 4)).mean(axis=2)


def pitch_classes_a_bar(phrases: Phrases, lowest_pitch: int) -> Values:
    """Mean number of pitch classes of the bars that are not empty, `(n, tracks)`.

    MuseGAN's UPC.
    """
    sounding: Values = np.any(phrases, axis=3).astype(np.float64)
    classes = (fold(sounding, lowest_pitch) > 0).sum(axis=-1, dtype=np.float64)
    return share(classes.sum(axis=2), (classes > 0).sum(axis=2))


def polyphony(phrases: Phrases) -> Values:
    """Mean number of different pitches at once, of the steps on which one sounds (MusPy)."""
    pitches = _pitches_at_once(phrases)
    return share(pitches.sum(axis=1), (pitches > 0).sum(axis=1))


def polyphonic_share(phrases: Phrases) -> Values:
    """Share of the steps on which more than two pitches sound (MuseGAN's polyphonicity, MusPy)."""
    return (_pitches_at_once(phrases) >= POLYPHONIC).mean(axis=1)


def qualified_share(tally: Tally) -> Values:
    """Share of the notes that last at least two steps, drums left out (MuseGAN's QN).

    MuseGAN asks for three of its 96 steps a bar, less than one step of most layouts here.
    """
    lengths = tally.lengths.sum(axis=1)
    return share(lengths[:, QUALIFIED - 1 :].sum(axis=1), lengths.sum(axis=1))


def mean_length(tally: Tally) -> Values:
    """Mean length of the notes in steps, drums left out."""
    lengths = tally.lengths.sum(axis=1)
    return share(lengths @ np.arange(1, lengths.shape[1] + 1), lengths.sum(axis=1))


def onsets_by_step(tally: Tally) -> Values:
    """Notes of all tracks that begin on each step of a bar, `(n, steps)`."""
    positions = np.tile(np.eye(tally.layout.steps), (tally.layout.bars, 1))
    return tally.onsets.sum(axis=1) @ positions


def groove_consistency(tally: Tally) -> Values:
    """1 less the share of steps on which one bar has an onset and the next has none, or has one.

    Wu & Yang 2020; MusPy. NaN in phrases of one bar.
    """
    steps = tally.layout.steps
    struck: Phrases = np.any(tally.onsets, axis=1)
    if tally.layout.bars < 2:
        return np.full(tally.count, np.nan)
    return 1 - (struck[:, steps:] != struck[:, :-steps]).mean(axis=1)


def drum_pattern_share(tally: Tally, drums: list[int]) -> Values:
    """Share of the drum hits on the eighths of a bar; one between them counts a tenth.

    MuseGAN's DP, with the tolerance of its code and pypianoroll's.
    """
    hits = tally.onsets[:, drums].sum(axis=1)
    steps = np.arange(hits.shape[1]) % tally.layout.steps
    weights = np.where(steps * 8 % tally.layout.steps == 0, 1.0, TOLERANCE)
    return share(hits @ weights, hits.sum(axis=1))


def _pitches_at_once(phrases: Phrases) -> NDArray[np.int64]:
    """Different pitches on each step, `(n, bars * steps)`; a unison of two tracks is one."""
    return timeline(phrases).any(axis=1).sum(axis=-1)


def _by_track(
    name: str, values: Values, layout: Layout, without: list[int] | None = None
) -> dict[str, Values]:
    return {
        f"{name}, {track.name}": values[:, i]
        for i, track in enumerate(layout.tracks)
        if i not in (without or [])
    }
