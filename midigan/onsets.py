"""Which onsets a roll shows, and what sounds in between.

A roll has no onsets: a pitch that is struck again shows if it is silent the step before, and
one of several voices on one track if it is the only one there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout

Rolls = NDArray[np.bool_]


def one_voice(rolls: Rolls, layout: Layout) -> Rolls:
    """Leave mono tracks of rolls `(n, tracks, ..., pitches)` one pitch a step, in place.

    Of several the highest or the lowest stays, as the track's `keeps` says.
    """
    for number, track in enumerate(layout.tracks):
        if track.mono:
            highest = track.keeps == "highest"
            order = rolls[:, number, ..., :: -1 if highest else 1]
            order &= np.cumsum(order, axis=-1, dtype=np.int16) == 1
    return rolls


def with_onsets(sounding: Rolls, struck: Rolls, held_in: Rolls, layout: Layout) -> Rolls:
    """What of rolls to keep so that as many onsets as can be show.

    sounding: `(n, tracks, steps, pitches)`, at which steps a pitch sounds. struck: the same
    with a step more, at which a pitch is struck; one just after the phrase counts, too.
    held_in: `(n, tracks, pitches)`, with which of those that sound on from before the phrase a
    mono track may go on. Returns an array such as `sounding`.

    A pitch that is struck again is silent the step before, unless it was struck just there:
    then it goes on, and of a run of single steps every second one shows. On a mono track
    whatever is struck ends what sounds. Of several that are struck together it takes the
    highest or the lowest, as its `keeps` says, that was not struck just before: so a chord
    that is struck again and again shows at each stroke, by one of its notes. Drums, of which
    every cell is an onset, get no silences.
    """
    tonal = np.array([not track.drum for track in layout.tracks])[:, None]
    mono = [number for number, track in enumerate(layout.tracks) if track.mono]
    kept, shown = sounding.copy(), np.zeros_like(held_in)
    voice = one_voice(held_in.copy(), layout)
    for step in range(struck.shape[2]):
        shown = one_voice(struck[:, :, step] & ~(shown & tonal), layout)
        if step:
            kept[:, :, step - 1] &= ~(shown & tonal)
        if step < kept.shape[2]:
            new = shown.any(axis=-1, keepdims=True)
            voice = np.where(new, shown, voice & sounding[:, :, step])
            kept[:, mono, step] = voice[:, mono]
    return kept
