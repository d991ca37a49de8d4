"""One file of music: its songs on the grid and on the tracks of a layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from midigan.errors import MidiganError, SourceError
from midigan.files.assign import Assigned, assign
from midigan.files.duplicates import Duplicates
from midigan.files.grid import Gridded, end_before_padding, to_grid
from midigan.files.read import read_bytes, scores_in
from midigan.files.report import FileReport, PlacedTrack
from midigan.files.score import Score
from midigan.files.sources import Source, find_sources, printable
from midigan.layout import Layout
from midigan.song import Song

#: What happens to songs in other meters than the layout's: skipped, or padded with silence.
Meter = Literal["only", "pad"]


@dataclass(frozen=True)
class Rules:
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


def encode_file(
    source: Source, rules: Rules, met: Duplicates | None
) -> tuple[list[Song], FileReport]:
    """The songs of one file, and what happened to it.

    met: what the run has met so far; copies of it are left out. None keeps them.
    """
    file = FileReport(printable(str(source.path)))
    songs: list[Song] = []
    name = ""
    try:
        data = read_bytes(source.path)
        if met and (reason := met.of_file(data, source.split, file.path)):
            file.reason = reason
            return [], file
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
        return [], file
    # An array of songs stays as it is, however many of them are alike.
    if met and songs and not name and (reason := met.of_song(songs[0], file.path)):
        file.reason = reason
        return [], file
    file.songs = len(songs)
    return songs, file


def _song(score: Score, name: str, rules: Rules, file: FileReport) -> Song | None:
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
            file.songs += _song(score, name, Rules(layout), file) is not None
    except SourceError as error:
        raise SourceError(f"{file.path}: {error}") from error
    if not file.songs:
        raise MidiganError(f"{file.path}: {file.reason}")
    return file
