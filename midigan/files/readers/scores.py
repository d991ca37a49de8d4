"""Printed scores (MusicXML, ABC, Humdrum) as scores in ticks, by way of music21."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from midigan.errors import SourceError
from midigan.files.readers.percussion import give_drums_pitches
from midigan.files.readers.piece import Piece, read_piece
from midigan.files.readers.tune_book import Tune, tunes_of
from midigan.files.score import (
    TICK_METER,
    TICK_TEMPO,
    Score,
    SourceTrack,
    by_tick,
    tick_notes,
)

#: Ticks in a quarter note: sixty-fourth notes, triplets, quintuplets and septuplets are exact.
_PPQ = 10080
_VELOCITY = 80

#: The most that a compressed score may unpack to.
_MAX_UNPACKED = 64 * 2**20


def read_printed_scores(data: bytes, path: Path) -> Iterator[tuple[str, Score]]:
    """The scores in a file that music21 reads: each with its name, "" where it is the only one.

    data: the file's bytes. Notes are placed measure by measure; a pickup is filled up with
    silence before it; repeats are not expanded. Each tune of an ABC book is a score. Raises
    SourceError if music21 cannot read it, or it holds no notes.
    """
    tunes = tunes_of(data) if path.suffix.lower() == ".abc" else []
    if len(tunes) > 1:
        yield from _book(tunes, path.stem)
    elif tunes:
        yield "", _score_of(_parsed(tunes[0].text, path.name))
    else:
        yield "", _score_in_file(data, path)


def _book(tunes: Sequence[Tune], book: str) -> Iterator[tuple[str, Score]]:
    """The tunes that can be read; the last score before one that cannot says so."""
    ready: tuple[str, Score] | None = None
    problems: list[str] = []
    for tune in tunes:
        try:
            score = _score_of(_parsed(tune.text, f"tune {tune.name}"))
        except SourceError as error:
            problems.append(f"tune {tune.name} was left out: {error}")
            continue
        if ready:
            yield ready
        ready = f"{book}-{tune.name}", replace(score, warnings=(*problems, *score.warnings))
        problems = []
    if not ready:
        raise SourceError(f"none of its {len(tunes)} tunes can be read; {problems[0]}")
    name, score = ready
    yield name, replace(score, warnings=(*score.warnings, *problems))


def _score_in_file(data: bytes, path: Path) -> Score:
    xml = _unpacked(data) if path.suffix.lower() == ".mxl" else data
    pitched, drums = give_drums_pitches(xml)
    if not drums:
        return _score_of(_parsed(path, path.name))
    with TemporaryDirectory() as folder:
        again = Path(folder) / "score.musicxml"
        again.write_bytes(pitched)
        return _score_of(_parsed(again, path.name), drums)


def _parsed(source: Path | str, name: str) -> Piece:
    """A piece as music21 reads it; in its errors the name is left out, and their lines joined."""
    try:
        return read_piece(source, name)
    except SourceError as error:
        reason = " ".join(str(error).removeprefix(name).lstrip(": ").split())
        raise SourceError(reason[:200]) from error


def _score_of(piece: Piece, drums: Collection[str] = ()) -> Score:
    """A piece in ticks. drums: the ids of parts that are for drums, whatever their channel."""
    tracks = tuple(
        SourceTrack(part.name, part.program, part.percussion or part.id in drums)
        for part in piece.parts
    )
    rows = np.array(
        [
            (_tick(note.start), _tick(note.end), voice, note.pitch)
            for voice, notes in enumerate(piece.voices)
            for note in notes
            if 0 <= note.pitch <= 127
        ],
        np.int64,
    ).reshape(-1, 4)
    start, end, voice, pitch = rows.T
    return Score(
        _PPQ,
        tracks,
        tick_notes(start, end - start, voice, pitch, _VELOCITY),
        by_tick(np.array([(_tick(time), bpm) for time, bpm in piece.tempos], TICK_TEMPO)),
        by_tick(
            np.array(
                [
                    (_tick(meter.time), meter.numerator, meter.denominator)
                    for meter in piece.bars.meters
                ],
                TICK_METER,
            )
        ),
        piece.warnings,
    )


def _unpacked(data: bytes) -> bytes:
    """The XML of a compressed score: its first file that says nothing of the box itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            if sum(info.file_size for info in box.infolist()) > _MAX_UNPACKED:
                raise SourceError(f"it unpacks to more than {_MAX_UNPACKED >> 20} MB")
            scores = [name for name in box.namelist() if name.lower().endswith("xml")]
            return next((box.read(n) for n in scores if not n.startswith("META-INF/")), b"")
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError) as error:
        raise SourceError("not a compressed MusicXML file, or damaged") from error


def _tick(quarters: Fraction) -> int:
    """The nearest tick, halves up."""
    return int(quarters * _PPQ + Fraction(1, 2))
