"""A score as plain voices: exact notes, tempo and meters, ready to be written as MIDI.

music21 is used for parsing only. Its parts drift apart where one of them has a measure of
the wrong length, so notes are placed here measure by measure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, zip_longest
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from midigan.errors import SourceError
from midigan.files.readers.barlines import Bars, Measure, lay_out_bars


class VoiceNote(NamedTuple):
    """A note of a voice: `start` and `end` in quarter notes, `pitch` MIDI 0..127."""

    start: Fraction
    end: Fraction
    pitch: int


@dataclass(frozen=True)
class Piece:
    """A score without its engraving: voices from the highest part down.

    voices: notes sorted by (start, pitch), times counted from the first full bar.
    tempos: (time in quarter notes, quarter notes a minute); empty where the score has none.
    warnings: which notes were left out, a short phrase each.
    """

    name: str
    voices: tuple[tuple[VoiceNote, ...], ...]
    bars: Bars
    tempos: tuple[tuple[Fraction, float], ...]
    warnings: tuple[str, ...] = ()


def read_piece(source: Path | str, name: str) -> Piece:
    """Parse a score with music21. Ties are merged, grace notes left out, repeats not expanded.

    source: a file, or the text of one tune in ABC. Raises SourceError if music21 cannot read
    it or it holds no notes.
    """
    return _piece(name, _parse(source, name))


def read_movements(source: Path, name: str, starts: Sequence[int]) -> list[Piece]:
    """The movements of a score, called NAME-movement1 and so on.

    starts: the number of each one's first measure in the file, from 0. Raises SourceError as
    `read_piece` does, and if a movement would be empty.
    """
    parts = _parse(source, name)
    return [
        _piece(f"{name}-movement{number}", [part[first:stop] for part in parts])
        for number, (first, stop) in enumerate(zip_longest(starts, starts[1:]), 1)
    ]


def _parse(source: Path | str, name: str) -> list[list[Any]]:
    """The measures of each part."""
    import warnings

    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if isinstance(source, str):
                score = converter.parse(source, format="abc")
            else:
                with _in_small_letters(source) as file:
                    score = converter.parse(file, forceSource=True)
            # Parts of transposing instruments are printed otherwise than they sound.
            score.toSoundingPitch(inPlace=True)
            return [_measures_of(part) for part in score.parts]
        except Exception as error:  # music21's readers fail in their own many ways
            raise SourceError(f"{name}: music21 cannot read it ({error})") from error


@contextmanager
def _in_small_letters(source: Path) -> Iterator[Path]:
    """The file under a suffix in small letters: music21 knows compressed scores by no other."""
    if source.suffix == source.suffix.lower():
        yield source
        return
    with TemporaryDirectory() as folder:
        yield Path(copyfile(source, Path(folder) / f"score{source.suffix.lower()}"))


def _piece(name: str, parts: list[list[Any]]) -> Piece:
    measures = _measures(parts)
    bars = lay_out_bars(measures)
    starts = [bars.silence]
    for measure in measures:
        starts.append(starts[-1] + measure.length)
    lost: Counter[str] = Counter()
    voices = tuple(_voice(part, starts, lost) for part in parts)
    warnings = tuple(f"notes {which} were left out ({count}x)" for which, count in lost.items())
    if not any(voices):
        raise SourceError("; ".join([f"{name} holds no notes", *warnings]))
    return Piece(name, voices, bars, _tempos(parts[0] if parts else [], starts), warnings)


def _measures_of(part: Any) -> list[Any]:
    """A part's measures. music21 makes none of an ABC tune that has hardly any bar lines."""
    from music21 import stream

    measures = list(part.getElementsByClass(stream.Measure))
    if not measures and part.notes:
        measures = list(part.makeMeasures().getElementsByClass(stream.Measure))
    return measures


