"""Which pitches are legal: scale and range as a mask over a generator's scores.

A mask takes pitches away before one is chosen, so that a wrong note becomes the generator's
next best idea, or the same one in another octave where a range forbids no more than that.
Correcting notes afterwards would move melodies to neighbours at random.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from midigan.controls import Controls
from midigan.harmony.keys import Key, parse_key, shift_between
from midigan.harmony.scales import SCALES
from midigan.layout import Layout

Legal = NDArray[np.bool_]


def semitones_to(own_key: str, controls: Controls) -> int:
    """How far to transpose from a generator's key, "" for all keys, to what controls ask for.

    With a scale, the diatonic set that it lies in is what counts: a generator of C major
    plays D dorian where it is. A generator that speaks all keys is taken to speak C. Raises
    MidiganError for a name that is no key.
    """
    own = parse_key(own_key) if own_key else Key(0)
    wanted = parse_key(controls.key) if controls.key else own
    if controls.scale:
        wanted = Key((wanted.tonic + SCALES[controls.scale].to_major) % 12)
    return shift_between(own, wanted)


def legal_pitches(layout: Layout, controls: Controls, own_key: str, semitones: int) -> Legal | None:
    """Bool `(tracks, pitches)`: what each track may choose; None if nothing is forbidden.

    A mask is about what is heard: a pitch index means the MIDI pitch that it has after
    transposition by `semitones`. The scale's tonic is that of the key, or of `own_key`; a
    harmony counts instead of the scale, since whoever holds a chord means that one. A muted
    track may choose nothing. Drums have no pitch that a scale or range could mean:
    only muting reaches them.
    """
    if not (controls.scale or controls.harmony or controls.ranges or controls.muted):
        return None
    heard = np.arange(layout.pitches) + layout.lowest_pitch + semitones
    heard += 12 * (heard < 0) - 12 * (heard > 127)  # as `transpose` brings them back
    legal = np.ones((len(layout.tracks), layout.pitches), bool)
    if controls.harmony:
        legal &= np.isin(heard % 12, controls.harmony)
    elif controls.scale:
        name = controls.key or own_key
        tonic = parse_key(name).tonic if name else 0
        legal &= np.isin((heard - tonic) % 12, SCALES[controls.scale].degrees)
    for track, low, high in controls.ranges:
        legal[track] &= (heard >= low) & (heard <= high)
    legal[[track.drum for track in layout.tracks]] = True
    legal[list(controls.muted)] = False
    return legal


def passing_pitches(
    layout: Layout, controls: Controls, own_key: str, semitones: int
) -> Legal | None:
    """Bool `(tracks, pitches)`: what each track may play in passing; None if there is no harmony.

    That is what it might choose without the harmony.
    """
    if not controls.harmony:
        return None
    free = legal_pitches(layout, replace(controls, harmony=()), own_key, semitones)
    return np.ones((len(layout.tracks), layout.pitches), bool) if free is None else free
