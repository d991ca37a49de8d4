"""Voices: any notes dealt out to voices by register, the first voice being the highest."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from midigan.song import Notes

#: Where voices begin to look for their pitch: the middles of a choir's ranges, and the
#: span over which other numbers of voices are spread.
_HIGHEST_VOICE, _LOWEST_VOICE = 72.0, 48.0

#: What it costs, in semitones of movement, to cut a note that still sounds, and to cross a
#: voice that goes on.
_CUT, _CROSS = 12.0, 24.0


def split_voices(notes: Notes, voices: int, chords: int | None = None) -> tuple[Notes, int]:
    """Deal notes out to `voices` voices, each with one note at a time but for `chords`.

    notes: NOTE array in any order, of one or many instruments, no drums. Notes that begin
    together go to voices in order of pitch, in the way that moves the voices least, cuts
    the fewest notes that still sound (a cut note ends there) and crosses none of them. Of
    several that begin when nothing sounds, the highest and the lowest go to the outer
    voices; of more than there are voices, inner ones go to `chords`, the voice that may sound
    several, or are left out where there is none. Doublings in unison are left out. Returns a
    NOTE array with `track` 0..voices-1, sorted by start, and the number of notes left out.
    """
    order = np.lexsort((-notes["pitch"].astype(int), notes["start"]))
    notes = notes[order]
    first = np.flatnonzero(np.diff(notes["start"], prepend=-1))
    starts, ends = notes["start"].tolist(), (notes["start"] + notes["length"]).tolist()
    pitches = notes["pitch"].tolist()
    track = np.full(len(notes), -1, np.int64)
    dealer = _Dealer(voices)
    for begin, stop in zip(first.tolist(), [*first[1:].tolist(), len(notes)], strict=True):
        chord = _without_unisons(range(begin, stop), pitches, ends)
        if chords is not None:
            track[chord] = chords
        for note, voice in dealer.deal(starts[begin], chord, pitches, ends):
            track[note] = voice
    kept = notes[track >= 0]
    kept["track"] = track[track >= 0]
    return _cut_at_next(kept, chords), int(np.sum(track < 0))


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


def _cut_at_next(notes: Notes, chords: int | None) -> Notes:
    """End each note at the latest where the next one of its voice begins, but for chords."""
    order: NDArray[np.intp] = np.lexsort((notes["start"], notes["track"]))
    cut = notes[order]
    space = np.diff(cut["start"])
    same = cut["track"][1:] == cut["track"][:-1]
    if chords is not None:
        same &= cut["track"][1:] != chords
    cut["length"][:-1][same] = np.minimum(cut["length"][:-1], space)[same]
    return cut[np.argsort(cut["start"], kind="stable")]
