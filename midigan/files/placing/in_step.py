"""Dealing out the chords of many lanes in step: what `Dealer` does, for hundreds at a time."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.files.placing.chords import Chords, Ints
from midigan.files.placing.dealer import CROSS, CUT
from midigan.files.placing.lanes import Lanes

#: More voices than this have more choices than 16 bits hold the costs of.
MOST_VOICES = 4

#: Costs are in units of this, which leaves a bit below them for each voice. A choice costs less
#: than `_NEVER`, thrice which fits 16 bits; no pitch is as high as `_FAR`, or as far from another.
_UNIT = 1 << MOST_VOICES
_NEVER, _FAR = 512 * _UNIT, 512 * _UNIT

#: When a note ends, and below it the pitch in units of cost, in one number: bits of the pitch.
_PITCH_BITS = MOST_VOICES + 7
_PITCH = (1 << _PITCH_BITS) - 1

#: Lower than any pitch.
_NO_NOTE = -1

Costs = NDArray[np.int16]


class _Choices(NamedTuple):
    """What codes mean: each has a bit for each voice that gets no note, the first's the highest.

    So of choices that cost the same the first one in order of the voices has the lowest code.
    silent: `(voices, 1)`, the bit of each voice.
    sings: bool `(voices, codes)`, whether each voice gets a note; note: which of the chord.
    voice: `(voices, codes)`, the voice that gets each note.
    """

    silent: Costs
    sings: NDArray[np.bool_]
    note: Ints
    voice: Ints


@cache
def _choices(voices: int) -> _Choices:
    """All choices, of however many notes."""
    silent = 1 << np.arange(voices)[::-1, None]
    sings = np.arange(1 << voices) & silent == 0
    note = np.maximum(np.cumsum(sings, axis=0) - 1, 0)
    voice = np.argsort(~sings, axis=0, kind="stable")
    return _Choices(silent.astype(np.int16), sings, note, voice)


def ends_and_pitches(chords: Chords) -> Ints:
    """When each note ends and its pitch, in one number, of which `InStep` makes use."""
    return chords.end << _PITCH_BITS | chords.pitch * _UNIT


class InStep:
    """Lanes side by side: first the first chord of each, then the second.

    notes: the chords' `ends_and_pitches`.
    lanes: sorted by their length, the longest first. Arrays of all their chords are in the
    order in which they are dealt out; those of a step lie between two of `_bounds`.
    """

    def __init__(self, chords: Chords, notes: Ints, lanes: Lanes) -> None:
        self._notes, self._voices = notes, len(lanes.held)
        steps = np.arange(int(lanes.count[0]))
        active = np.searchsorted(-lanes.count, -steps)
        self._bounds = np.append(0, np.cumsum(active))
        lane = np.arange(self._bounds[-1]) - np.repeat(self._bounds[:-1], active)
        chord = lanes.first.take(lane) + np.repeat(steps, active)
        self._first = chords.first.take(chord)
        self._size = size = chords.first.take(chord + 1) - self._first
        self._step = chords.step.take(chord) << _PITCH_BITS | _PITCH
        self._sung = lanes.until << _PITCH_BITS | (lanes.held * _UNIT).astype(np.int64)
        row = np.arange(self._voices)[:, None]
        self._own = notes.take(self._first + row[:-1], mode="clip")
        self._pitch = (self._own & _PITCH).astype(np.int16)
        # Bits and products are ten times as fast here as writing where a condition holds.
        self._pitch |= np.multiply(row[:-1] >= size, _NO_NOTE, dtype=np.int16)
        self._left = np.multiply(row != size, _NEVER, dtype=np.int16)
        self._several = np.multiply(size > 1, _NEVER, dtype=np.int16)
        self._big = np.flatnonzero(size > self._voices)
        self._big_lane = lane.take(self._big)
        self._code = np.zeros(len(chord), np.int16)
        self._chosen: list[Ints] = []
        self._zeros = np.zeros((self._voices - 1, *self._sung.shape), np.int16)

    def run(self) -> tuple[NDArray[np.float64], Ints]:
        """Deal out all; what the voices of each lane sing last, and until when."""
        choices, every = _choices(self._voices), np.arange(len(self._code))
        note = choices.note * len(every)
        bigs = np.searchsorted(self._big, self._bounds).tolist()
        bounds = self._bounds.tolist()
        for step in range(len(bounds) - 1):
            now, big = (slice(*edges[step : step + 2]) for edges in (bounds, bigs))
            sung = self._sung[:, : now.stop - now.start]
            chosen = self._inner_near(sung, big) if big.start < big.stop else None
            self._code[now] = code = self._cheapest(sung, now)
            own = note.take(code, axis=1) + every[now]
            sung[:] = np.where(choices.sings.take(code, axis=1), self._own.take(own), sung)
            if chosen is not None:
                sung[:, self._big_lane[big]] = self._notes.take(chosen)
                self._chosen.append(chosen)
        return (self._sung & _PITCH) / _UNIT, self._sung >> _PITCH_BITS

    def _cheapest(self, sung: Ints, now: slice) -> Costs:
        """The codes of the cheapest choices; of too many notes, any.

        From the last voice to the first: what its choice and those of the voices after it cost
        at least, for each number of notes that went to voices before it.
        """
        voices = self._voices
        distance = self._pitch[:, None, now] - (sung & _PITCH).astype(np.int16)
        sounding = sung > self._step[now]
        take = np.abs(distance)
        take += np.multiply(sounding, CUT * _UNIT, dtype=np.int16)
        skip = self._silence(distance, sounding)
        outer = self._several[now] * ~sounding.any(axis=0)
        skip[:, 0] += outer
        skip[:, -1] += outer
        cost = self._left[:, now]
        for voice in reversed(range(voices)):
            least = skip[: voice + 1, voice] + cost[: voice + 1]
            some = min(voice + 1, voices - 1)
            np.minimum(least[:some], take[:some, voice] + cost[1 : some + 1], out=least[:some])
            cost = least
        return cost[0] & (_UNIT - 1)

    def _silence(self, distance: Costs, sounding: NDArray[np.bool_]) -> Costs:
        """What it costs `(notes before, voice, lane)` that a voice gets no note.

        distance: `(note, voice, lane)`, how much higher each note is than the voice.
        sounding: `(voice, lane)`. A voice that goes on is crossed by the notes that go to
        voices before it and are lower, and by those after it that are higher.
        """
        crossed = np.sign(distance)
        crossed *= np.multiply(sounding, CROSS * _UNIT, dtype=np.int16)
        skip = np.empty((self._voices, *sounding.shape), np.int16)
        # Much faster than with a single zero.
        higher = np.maximum(crossed, self._zeros[..., : sounding.shape[1]])
        np.add.reduce(higher, axis=0, out=skip[0])
        skip[0] += _choices(self._voices).silent
        for note, own in enumerate(crossed):
            np.subtract(skip[note], own, out=skip[note + 1])
        return skip

    def _inner_near(self, sung: Ints, big: slice) -> Ints:
        """Notes for all voices `(voices, chords)`, where there are more of them than voices."""
        first, size = self._first.take(self._big[big]), self._size.take(self._big[big])
        row = np.arange(int(size.max()) - 2)[:, None]
        pitch = self._notes.take(first + 1 + row, mode="clip") & _PITCH
        pitch[row >= size - 2] = _FAR
        chosen = np.empty((self._voices, len(first)), np.int64)
        chosen[0], chosen[-1] = first, first + size - 1
        inner, each = chosen[1:-1], np.arange(len(first))
        for own, voice in zip(inner, sung[1:-1, self._big_lane[big]] & _PITCH, strict=True):
            np.abs(pitch - voice).argmin(axis=0, out=own)
            pitch[own, each] = _FAR
        inner.sort(axis=0)
        inner += first + 1
        return chosen

    def write(self, dealt: Ints) -> None:
        """Write the voice of each note to `dealt`, -1 for those that are left out."""
        voice, few = _choices(self._voices).voice, self._size <= self._voices
        for note in range(self._voices - 1):
            own = np.flatnonzero(few & (self._size > note))
            dealt[self._first.take(own) + note] = voice[note].take(self._code.take(own))
        if self._chosen:
            first, size = self._first.take(self._big), self._size.take(self._big)
            every = np.arange(int(size.sum())) + np.repeat(first - np.cumsum(size) + size, size)
            dealt[every] = -1
            dealt[np.concatenate(self._chosen, axis=1)] = np.arange(self._voices)[:, None]
