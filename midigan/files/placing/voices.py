"""Voices: any notes dealt out to voices by register, the first voice being the highest."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from midigan.files.placing.chords import Chords, Ints
from midigan.files.placing.dealer import Dealer
from midigan.files.placing.in_step import MOST_VOICES, InStep, ends_and_pitches
from midigan.files.placing.lanes import Lanes

#: Fewer lanes than these are dealt out faster one by one, and longer ones faster in parts.
_FEWEST, _LONGEST = 64, 24


def split_voices(
    start: Ints,
    length: Ints,
    pitch: Ints | NDArray[np.uint8],
    voices: int,
    chords: int | None = None,
    songs: Ints | None = None,
) -> tuple[Ints, Ints]:
    """Deal notes out to `voices` voices, each with one note at a time but for `chords`.

    start, length, pitch: `(notes,)`, in any order, of one or many instruments, no drums.
    songs: `(songs,)`, the steps where songs begin that lie one after another without touching
    each other; None if all notes are of one song. Notes that begin
    together go to voices in order of pitch, in the way that moves the voices least, cuts
    the fewest notes that still sound (a cut note ends there) and crosses none of them. Of
    several that begin when nothing sounds, the highest and the lowest go to the outer
    voices; of more than there are voices, inner ones go to `chords`, the voice that may sound
    several, or are left out where there is none. Doublings in unison are left out. Returns
    the voice of each note, 0..voices-1 or -1 where it is left out, and its length.
    """
    found = Chords.of(start, length, pitch)
    begin = np.zeros(1, np.int64) if songs is None else np.searchsorted(found.step, songs)
    dealt = _deal(found, np.unique(begin[begin < len(found.step)]), voices)
    if chords is not None:
        dealt[dealt < 0] = chords
    voice, lengths = np.full(len(start), -1), length.copy()
    voice[found.note] = dealt
    lengths[found.note] = _cut_at_next(found, dealt, voices, chords)
    return voice, lengths


def _deal(chords: Chords, songs: Ints, voices: int) -> Ints:
    """The voice of each note of the chords, -1 where it is left out.

    songs: the first chord of each. What voices sang long ago seldom matters: so the parts of
    long stretches are dealt out as if they were songs, and again where that was wrong.
    """
    dealt = np.full(len(chords.pitch), -1)
    row = np.arange(voices)[:, None]
    dealt[chords.first[:-1][np.diff(chords.first) == voices] + row] = row
    together = 1 < voices <= MOST_VOICES and len(chords.step) >= _FEWEST * _LONGEST
    lanes = Lanes.of(chords, songs, voices, _LONGEST if together else None)
    notes, left = ends_and_pitches(chords), np.arange(len(lanes.first))
    while together and len(left) >= _FEWEST:
        left = left.take(np.argsort(-lanes.count.take(left), kind="stable"))
        in_step = InStep(chords, notes, lanes.take(left))
        left = lanes.go_on(chords, left, *in_step.run())
        in_step.write(dealt)
    for lane in left.tolist():
        _deal_from(lane, chords, lanes, dealt)
    return dealt


def _deal_from(lane: int, chords: Chords, lanes: Lanes, dealt: Ints) -> None:
    """Deal out the chords of a lane, and of those after it as far as they begin otherwise."""
    dealer = Dealer(lanes.held[:, lane].tolist(), lanes.until[:, lane].tolist())
    while True:
        first, stop = int(lanes.first[lane]), int(lanes.first[lane] + lanes.count[lane])
        bounds = chords.first[first : stop + 1].tolist()
        notes = slice(bounds[0], bounds[-1])
        pitches, ends = chords.pitch[notes].tolist(), chords.end[notes].tolist()
        voice = [-1] * len(pitches)
        for step, (begin, end) in zip(
            chords.step[first:stop].tolist(), pairwise(bounds), strict=True
        ):
            chord = range(begin - bounds[0], end - bounds[0])
            for note, own in dealer.deal(step, chord, pitches, ends):
                voice[note] = own
        dealt[notes] = voice
        if not lanes.goes_on[lane]:
            return
        lane += 1
        step = int(chords.step[lanes.first[lane]])
        until = [end if end > step else 0 for end in dealer.until]
        if lanes.begins_with(lane, dealer.pitch, until):
            return


def _cut_at_next(chords: Chords, dealt: Ints, voices: int, several: int | None) -> Ints:
    """The lengths of notes, each at most to where the next of its voice begins.

    several: the voice that may sound more than one note.
    """
    start, end = np.repeat(chords.step, np.diff(chords.first)), chords.end.copy()
    for voice in range(voices):
        if voice != several:
            own = np.flatnonzero(dealt == voice)
            cut = end.take(own)
            np.minimum(cut[:-1], start.take(own[1:]), out=cut[:-1])
            end[own] = cut
    end -= start
    return end
