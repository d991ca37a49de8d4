"""What a player can ask more or less of: attributes of a phrase, each a number a phrase.

density     notes that begin, a beat; drums left out
polyphony   pitches that sound at once, mean of all steps; drums left out
register    mean MIDI pitch of the tracks; drums left out
activity    share of the steps on which a note begins, drums included
dissonance  share of the pairs of pitches sounding together that are dissonant
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from midigan.evaluation.metrics import dissonance, mean_pitch
from midigan.evaluation.rolls import Values, mean_of_defined, onsets, pitched, timeline
from midigan.layout import Layout
from midigan.notes import Phrases


def density(phrases: Phrases, layout: Layout) -> Values:
    """Notes that begin, a beat, `(n,)`; a chord is as many as it has pitches."""
    begun = onsets(pitched(phrases, layout)[0]).sum(axis=(1, 2, 3))
    return np.asarray(begun * layout.steps_per_beat / layout.phrase_steps, np.float64)


def polyphony(phrases: Phrases, layout: Layout) -> Values:
    """Pitches that sound at once, `(n,)`; a pitch that two tracks sound counts twice."""
    cells = timeline(pitched(phrases, layout)[0])
    return cells.sum(axis=(1, 3)).mean(axis=1)


def register(phrases: Phrases, layout: Layout) -> Values:
    """Mean of the tracks' mean MIDI pitches, `(n,)`; NaN where nothing sounds."""
    return mean_of_defined(mean_pitch(*pitched(phrases, layout)))


def activity(phrases: Phrases, layout: Layout) -> Values:
    """Share of the steps on which a note begins in any track, `(n,)`."""
    return onsets(phrases).any(axis=(1, 3)).mean(axis=1)


def dissonant_share(phrases: Phrases, layout: Layout) -> Values:
    """`metrics.dissonance` of the pitched tracks, `(n,)`; NaN where no two pitches meet."""
    return dissonance(*pitched(phrases, layout))


#: By name; phrases are bool `(n, tracks, bars, steps, pitches)`.
MEASURES: dict[str, Callable[[Phrases, Layout], Values]] = {
    "density": density,
    "polyphony": polyphony,
    "register": register,
    "activity": activity,
    "dissonance": dissonant_share,
}
