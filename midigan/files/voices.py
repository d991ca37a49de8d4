"""Voices: any notes dealt out to voices by register, the first voice being the highest."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: Where voices begin to look for their pitch: the middles of a choir's ranges, and the
#: span over which other numbers of voices are spread.
_HIGHEST_VOICE, _LOWEST_VOICE = 72.0, 48.0

#: What it costs, in semitones of movement, to cut a note that still sounds, and to cross a
#: voice that goes on.
_CUT, _CROSS = 12.0, 24.0


def split_voices(
    start: Ints, length: Ints, pitch: Ints, voices: int, chords: int | None = None
) -> tuple[Ints, Ints]:
    """Deal notes out to `voices` voices, each with one note at a time but for `chords`.

    start, length, pitch: `(notes,)`, in any order, of one or many instruments, no drums.
    Notes that begin
    together go to voices in order of pitch, in the way that moves the voices least, cuts
    the fewest notes that still sound (a cut note ends there) and crosses none of them. Of
    several that begin when nothing sounds, the highest and the lowest go to the outer
    voices; of more than there are voices, inner ones go to `chords`, the voice that may sound
    several, or are left out where there is none. Doublings in unison are left out. Returns
    the voice of each note, 0..voices-1 or -1 where it is left out, and its length.
    """
    order = np.lexsort((-pitch.astype(int), start))
    sorted_start, sorted_end = start[order], (start + length)[order]
    first = np.flatnonzero(np.diff(sorted_start, prepend=-1))
    starts, ends, pitches = sorted_start.tolist(), sorted_end.tolist(), pitch[order].tolist()
    voice = np.full(len(start), -1, np.int64)
    dealer = _Dealer(voices)
    for begin, stop in zip(first.tolist(), [*first[1:].tolist(), len(starts)], strict=True):
        chord = _without_unisons(range(begin, stop), pitches, ends)
        if chords is not None:
            voice[order[chord]] = chords
        for note, own in dealer.deal(starts[begin], chord, pitches, ends):
            voice[order[note]] = own
    return voice, _cut_at_next(start, length, voice, chords)


class _Dealer:
    """What each voice sang last, and until when."""

    def __init__(self, voices: int) -> None:
        self.pitch = np.linspace(_HIGHEST_VOICE, _LOWEST_VOICE, voices).tolist()
        self.until = [0] * voices

    def deal(
        self, step: int, chord: list[int], pitches: list[int], ends: list[int]
    ) -> list[tuple[int, int]]:
        """Pairs (note, voice) for the notes of `chord`, highest first, that begin at `step`."""
        voices = len(self.pitch)
        if len(chord) > voices:
            chord = self._choose(chord, pitches)
        choices = list(combinations(range(voices), len(chord)))
        if len(chord) > 1 and max(self.until) <= step:
            choices = [c for c in choices if c[0] == 0 and c[-1] == voices - 1] or choices
        best = min(choices, key=lambda c: self._cost(step, c, [pitches[n] for n in chord]))
        for note, voice in zip(chord, best, strict=True):
            self.pitch[voice], self.until[voice] = pitches[note], ends[note]
        return list(zip(chord, best, strict=True))

    def _choose(self, chord: list[int], pitches: list[int]) -> list[int]:
        """As many notes as voices: the outer ones, and inner ones near the inner voices."""
        if len(self.pitch) == 1:
            return chord[:1]
        inner, kept = chord[1:-1], []
        for wanted in self.pitch[1:-1]:
            kept.append(min(inner, key=lambda note: abs(pitches[note] - wanted)))
            inner.remove(kept[-1])
        return [chord[0], *sorted(kept), chord[-1]]

    def _cost(self, step: int, voices: tuple[int, ...], pitches: list[int]) -> float:
        cost = 0.0
        for voice, pitch in zip(voices, pitches, strict=True):
            cost += abs(pitch - self.pitch[voice])
            if self.until[voice] > step:
                cost += _CUT
            for other, held in enumerate(self.pitch):
                if self.until[other] > step and other not in voices:
                    cost += _CROSS * ((pitch - held) * (voice - other) > 0)
        return cost


def _without_unisons(chord: range, pitches: list[int], ends: list[int]) -> list[int]:
    """The notes of a chord, highest first; of several of one pitch, the longest."""
    longest: dict[int, int] = {}
    for note in chord:
        other = longest.setdefault(pitches[note], note)
        if ends[note] > ends[other]:
            longest[pitches[note]] = note
    return list(longest.values())


def _cut_at_next(start: Ints, length: Ints, voice: Ints, chords: int | None) -> Ints:
    """The lengths, each at most to where the next note of its voice begins, but for chords."""
    order = np.lexsort((start, voice))
    cut, space, owner = length[order], np.diff(start[order]), voice[order]
    same = (owner[1:] == owner[:-1]) & (owner[1:] >= 0)
    if chords is not None:
        same &= owner[1:] != chords
    cut[:-1][same] = np.minimum(cut[:-1], space)[same]
    lengths = np.empty_like(cut)
    lengths[order] = cut
    return lengths
