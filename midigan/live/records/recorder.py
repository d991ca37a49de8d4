"""Everything that a session played, as a MIDI file."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from midigan import __version__
from midigan.live.clock import PPQN
from midigan.live.processes.composer_messages import Part
from midigan.live.processes.player_messages import Sent
from midigan.live.sounding import CONTROL_CHANGE
from midigan.saving import whole_file

if TYPE_CHECKING:
    from mido import MidiTrack

#: Tempos that differ by a smaller share are the same one, followed.
_SAME_TEMPO = 0.002


class Recorder:
    """Takes down what was sent, and writes it with one track for each track of the layout.

    A message takes a few bytes here, so that a session of hours fits.
    """

    def __init__(
        self, parts: Sequence[Part], tempo_bpm: float, bar_ticks: int, beat_ticks: int = PPQN
    ) -> None:
        """beat_ticks: of the note value that the meter counts; a bar of parts has no meter."""
        self._parts, self._bar_ticks, self._beat_ticks = parts, bar_ticks, beat_ticks
        self._tempos = {0: tempo_bpm}  # by the tick from which on they hold
        self._ticks = [array("Q") for _ in parts]
        self._messages = [bytearray() for _ in parts]
        self._end_tick = 0

    def add(self, sent: Iterable[Sent]) -> None:
        """Take down messages, in the order in which they were sent."""
        for tick, track, message in sent:
            self._end_tick = max(self._end_tick, tick)
            if message[0] & 0xF0 != CONTROL_CHANGE:
                self._ticks[track].append(tick)
                self._messages[track] += bytes(message).ljust(3, b"\0")

    def keep_tempo(self, tick: int, tempo_bpm: float) -> None:
        """From `tick` on it is played at this tempo; ticks come in order."""
        (*_, (last_tick, last_bpm)) = self._tempos.items()
        if abs(tempo_bpm / last_bpm - 1) > _SAME_TEMPO:
            self._tempos[max(tick, last_tick)] = tempo_bpm

    def write(self, path: Path, end_tick: int | None = None) -> None:
        """Write it all to `path`, which ends where the session did or at a later `end_tick`.

        Raises MidiganError if it cannot be written.
        """
        import mido

        self._end_tick = max(self._end_tick, end_tick or 0)

        file = mido.MidiFile(type=1, ticks_per_beat=PPQN, charset="utf-8")
        file.tracks.append(self._conductor())
        file.tracks.extend(self._track(number) for number in range(len(self._parts)))
        with whole_file(path) as beside:
            file.save(beside)

    def _conductor(self) -> MidiTrack:
        """The first track: tempo and meter, no notes."""
        from mido import MetaMessage, MidiTrack, bpm2tempo

        track = MidiTrack()
        track.append(MetaMessage("track_name", name=f"midigan {__version__} live"))
        changes = list(self._tempos.items())
        track.append(MetaMessage("set_tempo", tempo=bpm2tempo(changes[0][1])))
        numerator, rest = divmod(self._bar_ticks, self._beat_ticks)
        if not rest:
            meter = {"numerator": numerator, "denominator": 4 * PPQN // self._beat_ticks}
            track.append(MetaMessage("time_signature", **meter))
        now = 0
        for tick, tempo_bpm in changes[1:]:
            if tick <= self._end_tick:
                track.append(MetaMessage("set_tempo", tempo=bpm2tempo(tempo_bpm), time=tick - now))
                now = tick
        track.append(MetaMessage("end_of_track", time=self._end_tick - now))
        return track

    def _track(self, number: int) -> MidiTrack:
        from mido import Message, MetaMessage, MidiTrack

        track = MidiTrack()
        track.append(MetaMessage("track_name", name=self._parts[number].name))
        now = 0
        messages = self._messages[number]
        for i, tick in enumerate(self._ticks[number]):
            message = Message.from_bytes(_trimmed(messages[3 * i : 3 * i + 3]), time=tick - now)
            track.append(message)
            now = tick
        track.append(MetaMessage("end_of_track", time=self._end_tick - now))
        return track


def _trimmed(message: bytearray) -> bytearray:
    """A message of its true length: a program change has one data byte, a note two."""
    return message[:2] if message[0] & 0xF0 == 0xC0 else message
