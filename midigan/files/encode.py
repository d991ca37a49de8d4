"""Encoding: from files to a PhraseSet, with an account of what happened to each file."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from midigan.errors import MidiganError, SourceError
from midigan.files.assign import Assigned, assign
from midigan.files.choose import find_layout
from midigan.files.duplicates import Duplicates
from midigan.files.grid import Gridded, end_before_padding, to_grid
from midigan.files.read import read_bytes, scores_in
from midigan.files.report import EncodeReport, FileReport, PlacedTrack
from midigan.files.score import Score
from midigan.files.sources import Source, find_sources, printable
from midigan.keys import Key
from midigan.layout import Layout
from midigan.phrase_set import PhraseSet
from midigan.song import Song

#: What happens to songs in other meters than the layout's: skipped, or padded with silence.
Meter = Literal["only", "pad"]

#: Called with how many files are done, and how many there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Rules:
    """What songs are put on, and which are left out; see `encode`."""

    layout: Layout
    meter: Meter = "pad"
    max_off_grid: float = 1.0

    def against(self, gridded: Gridded) -> str | None:
        """Why a song is left out; None if it is not."""
        bars = gridded.bars
        if self.meter == "only" and bars.fitting < 0.5:
            return f"meter {bars.main_meter} (--meter pad uses it)"
        share = gridded.off_grid / len(gridded.notes)
        if share > self.max_off_grid:
            return f"too far off the grid: {share:.0%} of its notes"
        return None


def encode(
    sources: Sequence[str | Path],
    layout: Layout,
    *,
    hop: int = 1,
    meter: Meter = "only",
    max_off_grid: float = 1.0,
    keep_duplicates: bool = False,
    progress: Progress | None = None,
) -> tuple[PhraseSet, EncodeReport]:
    """Encode files, folders and patterns on the tracks of a layout.

    hop: bars from one phrase to the next.
    meter: `only` uses songs of which at least half the measures fit the layout's bar, and
        pads the others with silence; `pad` uses every song.
    max_off_grid: the share of notes, 0..1, that may begin between steps; songs with more
        are left out, since the grid would change their rhythm.
    keep_duplicates: use files of the same bytes, or of the same notes, as an earlier one.
    progress: called after each file.
    A file that cannot be used is skipped, and the report says why. Raises MidiganError if
    there is nothing to encode, with the reasons.
    """
    files, problems = find_sources(sources)
    report = EncodeReport(layout.name)
    report.files += [FileReport(path, reason) for path, reason in problems]
    songs: list[Song] = []
    rules = _Rules(layout, meter, max_off_grid)
    met = None if keep_duplicates else Duplicates()
    for number, source in enumerate(files, 1):
        file = FileReport(printable(str(source.path)))
        report.files.append(file)
        songs += _songs(source, rules, met, file)
        if progress:
            progress(number, len(files))
    if not songs:
        raise MidiganError(_nothing(sources, report))
    phrases = PhraseSet.from_songs(songs, layout, hop)
    report.phrases = len(phrases)
    report.keys = Counter(str(Key.numbered(number)) for number in phrases.keys.tolist())
    return phrases, report


def open_phrases(
    source: str | Path,
    layout: Layout | None = None,
    *,
    hop: int = 1,
    progress: Progress | None = None,
) -> tuple[PhraseSet, EncodeReport | None]:
    """A phrase set from its `.npz` as it is, or one encoded from a file or folder of music.

    layout: None takes a phrase set's own, or chooses one for the music (see `choose`).
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


def explain(source: str | Path, layout: Layout) -> FileReport:
    """What encoding would do with one file, in any meter, its `tracks` with their channels.

    Raises MidiganError if the file cannot be used.
    """
    found, _ = find_sources([source])
    if len(found) != 1:
        raise MidiganError(f"{printable(str(source))} is {len(found)} files: name one to explain")
    file = FileReport(printable(str(found[0].path)))
    path = found[0].path
    try:
        for name, score in scores_in(read_bytes(path), path, found[0].split, channels=True):
            file.notes_read += len(score.notes)
            file.warnings += score.warnings
            file.songs += _song(score, name, _Rules(layout), file) is not None
    except SourceError as error:
        raise SourceError(f"{file.path}: {error}") from error
    if not file.songs:
        raise MidiganError(f"{file.path}: {file.reason}")
    return file


def is_phrase_set(path: Path) -> bool:
    """Whether an `.npz` is a phrase set, and not bare arrays of songs.

    A file that is missing or damaged counts as one, so that loading it says what is wrong.
    """
    try:
        with zipfile.ZipFile(path) as file:
            return "header.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return True


def _songs(source: Source, rules: _Rules, met: Duplicates | None, file: FileReport) -> list[Song]:
    """The songs of one file; what happened goes into its report."""
    songs = []
    name = ""
    try:
        data = read_bytes(source.path)
        if met and (reason := met.of_file(data, source.split, file.path)):
            file.reason = reason
            return []
        for name, score in scores_in(data, source.path, source.split):
            file.notes_read += len(score.notes)
            file.warnings += score.warnings
            song = _song(score, name or source.name, rules, file)
            if song is None:
                file.skipped_songs += 1
            else:
                songs.append(song)
    except SourceError as error:
        file.reason = str(error)
        return []
    # An array of songs stays as it is, however many of them are alike.
    if met and songs and not name and (reason := met.of_song(songs[0], file.path)):
        file.reason = reason
        return []
    file.songs = len(songs)
    return songs


def _song(score: Score, name: str, rules: _Rules, file: FileReport) -> Song | None:
    """A score on the grid and the tracks of a layout; None if it does not fit, with a reason."""
    layout = rules.layout
    gridded = to_grid(score, layout)
    bars = gridded.bars
    file.warnings += gridded.warnings
    file.meters += bars.measures
    if reason := rules.against(gridded):
        file.reason = reason
        return None
    assigned = assign(score.tracks, gridded, layout)
    if not len(assigned.notes):
        file.reason = "no track of it has a place in the layout"
        return None
    _account(file, gridded, assigned, layout)
    notes = end_before_padding(assigned.notes, bars, layout)
    bars = bars.up_to(int((notes["start"] + notes["length"]).max()), layout)
    tempos = gridded.tempos[gridded.tempos["start"] < len(bars.steps) * layout.steps]
    return Song(name, notes, bars.song_steps(), tempos, bars.meters, assigned.programs)


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
            place.source.channel,
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
