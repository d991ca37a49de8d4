"""Voices: any notes dealt out to voices by register, the first voice being the highest."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from midigan.files.placing.chords import Chords, Ints
from midigan.files.placing.dealer import Dealer, first_pitches
from midigan.files.placing.in_step import MOST_VOICES, InStep
from midigan.files.placing.lanes import Lanes

#: Voices take little room, and so little time.
Voices = NDArray[np.int16]

#: Fewer lanes than these are dealt out faster one by one, and longer ones faster in parts.
_FEWEST, _LONGEST = 64, 24

#: Fewer than these are followed faster one by one that turn out to begin otherwise.
_FEWEST_AGAIN = 8


def split_voices(
    start: Ints,
    length: Ints,
    pitch: Ints | NDArray[np.uint8],
    voices: int,
    chords: int | None = None,
    songs: Ints | None = None,
) -> tuple[Ints, Voices, Ints]:
    """Deal notes out to `voices` voices, each with one note at a time but for `chords`.

    start, length, pitch: `(notes,)`, in any order, of one or many instruments, no drums.
    songs: `(songs,)`, the steps where songs begin that lie one after another without touching
    each other; None if all notes are of one song. Notes that begin
    together go to voices in order of pitch, in the way that moves the voices least, cuts
    the fewest notes that still sound (a cut note ends there) and crosses none of them. Of
    several that begin when nothing sounds, the highest and the lowest go to the outer
    voices; of more than there are voices, inner ones go to `chords`, the voice that may sound
    several, or are left out where there is none. Doublings in unison are left out. Returns
    which notes are not left out, in the order in which they begin, the voice of each,
    0..voices-1, and its length.
    """
    found = Chords.of(start, length, pitch)
    begin = np.zeros(1, np.int64) if songs is None else np.searchsorted(found.step, songs)
    dealt = _deal(found, np.unique(begin[begin < len(found.step)]), voices)
    lengths = _cut_at_next(found, dealt, voices, chords)
    if chords is not None:
        dealt[dealt < 0] = chords
        return found.note, dealt, lengths
    kept = np.flatnonzero(dealt >= 0)
    return found.note.take(kept), dealt.take(kept), lengths.take(kept)


def _deal(chords: Chords, songs: Ints, voices: int) -> Voices:
    """The voice of each note of the chords, -1 where it is left out.

    songs: the first chord of each. What voices sang long ago seldom matters: so the parts of
    long stretches are dealt out as if they were songs, and again where that was wrong.
    """
    together = 1 < voices <= MOST_VOICES and len(chords.step) >= _FEWEST * _LONGEST
    lanes = Lanes.of(chords, songs, voices, _LONGEST if together else None)
    if together and len(lanes.first) >= _FEWEST:
        in_step = InStep(chords, lanes)
        chord, before = in_step.go_on(lanes, _FEWEST_AGAIN)
        sung, place = in_step.sung, in_step.place
    else:
        chord, before = lanes.first, lanes.sung
        sung, place = np.full((voices, len(chords.step)), -1), np.arange(len(chords.step))
    stop = lanes.stop.take(np.searchsorted(lanes.first, chord, side="right") - 1).tolist()
    # The last first: of two in the same stretch the earlier one has the last word.
    left = [*zip(chord.tolist(), stop, before.T.tolist(), strict=True)]
    for first, end, last in reversed(left):
        _deal_from(first, end, last, chords, sung, place)
    # With room for what voices sing before songs, which is no note.
    dealt = np.full(len(chords.pitch) + voices, -1, np.int16)
    full = np.flatnonzero(np.diff(chords.first) == voices)
    for voice, own in enumerate(sung):
        dealt[own] = voice
        dealt[chords.first.take(full) + voice] = voice
    return dealt[: len(chords.pitch)]


def _deal_from(
    first: int, stop: int, last: list[int], chords: Chords, sung: Ints, place: Ints
) -> None:
    """Deal out the chords `first` to `stop - 1`, up to where they go on as they did before.

    last: the note that each voice sang last. sung, place: see `InStep`.
    """
    dealer = _dealer_after(last, chords)
    for low in range(first, stop, _LONGEST):
        part = slice(low, min(low + _LONGEST, stop))
        bounds = chords.first[low : part.stop + 1].tolist()
        notes = slice(bounds[0], bounds[-1])
        pitches, ends = chords.pitch[notes].tolist(), chords.end[notes].tolist()
        known = sung.take(place[part], axis=1).T.tolist()
        found: list[list[int]] = []
        for step, (begin, end) in zip(chords.step[part].tolist(), pairwise(bounds), strict=True):
            chord = range(begin - bounds[0], end - bounds[0])
            for note, voice in dealer.deal(step, chord, pitches, ends):
                last[voice] = bounds[0] + note
            if last == known[len(found)]:
                break
            found.append(last.copy())
        if found:
            sung[:, place[low : low + len(found)]] = np.array(found).T
        if low + len(found) < part.stop:
            return


def _dealer_after(sung: list[int], chords: Chords) -> Dealer:
    """A dealer of which each voice sang that note last, or none before a song."""
    begin = [(pitch, 0) for pitch in first_pitches(len(sung))]
    last = [
        begin[note] if note < 0 else (int(chords.pitch[note]), int(chords.end[note]))
        for note in sung
    ]
    return Dealer([pitch for pitch, _ in last], [end for _, end in last])


def _cut_at_next(chords: Chords, dealt: Voices, voices: int, several: int | None) -> Ints:
    """The lengths of notes, each at most to where the next of its voice begins.

    several: the voice that may sound more than one note.
    """
    start, end = chords.start, chords.end.copy()
    for voice in range(voices):
        if voice != several:
            own = np.flatnonzero(dealt == voice)
            cut = end.take(own)
            np.minimum(cut[:-1], start.take(own[1:]), out=cut[:-1])
            end[own] = cut
    end -= start
    return end
