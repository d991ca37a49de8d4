"""Printed scores (MusicXML, ABC, Humdrum) as scores in ticks, by way of music21."""

from __future__ import annotations

import io
import re
import zipfile
from fractions import Fraction
from html import unescape
from pathlib import Path

import numpy as np

from midigan.errors import SourceError
from midigan.files.piece import read_piece
from midigan.files.score import TICK_METER, TICK_TEMPO, Score, SourceTrack, tick_notes

#: Ticks in a quarter note: sixty-fourth notes, triplets, quintuplets and septuplets are exact.
_PPQ = 10080
_VELOCITY = 80

#: The most that a compressed score may unpack to.
_MAX_UNPACKED = 64 * 2**20

_TUNE = re.compile(rb"^X:", re.MULTILINE)
_PART = re.compile(rb"<score-part\s.*?<part-name[^>]*?(?:/>|>(.*?)</part-name>)", re.DOTALL)


def read_printed_score(data: bytes, path: Path) -> Score:
    """The score in a file that music21 reads, its notes placed measure by measure.

    data: the file's bytes. A pickup is filled up with silence before it; repeats are not
    expanded. Raises SourceError if music21 cannot read it, or it holds no notes.
    """
    tunes = len(_TUNE.findall(data)) if path.suffix.lower() == ".abc" else 1
    if tunes > 1:
        raise SourceError(f"a book of {tunes} tunes: put each in a file of its own")
    xml = _unpacked(data) if path.suffix.lower() == ".mxl" else data
    try:
        piece = read_piece(path, path.name)
    except SourceError as error:
        reason = " ".join(str(error).removeprefix(path.name).lstrip(": ").split())
        raise SourceError(reason[:200]) from error
    names = [unescape(name.decode("utf-8", "replace")).strip() for name in _PART.findall(xml)]
    if len(names) != len(piece.voices):
        names = [""] * len(piece.voices)
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
        tuple(SourceTrack(name) for name in names),
        tick_notes(start, end - start, voice, pitch, _VELOCITY),
        np.array([(_tick(time), bpm) for time, bpm in piece.tempos], TICK_TEMPO),
        np.array(
            [
                (_tick(meter.time), meter.numerator, meter.denominator)
                for meter in piece.bars.meters
            ],
            TICK_METER,
        ),
    )


def _unpacked(data: bytes) -> bytes:
    """The XML in a compressed score, all its files together."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            if sum(info.file_size for info in box.infolist()) > _MAX_UNPACKED:
                raise SourceError(f"it unpacks to more than {_MAX_UNPACKED >> 20} MB")
            return b"".join(box.read(name) for name in box.namelist() if name.endswith("xml"))
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError) as error:
        raise SourceError("not a compressed MusicXML file, or damaged") from error


def _tick(quarters: Fraction) -> int:
    """The nearest tick, halves up."""
    return int(quarters * _PPQ + Fraction(1, 2))
