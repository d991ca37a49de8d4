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
    rank: int64 `(voices, codes)`, which of the chord's notes each voice gets, the highest being
        0; where it gets none, so little that adding any note makes less than any note.
    """

    silent: Costs
    rank: Ints


@cache
def _choices(voices: int) -> _Choices:
    """All choices, of however many notes."""
    silent = 1 << np.arange(voices)[::-1, None]
    sings = np.arange(1 << voices) & silent == 0
    rank = np.where(sings, np.cumsum(sings, axis=0) - 1, np.iinfo(np.int64).min)
    return _Choices(silent.astype(_scale(voices).kind), rank)


class InStep:
    """Lanes side by side: first the first chord of each, then the second.

    sung: int64 `(voices, n)`, what each voice has sung last after each chord of the lanes, in
        the order in which they were dealt out; place: int64 `(chords,)`, where each is there.
    """

    def __init__(self, chords: Chords, lanes: Lanes) -> None:
        self._voices = len(lanes.sung)
        self._scale = scale = _scale(self._voices)
        begin = np.array(first_pitches(self._voices), np.int64) * scale.unit
        self._notes = np.append(chords.end << scale.pitch_bits | chords.pitch * scale.unit, begin)
        self._pitch = self._notes.astype(scale.kind) & scale.pitch
        self._first = chords.first[:-1]
        self._size = np.diff(chords.first).astype(scale.kind)
        self._step = chords.step << scale.pitch_bits | scale.pitch
        self._goes_on = np.ones(len(chords.step), np.bool_)
        self._goes_on[lanes.stop - 1] = False
        self._row = np.arange(self._voices, dtype=scale.kind)[:, None]
        self._own = np.arange(self._voices - 1)[:, None]
        self._zeros = np.zeros(len(lanes.first), scale.kind)
        self._run(lanes)

    def _run(self, lanes: Lanes) -> None:
        """Deal out the lanes."""
        # Numbers of few bits are sorted several times as fast.
        order = np.argsort(-lanes.count.astype(np.int16), kind="stable")
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
            going = (sung != self.sung.take(place, axis=1)).any(axis=0)
            self.sung[:, place] = sung
            going &= self._goes_on.take(chord)
            (other,) = going.nonzero()
            chord, sung = chord.take(other) + 1, sung.take(other, axis=1)
        return chord, sung

    def _deal(self, chord: Ints, sung: Ints) -> Ints:
        """What the voices have sung last, `(voices, chords)`, after some chords.

        sung: the same before them.
        """
        kind = self._scale.kind
        first, size = self._first.take(chord), self._size.take(chord)
        pitch = self._pitch.take(first + self._own)
        # Bits and products are ten times as fast here as writing where a condition holds. All
        # bits set are lower than any pitch.
        pitch |= -(self._row[:-1] >= size).astype(kind)
        before = self._notes.take(sung)
        held = before.astype(kind)
        held &= self._scale.pitch
        sounding = -(before > self._step.take(chord)).astype(kind)
        after = _choices(self._voices).rank.take(self._cheapest(pitch, size, held, sounding), 1)
        after += first
        # A voice's next note comes behind those that it has sung.
        np.maximum(after, sung, out=after)
        (big,) = (size > self._voices).nonzero()
        if len(big):
            after[:, big] = self._inner_near(first.take(big), size.take(big), held.take(big, 1))
        return after

    def _cheapest(self, pitch: Costs, size: Costs, held: Costs, sounding: Costs) -> Costs:
        """The codes of the cheapest choices; of too many notes, any.

        pitch: `(voices - 1, chords)`, of the notes; size: how many they are.
        held, sounding: `(voices, chords)`, what each voice sang last, and whether it still
        does, which sets all bits.
        From the last voice to the first: what its choice and those of the voices after it cost
        at least, for each number of notes that went to voices before it.
        """
        voices, (unit, never, kind, *_) = self._voices, self._scale
        distance = pitch[:, None] - held
        outer = ((size > 1) > sounding.any(axis=0)) * kind.type(never)
        skip = self._silence(distance, sounding, outer)
        take = np.abs(distance, out=distance)
        take += sounding & kind.type(CUT * unit)
        cost = (self._row != size) * kind.type(never)
        for voice in reversed(range(voices)):
            some = min(voice + 1, voices - 1)
            least, sings = skip[: voice + 1, voice], take[:some, voice]
            least += cost[: voice + 1]
            sings += cost[1 : some + 1]
            cost, least = least, least[:some]
            np.minimum(least, sings, out=least)
        return cost[0] & (unit - 1)

    def _silence(self, distance: Costs, sounding: Costs, outer: Costs) -> Costs:
        """What it costs `(notes before, voice, chord)` that a voice gets no note.

        distance: `(note, voice, chord)`, how much higher each note is than the voice.
        sounding: `(voice, chord)`. A voice that goes on is crossed by the notes that go to
        voices before it and are lower, and by those after it that are higher.
        outer: `(chord,)`, what it costs besides where the voice is the first or the last.
        """
        skip = np.empty((self._voices, *sounding.shape), distance.dtype)
        crossed = np.sign(distance, out=skip[1:])
        crossed *= sounding & distance.dtype.type(CROSS * self._scale.unit)
        # Zeros in a row are much faster than a single one.
        higher = np.maximum(crossed, self._zeros[: sounding.shape[1]])
        np.add.reduce(higher, axis=0, out=skip[0])
        skip[0] += _choices(self._voices).silent
        skip[0, :: self._voices - 1] += outer
        # No more notes go to voices before one than there are of those.
        for note in range(1, self._voices):
            np.subtract(skip[note - 1, note:], skip[note, note:], out=skip[note, note:])
        return skip

    def _inner_near(self, first: Ints, size: Ints, held: Costs) -> Ints:
        """Notes for all voices `(voices, chords)`, where there are more of them than voices.

        first, size: of the chords' notes. held: `(voices, chords)`.
        """
        row = np.arange(int(size.max()) - 2, dtype=size.dtype)[:, None]
        pitch = self._pitch.take(first + 1 + row, mode="clip")
        pitch |= (row >= size - 2) * size.dtype.type(self._scale.never)
        chosen = np.empty((self._voices, len(first)), np.int64)
        chosen[0], chosen[-1] = first, first + size - 1
        inner, each = chosen[1:-1], np.arange(len(first))
        for own, voice in zip(inner, held[1:-1], strict=True):
            np.abs(pitch - voice).argmin(axis=0, out=own)
            pitch[own, each] = self._scale.never
        inner.sort(axis=0)
        inner += first + 1
        return chosen
