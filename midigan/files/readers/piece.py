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
from itertools import zip_longest
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from midigan.errors import SourceError
from midigan.files.readers.barlines import Bars, Measure, lay_out_bars
from midigan.files.readers.voice import VoiceNote, Written, merge_ties, without_overlaps

#: As music21 counts channels, from 0.
_DRUM_CHANNEL = 9


class Part(NamedTuple):
    """What a score says of one of its parts; the staves of a piano are parts of the same `id`.

    name: "" where it has none. program: MIDI program 0..127, 0 where the score names none.
    percussion: whether it is on the channel of drums.
    """

    id: str
    name: str
    program: int
    percussion: bool


@dataclass(frozen=True)
class Piece:
    """A score without its engraving: voices from the highest part down.

    voices: notes sorted by (start, pitch), times counted from the first full bar.
    parts: what is said of each voice.
    tempos: (time in quarter notes, quarter notes a minute); empty where the score has none.
    warnings: which notes were left out, a short phrase each.
    """

    name: str
    voices: tuple[tuple[VoiceNote, ...], ...]
    parts: tuple[Part, ...]
    bars: Bars
    tempos: tuple[tuple[Fraction, float], ...]
    warnings: tuple[str, ...] = ()


def read_piece(source: Path | str, name: str) -> Piece:
    """Parse a score with music21. Ties are merged, grace notes left out, repeats not expanded.

    source: a file, or the text of one tune in ABC. Raises SourceError if music21 cannot read
    it or it holds no notes.
    """
    return _piece(name, *_parse(source, name))


def read_movements(source: Path, name: str, starts: Sequence[int]) -> list[Piece]:
    """The movements of a score, called NAME-movement1 and so on.

    starts: the number of each one's first measure in the file, from 0. Raises SourceError as
    `read_piece` does, and if a movement would be empty.
    """
    parts, measures = _parse(source, name)
    return [
        _piece(f"{name}-movement{number}", parts, [part[first:stop] for part in measures])
        for number, (first, stop) in enumerate(zip_longest(starts, starts[1:]), 1)
    ]


def _parse(source: Path | str, name: str) -> tuple[list[Part], list[list[Any]]]:
    """The parts, and the measures of each."""
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
            parts = list(score.parts)
            return [_part(part) for part in parts], [_measures_of(part) for part in parts]
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


def _part(part: Any) -> Part:
    played = part.getInstrument(returnDefault=False)
    name = part.partName or ""
    if played is None:
        return Part(part.id, name, 0, percussion=False)
    percussion = played.midiChannel == _DRUM_CHANNEL
    return Part(played.partId or part.id, name, played.midiProgram or 0, percussion)


def _piece(name: str, parts: list[Part], measures_of: list[list[Any]]) -> Piece:
    measures = _measures(measures_of)
    bars = lay_out_bars(measures)
    starts = [bars.silence]
    for measure in measures:
        starts.append(starts[-1] + measure.length)
    lost: Counter[str] = Counter()
    voices = tuple(_voice(part, starts, lost) for part in measures_of)
    warnings = tuple(f"notes {which} were left out ({count}x)" for which, count in lost.items())
    if not any(voices):
        raise SourceError("; ".join([f"{name} holds no notes", *warnings]))
    tempos = _tempos(measures_of[0] if measures_of else [], starts)
    return Piece(name, voices, tuple(parts), bars, tempos, warnings)


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


def _voice(part: list[Any], starts: list[Fraction], lost: Counter[str]) -> tuple[VoiceNote, ...]:
    """A part's notes, placed by the starts of the measures; those left out are counted."""
    written = [
        note
        for measure, begin, stop in zip(part, starts, starts[1:], strict=False)
        for note in _written(measure, begin, stop, lost)
    ]
    return without_overlaps(merge_ties(sorted(written)))


def _written(
    measure: Any, begin: Fraction, stop: Fraction, lost: Counter[str]
) -> Iterator[Written]:
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
                yield Written(start, end, single.pitch.midi, tie)


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
