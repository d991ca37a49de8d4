"""A piece to a MIDI file. Written with mido: music21's own export moves notes."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from midigan.files.readers.piece import Piece
from midigan.files.readers.voice import VoiceNote
from midigan.saving import whole_file

if TYPE_CHECKING:
    import mido

#: Pulses per quarter note: sixty-fourth notes, and triplets of thirty-seconds, are exact.
PPQN = 480

_VELOCITY = 80


def write_piece(
    piece: Piece, path: Path, names: tuple[str, ...], programs: tuple[int, ...], tempo_bpm: float
) -> None:
    """Write a type 1 MIDI file: a track of tempo and meters, then one track a voice.

    names, programs: of each voice, programs 0..127. tempo_bpm: quarter notes a minute where
    the piece has none. Raises MidiganError if the file cannot be written.
    """
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=PPQN, charset="utf-8")
    end = _ticks(piece.bars.end)
    file.tracks.append(_track(_conducting(piece, tempo_bpm), end))
    for channel, (name, program, voice) in enumerate(
        zip(names, programs, piece.voices, strict=True)
    ):
        head = [
            (0, mido.MetaMessage("track_name", name=name)),
            (0, mido.Message("program_change", channel=channel, program=program)),
        ]
        file.tracks.append(_track([*head, *_playing(voice, channel)], end))
    with whole_file(path) as beside:
        file.save(beside)


def _conducting(piece: Piece, tempo_bpm: float) -> Iterable[tuple[int, mido.MetaMessage]]:
    import mido

    yield 0, mido.MetaMessage("track_name", name=piece.name)
    for time, bpm in piece.tempos or ((Fraction(0), tempo_bpm),):
        yield _ticks(time), mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))
    for meter in piece.bars.meters:
        yield (
            _ticks(meter.time),
            mido.MetaMessage(
                "time_signature", numerator=meter.numerator, denominator=meter.denominator
            ),
        )


def _playing(voice: tuple[VoiceNote, ...], channel: int) -> Iterable[tuple[int, mido.Message]]:
    """Note-offs come before the note-ons of their tick, so that repeated notes sound."""
    import mido

    edges = sorted(
        (_ticks(time), on, note.pitch)
        for note in voice
        for time, on in ((note.start, True), (note.end, False))
    )
    for tick, on, pitch in edges:
        kind, velocity = ("note_on", _VELOCITY) if on else ("note_off", 0)
        yield tick, mido.Message(kind, channel=channel, note=pitch, velocity=velocity)


def _track(events: Iterable[tuple[int, mido.Message]], end: int) -> mido.MidiTrack:
    """A track from (tick, message), which ends at tick `end`."""
    import mido

    track = mido.MidiTrack()
    now = 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(end - now, 0)))
    return track


def _ticks(quarters: Fraction) -> int:
    """The nearest tick, halves up; the same time is the same tick wherever it occurs."""
    return int(quarters * PPQN + Fraction(1, 2))
