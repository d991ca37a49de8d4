"""Encoding: from files to a PhraseSet, with an account of what happened to each file."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from midigan.errors import MidiganError, SourceError
from midigan.files.assign import Assigned, assign, is_four_part
from midigan.files.grid import Gridded, end_before_padding, to_grid
from midigan.files.read import read_scores
from midigan.files.report import EncodeReport, FileReport, PlacedTrack
from midigan.files.score import Score
from midigan.files.sources import Source, find_sources, printable
from midigan.layout import Layout, load_layout
from midigan.phrase_set import PhraseSet
from midigan.song import Song

#: What happens to songs in other meters than the layout's: skipped, or padded with silence.
Meter = Literal["only", "pad"]

#: Called with how many files are done, and how many there are.
Progress = Callable[[int, int], None]

#: How many files are looked at to choose a layout.
_LOOKED_AT = 50


def encode(
    sources: Sequence[str | Path],
    layout: Layout,
    *,
    hop: int = 1,
    meter: Meter = "only",
    progress: Progress | None = None,
) -> tuple[PhraseSet, EncodeReport]:
    """Encode files, folders and patterns on the tracks of a layout.

    hop: bars from one phrase to the next.
    meter: `only` uses songs of which at least half the measures fit the layout's bar, and
        pads the others with silence; `pad` uses every song.
    progress: called after each file.
    A file that cannot be used is skipped, and the report says why. Raises MidiganError if
    there is nothing to encode, with the reasons.
    """
    files, problems = find_sources(sources)
    report = EncodeReport(layout.name)
    report.files += [FileReport(path, reason) for path, reason in problems]
    songs: list[Song] = []
    for number, source in enumerate(files, 1):
        file = FileReport(printable(str(source.path)))
        report.files.append(file)
        songs += _songs(source, layout, meter, file)
        if progress:
            progress(number, len(files))
    if not songs:
        raise MidiganError(_nothing(sources, report))
    phrases = PhraseSet.from_songs(songs, layout, hop)
    report.phrases = len(phrases)
    return phrases, report


def open_phrases(
    source: str | Path,
    layout: Layout | None = None,
    *,
    hop: int = 1,
    progress: Progress | None = None,
) -> tuple[PhraseSet, EncodeReport | None]:
    """A phrase set from its `.npz` as it is, or one encoded from a file or folder of music.

    layout: None takes a phrase set's own, or chooses one for the music (`choose_layout`).
    Returns the set, and the report if anything was encoded. Raises MidiganError if the set
    has another layout than the given one, or nothing can be encoded.
    """
    path = Path(source)
    if path.suffix.lower() == ".npz" and is_phrase_set(path):
        phrases = PhraseSet.load(path)
        if layout is not None and phrases.layout != layout:
            raise MidiganError(
                f"{path} has layout {phrases.layout.name} {phrases.layout.shape} from pitch "
                f"{phrases.layout.lowest_pitch}, not {layout.name} {layout.shape} from pitch "
                f"{layout.lowest_pitch}: encode its sources again with that layout"
            )
        return phrases, None
    reason = None
    if layout is None:
        layout, reason = find_layout([source])
    phrases, report = encode([source], layout, hop=hop, progress=progress)
    report.layout_reason = reason
    return phrases, report


def is_phrase_set(path: Path) -> bool:
    """Whether an `.npz` is a phrase set, and not bare arrays of songs.

    A file that is missing or damaged counts as one, so that loading it says what is wrong.
    """
    try:
        with zipfile.ZipFile(path) as file:
            return "header.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return True


def find_layout(sources: Sequence[str | Path]) -> tuple[Layout, str]:
    """The layout that suits the sources, judged by a few of their files, and the reason."""
    files, _ = find_sources(sources)
    chosen = files[:: -(-len(files) // _LOOKED_AT)] if files else []
    return choose_layout(score for source in chosen for score in _first_scores(source))


def choose_layout(scores: Iterator[Score]) -> tuple[Layout, str]:
    """`satb` for music in four parts without drums, else `band`; and the reason in words."""
    satb, band = load_layout("satb"), load_layout("band")
    total = drums = four_part = 0
    for score in scores:
        sounding = np.unique(score.notes["source"]).tolist()
        total += 1
        if any(score.tracks[i].drum for i in sounding):
            drums += 1
        else:
            four_part += _in_four_parts(score, satb)
    if 2 * four_part >= max(total, 1):
        return satb, f"{four_part} of {total} pieces looked at are in four parts"
    if 2 * drums > total:
        return band, f"{drums} of {total} pieces looked at have drums"
    return band, f"{four_part} of {total} pieces looked at are in four parts"


def _in_four_parts(score: Score, satb: Layout) -> bool:
    try:
        return is_four_part(score.tracks, to_grid(score, satb), satb)
    except SourceError:
        return False


def _first_scores(source: Source) -> list[Score]:
    """The first pieces of a file; none if it cannot be read."""
    try:
        pieces = islice(read_scores(source.path, source.split), _LOOKED_AT)
        return [score for _, score in pieces]
    except SourceError:
        return []


def _songs(source: Source, layout: Layout, meter: Meter, file: FileReport) -> list[Song]:
    """The songs of one file; what happened goes into its report."""
    songs = []
    try:
        for name, score in read_scores(source.path, source.split):
            file.notes_read += len(score.notes)
            file.warnings += score.warnings
            song = _song(score, name or source.name, layout, meter, file)
            if song is None:
                file.skipped_songs += 1
            else:
                songs.append(song)
    except SourceError as error:
        file.reason = str(error)
        return []
    file.songs = len(songs)
    return songs


def _song(score: Score, name: str, layout: Layout, meter: Meter, file: FileReport) -> Song | None:
    """A score on the grid and the tracks of a layout; None if it does not fit, with a reason."""
    gridded = to_grid(score, layout)
    bars = gridded.bars
    file.warnings += gridded.warnings
    file.meters += bars.measures
    if meter == "only" and bars.fitting < 0.5:
        beats = f"{layout.beats_per_bar:g}/4"
        file.reason = (
            f"meter {bars.main_meter}: only bars of {beats} are used; --meter pad takes it"
        )
        return None
    assigned = assign(score.tracks, gridded, layout)
    if not len(assigned.notes):
        file.reason = "no track of it has a place in the layout"
        return None
    _account(file, gridded, assigned, layout)
    notes = end_before_padding(assigned.notes, bars, layout)
    bars = bars.up_to(int((notes["start"] + notes["length"]).max()), layout)
    tempos = gridded.tempos[gridded.tempos["start"] < len(bars.steps) * layout.steps]
    return Song(name, notes, bars.steps.astype(np.uint16), tempos, bars.meters, assigned.programs)


def _account(file: FileReport, gridded: Gridded, assigned: Assigned, layout: Layout) -> None:
    file.notes_kept += len(assigned.notes)
    file.off_grid += gridded.off_grid
    file.rounded_ends += gridded.rounded_ends
    file.left_out += assigned.left_out
    file.drums_left_out += assigned.drums_left_out
    file.padded_bars += int(np.sum(gridded.bars.steps < layout.steps))
    file.tracks += [
        PlacedTrack(
            printable(place.source.name),
            place.source.program,
            place.source.drum,
            place.notes,
            None if place.track is None else layout.tracks[place.track].name,
            place.why,
        )
        for place in assigned.placements
    ]


def _nothing(sources: Sequence[str | Path], report: EncodeReport) -> str:
    """Why nothing was encoded, in one line."""
    named = ", ".join(printable(str(source)) for source in sources[:3])
    if not report.files:
        return f"no MIDI files in {named}"
    if len(report.files) == 1:
        return f"nothing to encode: {report.files[0].path}: {report.files[0].reason}"
    reasons = Counter(reason for _, reason in report.skipped).most_common(3)
    listed = ", ".join(f"{reason} ({count}x)" for reason, count in reasons)
    return f"nothing to encode in {len(report.files)} files from {named}: {listed}"
