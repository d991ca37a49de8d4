"""What the tracks of a damaged MIDI file yield together, and the score that they make."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from midigan.files.readers.batch import Batch
from midigan.files.readers.drum_parts import (
    DRUM_CHANNEL,
    EVERY,
    LONGEST,
    PROGRAM,
    DrumParts,
)
from midigan.files.readers.mended import mended
from midigan.files.readers.pedal import PEDAL, RESET, hold
from midigan.files.score import (
    TICK_METER,
    TICK_NOTE,
    TICK_TEMPO,
    Score,
    SourceTrack,
    TickArray,
    by_tick,
)

#: The controller that chooses a bank of programs, and none at all.
_BANK_SELECT, _NONE = 0, 0xFF


class Findings:
    """Collects what the tracks of one file yield; `mended` counts what was, by what it is.

    pedal: whether notes last as long as the sustain pedal holds them.
    """

    def __init__(self, pedal: bool) -> None:
        self.pedal = pedal
        self.mended: Counter[str] = Counter()
        self.names: dict[int, str] = {}
        self.tracks: dict[tuple[int, int, int], int] = {}
        self.notes: list[TickArray] = []
        self.tempos: list[tuple[int, float]] = []
        self.meters: list[tuple[int, int, int]] = []
        self._tempos: list[TickArray] = []
        self._meters: list[TickArray] = []
        self.drum_parts = DrumParts()
        self.pedal_moves: list[tuple[int, int, int]] = []

    def mend(self, what: str, times: int = 1) -> None:
        """Something was mended, so many times."""
        if times:
            self.mended[what] += times

    def source(self, chunk: int, channel: int, program: int) -> int:
        """The number of such a source track, which is the next one if it is new."""
        return self.tracks.setdefault((chunk, channel, program), len(self.tracks))

    def control(self, tick: int, status: int, first: int, second: int) -> None:
        """A channel message other than of notes, with its data bytes."""
        kind, channel = status >> 4, status & 0xF
        if kind == 0xC:
            self.drum_parts.program(tick, channel)
        elif kind == 0xB and first == _BANK_SELECT:
            self.drum_parts.bank(tick, channel, second)
        elif kind == 0xB and first in (PEDAL, RESET) and self.pedal:
            self.pedal_moves.append((tick, channel, second if first == PEDAL else 0))

    def conduct(self, tempos: TickArray, meters: TickArray) -> None:
        """Many tempos and meters: TICK_TEMPO and TICK_METER arrays."""
        self._gather()
        self._tempos.append(tempos)
        self._meters.append(meters)

    def controls(self, batch: Batch) -> None:
        """Many channel messages, of notes or not, and system exclusive ones."""
        kinds = batch.status >> 4
        controllers = np.where(kinds == 0xB, batch.first, _NONE)
        at = np.flatnonzero((kinds == 0xC) | (controllers == _BANK_SELECT))
        values = np.where(kinds[at] == 0xC, np.int64(PROGRAM), batch.second[at])
        event, channels = batch.event[at], batch.channel[at].astype(np.int64)
        exclusive, number = self._exclusives(batch)
        if len(exclusive):
            event, values = np.append(event, exclusive), np.append(values, number)
            channels = np.append(channels, np.full(len(exclusive), EVERY))
            order = np.argsort(event)
            event, channels, values = event[order], channels[order], values[order]
        if len(event):
            self.drum_parts.extend(batch.ticks[event], channels, values)
        if self.pedal:
            at = np.flatnonzero((controllers == PEDAL) | (controllers == RESET))
            values = np.where(controllers[at] == PEDAL, batch.second[at], 0)
            columns = batch.tick[at].tolist(), batch.channel[at].tolist(), values.tolist()
            self.pedal_moves += zip(*columns, strict=True)

    def _exclusives(self, batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """System exclusive messages that tell of drums: which events, and which changes."""
        event, which, messages = batch.exclusives(LONGEST)
        numbers = [self.drum_parts.number_of(message) for message in messages]
        told = np.array([-1 if n is None else n for n in numbers], np.int64)[which]
        return event[told >= 0], told[told >= 0]

    def _gather(self) -> None:
        """Put tempos and meters that came one by one behind those that came together."""
        self._tempos.append(np.array(self.tempos, TICK_TEMPO))
        self._meters.append(np.array(self.meters, TICK_METER))
        self.tempos, self.meters = [], []

    def score(self, ppq: int) -> Score:
        """All of it as a score."""
        self._gather()
        notes = np.concatenate([np.empty(0, TICK_NOTE), *self.notes])
        tracks = self._divide(notes)
        held = hold(notes, tracks, self.pedal_moves) if self.pedal else 0
        warnings = [mended(what, times) for what, times in self.mended.items()]
        return Score(
            ppq,
            tracks,
            notes,
            by_tick(np.concatenate(self._tempos)),
            by_tick(np.concatenate(self._meters)),
            tuple(warnings),
            pedal_held=held,
        )

    def _divide(self, notes: TickArray) -> tuple[SourceTrack, ...]:
        """The source tracks; where a channel changes to or from drums, two instead of one."""
        tracks: list[SourceTrack] = []
        divided: list[SourceTrack] = []
        changes = self.drum_parts.changes()
        for number, (chunk, channel, program) in enumerate(self.tracks):
            drums = channel == DRUM_CHANNEL
            name = self.names.get(chunk, "")
            if channel in changes:
                ticks, states = changes[channel]
                own = np.flatnonzero(notes["source"] == number)
                at = np.searchsorted(ticks, notes["start"][own], side="right") - 1
                is_drum = np.array(states)[at]
                drums = bool(is_drum.all())
                if is_drum.any() and not drums:
                    notes["source"][own[is_drum]] = len(self.tracks) + len(divided)
                    divided.append(SourceTrack(name, program, True, channel))
            tracks.append(SourceTrack(name, program, drums, channel))
        return (*tracks, *divided)