def _measures(parts: list[list[Any]]) -> list[Measure]:
    """The score's measures. Where parts disagree about a length, most of them are right."""
    meter = (4, 4)
    found = []
    for row in zip_longest(*parts):
        printed = [measure for measure in row if measure is not None]
        signatures = [m.timeSignature for m in printed if m.timeSignature is not None]
        if signatures:
            meter = (signatures[0].numerator, signatures[0].denominator)
        full = Fraction(4 * meter[0], meter[1])
        lengths = Counter(_exact(m.duration.quarterLength) for m in printed)
        if len(lengths) > 1:
            # A part that prints nothing says nothing of the length.
            del lengths[Fraction(0)]
        most = max(lengths.values())
        agreed = [length for length, count in lengths.items() if count == most]
        found.append(Measure(full if full in agreed else max(agreed), *meter))
    return found


class _Written(NamedTuple):
    """A note as printed: `tie` is music21's "start", "continue", "stop", or "" for none."""

    start: Fraction
    end: Fraction
    pitch: int
    tie: str


def _voice(part: list[Any], starts: list[Fraction], lost: Counter[str]) -> tuple[VoiceNote, ...]:
    """A part's notes, placed by the starts of the measures; those left out are counted."""
    written = [
        note
        for measure, begin, stop in zip(part, starts, starts[1:], strict=False)
        for note in _written(measure, begin, stop, lost)
    ]
    return without_overlaps(_merge_ties(sorted(written)))


def _written(
    measure: Any, begin: Fraction, stop: Fraction, lost: Counter[str]
) -> Iterator[_Written]:
    """A measure's notes. What an overfull one pushes past its bar line is cut off there."""
    from music21 import harmony, note

    for element in measure.flatten().notes:
        length = _exact(element.quarterLength)
        if not length or element.duration.isGrace or isinstance(element, harmony.Harmony):
            continue
        start = begin + _exact(element.offset)
        end = min(start + length, stop)
        for single in getattr(element, "notes", (element,)):
            if not isinstance(single, note.Note):
                lost["without a pitch"] += 1
            elif end <= start:
                lost["behind the end of their measure"] += 1
            else:
                tie = single.tie.type if single.tie is not None else ""
                yield _Written(start, end, single.pitch.midi, tie)


def _merge_ties(written: list[_Written]) -> list[VoiceNote]:
    """Tied notes as one. A tie that leads nowhere is ignored."""
    notes: list[VoiceNote] = []
    tied: dict[int, VoiceNote] = {}
    for begin, end, pitch, tie in written:
        held, note = tied.pop(pitch, None), VoiceNote(begin, end, pitch)
        if held is not None and held.end == begin and tie in ("continue", "stop"):
            note = note._replace(start=held.start)
        elif held is not None:
            notes.append(held)
        if tie in ("start", "continue"):
            tied[pitch] = note
        else:
            notes.append(note)
    return [*notes, *tied.values()]


def without_overlaps(notes: list[VoiceNote]) -> tuple[VoiceNote, ...]:
    """Sorted notes of which no two of a pitch overlap: unisons merged, the earlier one cut."""
    kept: dict[tuple[int, Fraction], VoiceNote] = {}
    for note in sorted(notes):
        kept[note.pitch, note.start] = note  # of a unison, the longest comes last
    by_pitch = [kept[key] for key in sorted(kept)]
    for i, (note, following) in enumerate(pairwise(by_pitch)):
        if note.pitch == following.pitch:
            by_pitch[i] = note._replace(end=min(note.end, following.start))
    return tuple(sorted(by_pitch))


def _tempos(part: list[Any], starts: list[Fraction]) -> tuple[tuple[Fraction, float], ...]:
    """The tempo marks with a number; the first of them holds from the beginning on."""
    from music21 import tempo

    found: dict[Fraction, float] = {}
    for measure, begin in zip(part, starts, strict=False):
        for mark in measure.flatten().getElementsByClass(tempo.MetronomeMark):
            bpm = mark.getQuarterBPM()
            if bpm:
                found.setdefault(begin + _exact(mark.offset) if found else Fraction(0), float(bpm))
    return tuple(sorted(found.items()))


def _exact(quarters: float | Fraction) -> Fraction:
    """Quarter notes as music21 counts them, floats of thirds and fifths among them."""
    return Fraction(quarters).limit_denominator(10080)
