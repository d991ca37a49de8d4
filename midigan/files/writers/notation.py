"""Songs as MusicXML, to open in a notation program: a named staff for each track."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from midigan.errors import MidiganError
from midigan.files.writers.drum_staff import print_drums
from midigan.files.writers.write import PPQ, Ticks, meters_of
from midigan.harmony.keys import key_of
from midigan.layout import Layout
from midigan.saving import whole_file
from midigan.song import Song

#: (pitch, velocity) of the notes that begin and end together, by start and length in steps.
Chords = dict[tuple[int, int], list[tuple[int, int]]]

#: Without a composer music21 prints its own name for one.
_NOBODY = " "


def write_musicxml(song: Song, layout: Layout, path: Path) -> None:
    """Write a song by music21: bars, rests and ties as printed, the song's key and tempo.

    Raises MidiganError if `path` cannot be written, or music21 cannot print the song.
    """
    from music21 import metadata, stream
    from music21.exceptions21 import Music21Exception

    score = stream.Score()
    score.metadata = metadata.Metadata(title=song.name, composer=_NOBODY)
    for number in range(len(layout.tracks)):
        score.insert(0, _part(song, layout, number))
    with whole_file(path) as beside:
        try:
            # The parts are as they are to be printed: music21 need not copy and complete them.
            score.write("musicxml", fp=beside, makeNotation=False)
        except Music21Exception as error:
            raise MidiganError(f"cannot print {song.name} as MusicXML: {error}") from error
        drums = [number for number, track in enumerate(layout.tracks) if track.drum]
        if drums:
            beside.write_bytes(print_drums(beside.read_bytes(), drums))


def _part(song: Song, layout: Layout, number: int) -> Any:
    """One track as a music21 part, cut into measures."""
    from music21 import chord, clef, instrument, key, meter, note, stream, tempo

    spec = layout.tracks[number]
    part = stream.Part(id=spec.name)
    part.partName = spec.name
    played = instrument.Percussion() if spec.drum else instrument.Instrument()
    played.partName = played.instrumentName = spec.name
    played.midiProgram = song.programs[number] if song.programs else spec.program
    part.insert(0, played)
    found = key_of(song.notes, layout)
    own_key = key.Key(found.tonic_name.replace("b", "-"), "minor" if found.minor else "major")
    part.insert(0, clef.PercussionClef() if spec.drum else own_key)
    quarters = _Quarters(song, layout)
    for bar, numerator, denominator in meters_of(song, layout):
        signature = meter.TimeSignature(f"{numerator}/{denominator}")
        part.insert(quarters.at(bar * layout.steps), signature)
    for start, bpm in song.tempos.tolist() if number == 0 else ():
        mark = tempo.MetronomeMark(number=round(bpm, 2))
        mark.placement = "above"
        part.insert(quarters.at(start), mark)
    together = _together(song, number)
    if spec.drum:
        together = _legible(together, layout.beat_steps)
    for (start, length), notes in together.items():
        begin = quarters.at(start)
        lasts = quarters.at(start + length) - begin
        heads = []
        for pitch, velocity in notes:
            heads.append(note.Note(_spelled(pitch, own_key.sharps), quarterLength=lasts))
            heads[-1].volume.velocity = velocity
        part.insert(begin, heads[0] if len(heads) == 1 else chord.Chord(heads))
    end = quarters.at(song.bars * layout.steps)
    part.makeRests(
        timeRangeFromBarDuration=False, refStreamOrTimeRange=[0, end], fillGaps=True, inPlace=True
    )
    part.makeNotation(inPlace=True)
    part.splitAtDurations(recurse=True)
    return part


def _together(song: Song, number: int) -> Chords:
    """A track's notes by their start and length in steps: a chord each."""
    found: Chords = defaultdict(list)
    for start, length, track, pitch, velocity in song.notes.tolist():
        if track == number:
            found[start, length].append((pitch, velocity))
    return found


def _legible(hits: Chords, beat_steps: int) -> Chords:
    """Hits, which have no length, printed up to the next ones, or to the end of their beat.

    So rests between them are as few as drummers are used to. hits: in order, as songs are.
    """
    struck: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (start, _), notes in hits.items():
        struck[start] += notes
    ends = [(start // beat_steps + 1) * beat_steps for start in struck]
    until = map(min, ends, [*list(struck)[1:], *ends[-1:]])
    return {
        (start, end - start): notes
        for (start, notes), end in zip(struck.items(), until, strict=True)
    }


def _spelled(midi_pitch: int, sharps: int) -> Any:
    """A pitch as it is written in a key of so many sharps, or flats below 0.

    Letters and accidentals are told apart on the line of fifths, on which the notes of the key
    are seven in a row: those up to two places before them and three behind are nearest to it.
    """
    from music21 import pitch

    place = (midi_pitch * 7 - sharps + 3) % 12 + sharps - 3
    alter, letter = divmod(place + 1, 7)
    octave = (midi_pitch - alter) // 12 - 1
    return pitch.Pitch(step="FCGDAEB"[letter], accidental=alter or None, octave=octave)


class _Quarters:
    """From steps of a song, padding included, to quarter notes of the music without it."""

    def __init__(self, song: Song, layout: Layout) -> None:
        self.ticks = Ticks(song, layout)

    def at(self, step: int) -> Fraction:
        """Quarter notes from the beginning."""
        return Fraction(int(self.ticks.at(np.array([step]))[0]), PPQ)
