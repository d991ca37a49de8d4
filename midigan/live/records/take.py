"""What was played, as notes on the timeline of playing, and any of its bars as a MIDI file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from midigan.live.clock import PPQN
from midigan.live.processes.composer_messages import Note, Part
from midigan.live.processes.player_messages import Sent
from midigan.live.records.recorder import Recorder
from midigan.live.sounding import NOTE_OFF, NOTE_ON, PROGRAM_CHANGE


class Take:
    """Notes as they were sent, `start` counted in ticks from the beginning of the session.

    keep_ticks: how far back notes are remembered; None for all of them. beat_ticks: of the
    note value that the meter counts.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        bar_ticks: int,
        keep_ticks: int | None = None,
        beat_ticks: int = PPQN,
    ) -> None:
        self.parts, self.bar_ticks, self._beat_ticks = parts, bar_ticks, beat_ticks
        self.end_tick = 0
        self._keep_ticks = keep_ticks
        self._notes: list[Note] = []
        self._down: dict[tuple[int, int], Note] = {}

    @property
    def bars(self) -> int:
        """Bars that have begun."""
        return -(-self.end_tick // self.bar_ticks)

    def add(self, sent: Iterable[Sent], now_tick: int) -> None:
        """Take down messages in the order in which they were sent; it is `now_tick` by now."""
        for tick, track, message in sent:
            kind, channel = message[0] & 0xF0, message[0] & 0x0F
            if kind == NOTE_ON:
                pitch, velocity = message[1:]
                self._down[channel, pitch] = Note(tick, 0, track, pitch, velocity)
            elif kind == NOTE_OFF and (channel, message[1]) in self._down:
                note = self._down.pop((channel, message[1]))
                self._notes.append(note._replace(length=tick - note.start))
        self.end_tick = max(self.end_tick, now_tick)
        if self._keep_ticks is not None:
            oldest = self.end_tick - self._keep_ticks
            self._notes = [note for note in self._notes if note.start + note.length > oldest]

    def notes(self, first_tick: int, end_tick: int) -> list[Note]:
        """What sounds from `first_tick` until before `end_tick`, cut to it and counted from it.

        A note that is held in sounds from the first tick. A key that is still down sounds
        as long as this take.
        """
        down = [n._replace(length=self.end_tick - n.start) for n in self._down.values()]
        found = []
        for note in [*self._notes, *down]:
            start = max(note.start, first_tick)
            end = min(note.start + note.length, end_tick)
            if start < end:
                found.append(note._replace(start=start - first_tick, length=end - start))
        return sorted(found)

    def write(self, path: Path, first_bar: int, bars: int, tempo_bpm: float) -> int:
        """Write bars from `first_bar`, counted from 0, to a MIDI file; the number of its notes.

        Raises MidiganError if `path` cannot be written.
        """
        first_tick, length = first_bar * self.bar_ticks, bars * self.bar_ticks
        notes = self.notes(first_tick, first_tick + length)
        recorder = Recorder(self.parts, tempo_bpm, self.bar_ticks, self._beat_ticks)
        recorder.add(_messages(notes, self.parts))
        recorder.write(path, length)
        return len(notes)


def _messages(notes: Sequence[Note], parts: Sequence[Part]) -> list[Sent]:
    """Programs first, then what ends before what begins, as the player sends it."""
    programs = [
        Sent(0, track, [PROGRAM_CHANGE | part.channel, part.program])
        for track, part in enumerate(parts)
    ]
    events = []
    for note in notes:
        channel, end = parts[note.track].channel, note.start + note.length
        events.append(Sent(note.start, note.track, [NOTE_ON | channel, note.pitch, note.velocity]))
        events.append(Sent(end, note.track, [NOTE_OFF | channel, note.pitch, 0]))
    return programs + sorted(events, key=lambda sent: (sent.tick, sent.message[0] & 0x10))
