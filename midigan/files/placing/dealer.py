"""Dealing out the notes that begin together to voices: what decides, a chord at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from math import inf

import numpy as np

#: Where voices begin to look for their pitch: the middles of a choir's ranges, and the
#: span over which other numbers of voices are spread.
_HIGHEST_VOICE, _LOWEST_VOICE = 72.0, 48.0

#: What it costs, in semitones of movement, to cut a note that still sounds, and to cross a
#: voice that goes on.
CUT, CROSS = 12, 24


def first_pitches(voices: int) -> list[float]:
    """The pitch of each voice before it has sung."""
    return np.linspace(_HIGHEST_VOICE, _LOWEST_VOICE, voices).tolist()


class Dealer:
    """What each voice sang last, and until when."""

    def __init__(self, pitch: Iterable[float], until: Iterable[int]) -> None:
        self.pitch, self.until = list(pitch), list(until)

    def deal(
        self, step: int, chord: Sequence[int], pitches: Sequence[int], ends: Sequence[int]
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

    def _choose(self, chord: Sequence[int], pitches: Sequence[int]) -> Sequence[int]:
        """As many notes as voices: the outer ones, and inner ones near the inner voices."""
        if len(self.pitch) == 1:
            return chord[:1]
        inner, kept = list(chord[1:-1]), []
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
                    cost += CUT
                for other in sounding:
                    if other not in choice and (pitch - held[other]) * (voice - other) > 0:
                        cost += CROSS
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
