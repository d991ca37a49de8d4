"""Dealing out the chords of many lanes in step: what `Dealer` does, for hundreds at a time."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.files.placing.chords import Chords, Ints
from midigan.files.placing.dealer import CROSS, CUT, first_pitches
from midigan.files.placing.lanes import Lanes

#: Of more voices the first pitches are no whole numbers.
MOST_VOICES = 5

#: Lower than any pitch.
_NO_NOTE = -1

Costs = NDArray[np.integer[Any]]


class _Scale(NamedTuple):
    """What costs, and pitches, are counted in.

    unit: a semitone, which leaves a bit below it for each voice.
    never: no choice costs as much, and no pitch is as high or as far from another.
    kind: the type of costs, which thrice `never` fits.
    pitch_bits: bits of a pitch; `pitch` has them set. The end of a note is counted from there.
    """

    unit: int
    never: int
    kind: np.dtype[np.integer[Any]]
    pitch_bits: int
    pitch: int


@cache
def _scale(voices: int) -> _Scale:
    """Four voices are the most whose choices all cost less than 512 semitones."""
    bits, (most, kind) = voices + 7, (512, "i2") if voices <= 4 else (1024, "i4")
    return _Scale(1 << voices, most << voices, np.dtype(kind), bits, (1 << bits) - 1)


class _Choices(NamedTuple):
    """What codes mean: each has a bit for each voice that gets no note, the first's the highest.

    So of choices that cost the same the first one in order of the voices has the lowest code.
    silent: `(voices, 1)`, the bit of each voice.
    sung: `(voices, codes)`, what each voice has sung then: a note of the chord, which has fewer
        than there are voices, or what the voice sang before, which is counted on from there.
    """

    silent: Costs
    sung: Ints


@cache
def _choices(voices: int) -> _Choices:
    """All choices, of however many notes."""
    voice = np.arange(voices)[:, None]
    silent = 1 << voice[::-1]
    sings = np.arange(1 << voices) & silent == 0
    sung = np.where(sings, np.cumsum(sings, axis=0) - 1, voices - 1 + voice)
    return _Choices(silent.astype(_scale(voices).kind), sung)


class InStep:
    """Lanes side by side: first the first chord of each, then the second.

    sung: int64 `(voices, n)`, what each voice has sung last after each chord of the lanes, in
        the order in which they were dealt out; place: int64 `(chords,)`, where each is there.
    """

    def __init__(self, chords: Chords, lanes: Lanes) -> None:
        self._voices = len(lanes.sung)
        self._scale = scale = _scale(self._voices)
        self._row = np.arange(self._voices)[:, None]
        begin = np.array(first_pitches(self._voices), np.int64) * scale.unit
        self._notes = np.append(chords.end << scale.pitch_bits | chords.pitch * scale.unit, begin)
        self._first, self._size = chords.first[:-1], np.diff(chords.first)
        self._step = chords.step << scale.pitch_bits | scale.pitch
        self._stop = np.zeros(len(chords.step) + 1, np.bool_)
        self._stop[lanes.stop] = True
        self._run(lanes)

    def _run(self, lanes: Lanes) -> None:
        """Deal out the lanes."""
        order = np.argsort(-lanes.count, kind="stable")
        active = np.searchsorted(-lanes.count.take(order), -np.arange(int(lanes.count.max())))
        first, sung = lanes.first.take(order), lanes.sung.take(order, axis=1)
        chords, found = [], []
        for step, count in enumerate(active.tolist()):
            chords.append(first[:count] + step)
            found.append(sung := self._deal(chords[-1], sung[:, :count]))
        self.sung = np.concatenate(found, axis=1)
        self.place = np.empty(len(self._first), np.int64)
        self.place[np.concatenate(chords)] = np.arange(self.sung.shape[1])

    def go_on(self, lanes: Lanes, fewest: int) -> tuple[Ints, Ints]:
        """Deal out again those that turn out to begin otherwise, now that others have ended.

        Each is followed to where all voices have sung what they had before, or to the end of
        its stretch, while there are `fewest` or more. The others are returned, the chord and
        what the voices sang before it: `(n,)` and `(voices, n)`.
        """
        chord = lanes.first.take(np.flatnonzero(lanes.first[1:] < lanes.stop[:-1]) + 1)
        sung = self.sung.take(self.place.take(chord - 1), axis=1)
        while len(chord) >= fewest:
            sung, place = self._deal(chord, sung), self.place.take(chord)
            other = np.flatnonzero((sung != self.sung.take(place, axis=1)).any(axis=0))
            chord, sung = chord.take(other), sung.take(other, axis=1)
            self.sung[:, place.take(other)] = sung
            going = np.flatnonzero(~self._stop.take(chord + 1))
            chord, sung = chord.take(going) + 1, sung.take(going, axis=1)
        return chord, sung

    def _deal(self, chord: Ints, sung: Ints) -> Ints:
        """What the voices have sung last, `(voices, chords)`, after some chords.

        sung: the same before them.
        """
        kind, bits = self._scale.kind, self._scale.pitch
        first, size = self._first.take(chord), self._size.take(chord)
        own, before = first + self._row[:-1], self._notes.take(sung)
        pitch = (self._notes.take(own) & bits).astype(kind)
        # Bits and products are ten times as fast here as writing where a condition holds.
        pitch |= np.multiply(self._row[:-1] >= size, _NO_NOTE, dtype=kind)
        held = (before & bits).astype(kind)
        code = self._cheapest(pitch, size, held, before > self._step.take(chord))
        place = (_choices(self._voices).sung * len(size)).take(code, axis=1)
        place += np.arange(len(size))
        after = np.concatenate([own, sung]).take(place)
        big = np.flatnonzero(size > self._voices)
        if len(big):
            after[:, big] = self._inner_near(first.take(big), size.take(big), held.take(big, 1))
        return after

    def _cheapest(self, pitch: Costs, size: Ints, held: Costs, sounding: NDArray[np.bool_]) -> Ints:
        """The codes of the cheapest choices; of too many notes, any.

        pitch: `(voices - 1, chords)`, of the notes; size: how many they are.
        held, sounding: `(voices, chords)`, what each voice sang last, and whether it still does.
        From the last voice to the first: what its choice and those of the voices after it cost
        at least, for each number of notes that went to voices before it.
        """
        voices, (unit, never, kind, *_) = self._voices, self._scale
        distance = pitch[:, None] - held
        take = np.abs(distance)
        take += np.multiply(sounding, CUT * unit, dtype=kind)
        skip = self._silence(distance, sounding)
        outer = np.multiply((size > 1) & ~sounding.any(axis=0), never, dtype=kind)
        skip[0, 0] += outer
        skip[:, -1] += outer
        cost = np.multiply(self._row != size, never, dtype=kind)
        for voice in reversed(range(voices)):
            least = skip[: voice + 1, voice] + cost[: voice + 1]
            some = min(voice + 1, voices - 1)
            np.minimum(least[:some], take[:some, voice] + cost[1 : some + 1], out=least[:some])
            cost = least
        return (cost[0] & (unit - 1)).astype(np.int64)

    def _silence(self, distance: Costs, sounding: NDArray[np.bool_]) -> Costs:
        """What it costs `(notes before, voice, chord)` that a voice gets no note.

        distance: `(note, voice, chord)`, how much higher each note is than the voice.
        sounding: `(voice, chord)`. A voice that goes on is crossed by the notes that go to
        voices before it and are lower, and by those after it that are higher.
        """
        crossed = np.sign(distance)
        crossed *= np.multiply(sounding, CROSS * self._scale.unit, dtype=crossed.dtype)
        skip = np.empty((self._voices, *sounding.shape), crossed.dtype)
        skip[0] = _choices(self._voices).silent
        # One by one, and not with a single zero: both are much faster.
        for higher in np.maximum(crossed, np.zeros_like(crossed)):
            skip[0] += higher
        # No more notes go to voices before one than there are of those.
        for note, own in enumerate(crossed):
            np.subtract(skip[note, note + 1 :], own[note + 1 :], out=skip[note + 1, note + 1 :])
        return skip

    def _inner_near(self, first: Ints, size: Ints, held: Costs) -> Ints:
        """Notes for all voices `(voices, chords)`, where there are more of them than voices.

        first, size: of the chords' notes. held: `(voices, chords)`.
        """
        row = np.arange(int(size.max()) - 2)[:, None]
        pitch = (self._notes.take(first + 1 + row, mode="clip") & self._scale.pitch).astype(
            held.dtype
        )
        pitch |= np.multiply(row >= size - 2, self._scale.never, dtype=held.dtype)
        chosen = np.empty((self._voices, len(first)), np.int64)
        chosen[0], chosen[-1] = first, first + size - 1
        inner, each = chosen[1:-1], np.arange(len(first))
        for own, voice in zip(inner, held[1:-1], strict=True):
            np.abs(pitch - voice).argmin(axis=0, out=own)
            pitch[own, each] = self._scale.never
        inner.sort(axis=0)
        inner += first + 1
        return chosen
