"""Files of music: their songs on the grid and on the tracks of a layout, and a report of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from midigan.errors import MidiganError, SourceError
from midigan.files.aligning.align import align_all
from midigan.files.aligning.barred import Barred, all_with_bars
from midigan.files.encoding.duplicates import Duplicates
from midigan.files.encoding.report import FileReport, PlacedTrack
from midigan.files.opening.limits import keep_freed_memory
from midigan.files.opening.read import (
    AS_WRITTEN,
    Reading,
    is_midi,
    read_bytes,
    scores_in,
    why_unread,
)
from midigan.files.opening.rules import Rules
from midigan.files.opening.sources import Source, find_sources, printable
from midigan.files.placing.place_songs import Placed, place_songs
from midigan.files.readers.midi import read_midis
from midigan.files.score import Score
from midigan.layout import Layout
from midigan.song import Song

#: How many files, and bytes of them, are worked on at a time: enough that a call costs little
#: a note, few enough that they take tens of megabytes.
_BLOCK_FILES, _BLOCK_BYTES = 256, 1 << 20


@dataclass(eq=False)
class _Opened:
    """A file that has been read.

    source: the file.
    data: its bytes, if it is a MIDI file that is still to be read.
    scores: the name and the score of each piece, or why the piece is left out.
    named: whether its pieces have names, as those of an array have.
    """

    source: Source
    report: FileReport
    met: Duplicates | None
    data: bytes | None = None
    scores: list[tuple[str, Barred | str]] = field(default_factory=list)
    named: bool = False


def encode_files(
    sources: Iterable[Source], rules: Rules, met: Duplicates | None
) -> Iterator[tuple[list[Song], FileReport]]:
    """The songs of each file, and what happened to it.

    met: what the run has met so far; copies of it are left out. None keeps them.
    """
    return encode_each(((source, met) for source in sources), rules)


def encode_each(
    sources: Iterable[tuple[Source, Duplicates | None]], rules: Rules
) -> Iterator[tuple[list[Song], FileReport]]:
    """Like `encode_files`, with what was met before for each file apart."""
    keep_freed_memory()
    for block in _blocks(_open(source, rules, met) for source, met in sources):
        _read_midis(block, rules)
        scores = [
            (name, score)
            for file in block
            for name, score in file.scores
            if isinstance(score, Barred)
        ]
        placed = iter(place_songs(scores, rules))
        for file in block:
            found = [s if isinstance(s, str) else next(placed) for _, s in file.scores]
            yield _close(file, found, rules.layout), file.report


def _blocks(files: Iterable[_Opened]) -> Iterator[list[_Opened]]:
    """The files in blocks of a good size."""
    block: list[_Opened] = []
    size = 0
    for file in files:
        block.append(file)
        size += len(file.data or b"")
        if len(block) == _BLOCK_FILES or size >= _BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def _open(source: Source, rules: Rules, met: Duplicates | None) -> _Opened:
    """A file's bytes, or of one that is no MIDI file the scores; reports what cannot be read."""
    report = FileReport(printable(source.path))
    file = _Opened(source, report, met)
    try:
        data = read_bytes(source.path)
        if met and (reason := met.of_file(data, source.split, report.path)):
            report.reason = reason
        elif is_midi(source.path):
            file.data = data
        else:
            for name, score in scores_in(data, source.path, source.split, rules.reading):
                file.named = bool(name)
                (barred,) = all_with_bars([score], rules.layout)
                _take(file, name or source.name, score, barred, rules)
    except SourceError as error:
        report.reason = str(error)
    return file


def _read_midis(block: Sequence[_Opened], rules: Rules) -> None:
    """Read the MIDI files of a block all at once, which is much faster, and lay their bars."""
    files = [(file, file.data) for file in block if file.data is not None]
    reading = rules.reading
    data = [data for _, data in files]
    found = read_midis(data, channels=reading.channels, pedal=reading.pedal)
    scores = [score for score in found if isinstance(score, Score)]
    if reading.align == "auto":
        scores = align_all(scores)
    ready = zip(scores, all_with_bars(scores, rules.layout), strict=True)
    for (file, _), one in zip(files, found, strict=True):
        file.data = None
        if isinstance(one, SourceError):
            file.report.reason = why_unread(one, file.source.path)
        else:
            _take(file, file.source.name, *next(ready), rules)


def _take(
    file: _Opened, name: str, score: Score, barred: Barred | SourceError, rules: Rules
) -> None:
    """Take a score of a file and what its bars are."""
    report = file.report
    report.notes_read += len(score.notes)
    report.pedal_held += score.pedal_held
    report.warnings += score.warnings
    if isinstance(barred, SourceError):
        report.reason = str(barred)
        return
    report.warnings += barred.warnings
    report.meters.update(barred.bars.measures)
    file.scores.append((name, rules.against_bars(barred.bars) or barred))


def _close(file: _Opened, found: list[Placed | str], layout: Layout) -> list[Song]:
    """The songs of a file, of which the report tells the rest."""
    report, error = file.report, file.report.reason
    songs = []
    for piece in found:
        if isinstance(piece, str):
            report.reason = piece
            report.skipped_songs += 1
        else:
            _account(report, piece, layout)
            songs.append(piece.song)
    report.reason = error or report.reason
    # An array of songs stays as it is, however many of them are alike.
    if not error and file.met and songs and not file.named:
        report.reason = error = file.met.of_song(songs[0], report.path)
    report.songs = 0 if error else len(songs)
    return [] if error else songs


def _account(report: FileReport, placed: Placed, layout: Layout) -> None:
    assigned = placed.assigned
    report.notes_kept += len(placed.song.notes)
    report.off_grid += placed.off_grid
    report.rounded_ends += placed.rounded_ends
    if placed.heard:
        report.beat_confidence = round(placed.heard.beat_confidence, 4)
        report.bar_confidence = round(placed.heard.bar_confidence, 4)
    report.left_out += assigned.left_out
    report.drums_left_out += assigned.drums_left_out
    report.padded_bars += placed.padded_bars
    report.tracks += [
        PlacedTrack(
            printable(source.name),
            source.channel,
            source.program,
            source.drum,
            notes,
            None if track is None else layout.tracks[track].name,
            why,
        )
        for source, notes, track, why in assigned.placements
    ]


def explain(source: str | Path, layout: Layout, reading: Reading = AS_WRITTEN) -> FileReport:
    """What encoding would do with one file, in any meter, its `tracks` with their channels.

    Raises MidiganError if the file cannot be used.
    """
    found, _ = find_sources([source])
    if len(found) != 1:
        raise MidiganError(f"{printable(str(source))} is {len(found)} files: name one to explain")
    rules = Rules(layout, reading=replace(reading, channels=True))
    ((_, report),) = encode_files(found, rules, None)
    if not report.used:
        raise SourceError(f"{report.path}: {report.reason}")
    return report
