"""Voices: any notes dealt out to voices by register, the first voice being the highest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from math import inf

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
    dealt = [-1] * len(starts)
    dealer = _Dealer(voices)
    for begin, stop in zip(first.tolist(), [*first[1:].tolist(), len(starts)], strict=True):
        alone = stop - begin == 1
        chord = [begin] if alone else _without_unisons(range(begin, stop), pitches, ends)
        if chords is not None:
            for note in chord:
                dealt[note] = chords
        for note, own in dealer.deal(starts[begin], chord, pitches, ends):
            dealt[note] = own
    voice = np.empty(len(start), np.int64)
    voice[order] = dealt
    return voice, _cut_at_next(start, length, voice, chords)


class _Dealer:
    """What each voice sang last, and until when."""

    def __init__(self, voices: int) -> None:
        self.pitch = np.linspace(_HIGHEST_VOICE, _LOWEST_VOICE, voices).tolist()
        self.until = [0] * voices

    def deal(
        self, step: int, chord: list[int], pitches: list[int], ends: list[int]
    ) -> Iterable[tuple[int, int]]:
        """Pairs (note, voice) for the notes of `chord`, highest first, that begin at `step`."""
        if len(chord) > len(self.pitch):
            chord = self._choose(chord, pitches)
        sounding = [voice for voice, until in enumerate(self.until) if until > step]
        outer = len(chord) > 1 and not sounding
        choices = _choices(len(self.pitch), len(chord), outer)
        best = choices[0]
        if len(choices) > 1:
            best = self._best(choices, sounding, [pitches[note] for note in chord])
        for note, voice in zip(chord, best, strict=True):
            self.pitch[voice], self.until[voice] = pitches[note], ends[note]
        return zip(chord, best, strict=True)

    def _choose(self, chord: list[int], pitches: list[int]) -> list[int]:
        """As many notes as voices: the outer ones, and inner ones near the inner voices."""
        if len(self.pitch) == 1:
            return chord[:1]
        inner, kept = chord[1:-1], []
        for wanted in self.pitch[1:-1]:
            kept.append(min(inner, key=lambda note: abs(pitches[note] - wanted)))
            inner.remove(kept[-1])
        return [chord[0], *sorted(kept), chord[-1]]

    def _best(
        self, choices: Sequence[tuple[int, ...]], sounding: list[int], pitches: list[int]
    ) -> tuple[int, ...]:
        """The first of the choices of voices that costs least. Plain loops: it is in all of them.

        sounding: the voices that still do. pitches: those of the notes to be dealt out.
        """
        held, least, best = self.pitch, inf, choices[0]
        for choice in choices:
            cost = 0.0
            for pitch, voice in zip(pitches, choice, strict=True):
                cost += abs(pitch - held[voice])
                if voice in sounding:
                    cost += _CUT
                for other in sounding:
                    if other not in choice and (pitch - held[other]) * (voice - other) > 0:
                        cost += _CROSS
                if cost >= least:
                    break
            else:
                least, best = cost, choice
        return best


@cache
def _choices(voices: int, notes: int, outer: bool) -> tuple[tuple[int, ...], ...]:
    """The voices that so many notes may go to, outer ones only if asked for."""
    every = tuple(combinations(range(voices), notes))
    return tuple(c for c in every if not outer or (c[0] == 0 and c[-1] == voices - 1)) or every


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
