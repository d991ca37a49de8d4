"""What encoding did: an account of every file, and the sums of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Protocol

from midigan.sets.summary import Summary

#: How many files of a kind a report names.
EXAMPLES = 9


class PlacedTrack(NamedTuple):
    """Where a source track went: `track` is a layout's track name, or None for left out.

    `channel` is 0..15, or None where it was not looked for; see `SourceTrack`.
    """

    name: str
    channel: int | None
    program: int
    drum: bool
    notes: int
    track: str | None
    why: str


@dataclass
class FileReport:
    """One file's part. A file that was not used has a `reason`.

    notes_read, notes_kept: notes in the file, and in its songs on the grid.
    off_grid, rounded_ends: how many notes begin, and end, between steps.
    left_out: notes without a place on the layout's tracks, drums among them.
    padded_bars: bars shorter than the layout's, which end in silence.
    pedal_held: notes lengthened because the sustain pedal holds them.
    meters: how many measures there are of each meter.
    beat_confidence, bar_confidence: how likely beats and bar lines are right, 0..1, where
        they were found in the notes; None where the file's own were used.
    """

    path: str
    reason: str | None = None
    warnings: list[str] = field(default_factory=list)
    songs: int = 0
    skipped_songs: int = 0
    notes_read: int = 0
    notes_kept: int = 0
    off_grid: int = 0
    rounded_ends: int = 0
    left_out: int = 0
    drums_left_out: int = 0
    padded_bars: int = 0
    pedal_held: int = 0
    meters: Counter[str] = field(default_factory=Counter)
    beat_confidence: float | None = None
    bar_confidence: float | None = None
    tracks: list[PlacedTrack] = field(default_factory=list)

    @property
    def used(self) -> bool:
        """Whether at least one song came out of the file."""
        return self.songs > 0

    @property
    def off_grid_share(self) -> float:
        """The share of notes, 0..1, that begin between steps."""
        return self.off_grid / self.notes_read if self.notes_read else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            **vars(self),
            "used": self.used,
            "tracks": [track._asdict() for track in self.tracks],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FileReport:
        """What `to_dict` gave."""
        known = {name: value for name, value in values.items() if name != "used"}
        known["tracks"] = [PlacedTrack(**track) for track in known["tracks"]]
        return cls(**{**known, "meters": Counter(known["meters"])})


#: Which numbers of a file are summed up.
_COUNTS = tuple(own.name for own in fields(FileReport) if own.type == "int")


class FileReports(Protocol):
    """Reports of files in order: a list, or a log on disk that looks like one."""

    def append(self, file: FileReport, /) -> None:
        """Take the next file."""

    def __iter__(self) -> Iterator[FileReport]:
        """The files in order."""

    def __len__(self) -> int:
        """How many there are."""


@dataclass
class EncodeReport:
    """What became of all files: sums, and a few examples, however many there are.

    layout_reason, meter_reason: why the layout, and the meter, was chosen, if it was.
    files: every file; those of a large run lie on disk, so look at them one by one.
    reasons: how many files were skipped for each reason, details after a colon left off.
    examples: the first few paths of each of those reasons.
    mended: the first few files with warnings; `mended_files` counts all of them.
    bar_confidences: how many files used got bar lines found with each confidence, in hundredths.
    summary: what the phrase set holds.
    """

    layout: str
    layout_reason: str | None = None
    meter_reason: str | None = None
    files: FileReports = field(default_factory=list[FileReport])
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    mended: list[FileReport] = field(default_factory=list)
    mended_files: int = 0
    used_files: int = 0
    bar_confidences: Counter[int] = field(default_factory=Counter)
    summary: Summary = field(default_factory=Summary)
    _sums: Counter[str] = field(default_factory=Counter)
    _files_with: Counter[str] = field(default_factory=Counter)

    def add(self, file: FileReport) -> None:
        """Take the next file."""
        self.files.append(file)
        self.count(file)

    def count(self, file: FileReport) -> None:
        """Count a file that is among `files` already."""
        if file.warnings:
            self.mended_files += 1
            if len(self.mended) < EXAMPLES:
                self.mended.append(file)
        if file.used:
            self.used_files += 1
            if file.bar_confidence is not None:
                self.bar_confidences[round(100 * file.bar_confidence)] += 1
            values = vars(file)
            for name in _COUNTS:
                if value := values[name]:
                    self._sums[name] += value
                    self._files_with[name] += 1
        else:
            reason = short_reason(file.reason or "")
            self.reasons[reason] += 1
            examples = self.examples.setdefault(reason, [])
            if len(examples) < EXAMPLES:
                examples.append(file.path)

    @property
    def used(self) -> list[FileReport]:
        """The files that gave songs: all of them in memory."""
        return [file for file in self.files if file.used]

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """Path and reason of each file that gave none."""
        return [(file.path, file.reason or "") for file in self.files if not file.used]

    @property
    def aligned_files(self) -> int:
        """How many of the used files got bar lines that were found in the notes."""
        return self.bar_confidences.total()

    @property
    def phrases(self) -> int:
        """How many phrases the set has."""
        return self.summary.phrases

    @property
    def keys(self) -> Counter[str]:
        """How many songs there are in each key."""
        return self.summary.keys

    @property
    def copies(self) -> int:
        """How many files were skipped as copies of others."""
        return sum(n for reason, n in self.reasons.items() if reason.startswith("the same "))

    @property
    def off_grid_share(self) -> float:
        """The share of notes of the used files, 0..1, that begin between steps."""
        return self.total("off_grid") / max(self.total("notes_read"), 1)

    def total(self, name: str) -> int:
        """The sum of a number over the used files."""
        return self._sums[name]

    def files_with(self, name: str) -> int:
        """In how many of the used files a number is over 0."""
        return self._files_with[name]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON, without the files."""
        return {
            "layout": self.layout,
            "layout_reason": self.layout_reason,
            "meter_reason": self.meter_reason,
            "found": len(self.files),
            "used": self.used_files,
            "skipped": len(self.files) - self.used_files,
            "copies": self.copies,
            "aligned": self.aligned_files,
            "songs": self.total("songs"),
            "notes_read": self.total("notes_read"),
            "notes_kept": self.total("notes_kept"),
            "off_grid_share": round(self.off_grid_share, 6),
            **self.summary.to_dict(),
            "reasons": dict(self.reasons.most_common()),
        }

    def json(self, **more: Any) -> Iterator[str]:
        """The report as JSON in pieces, `more` first and the files last, one a line."""
        yield json.dumps({**more, **self.to_dict()}, indent=2).removesuffix("\n}")
        yield ',\n  "files": ['
        for number, file in enumerate(self.files):
            yield ("," if number else "") + "\n    " + json.dumps(file.to_dict())
        yield "\n  ]\n}"


def short_reason(reason: str) -> str:
    """A reason without what is special about one file."""
    return reason.split(":", maxsplit=1)[0].split(";", maxsplit=1)[0]
