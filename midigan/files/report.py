"""What encoding did: an account of every file, and the sums of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PlacedTrack:
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
    meters: how many measures there are of each meter.
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
    meters: Counter[str] = field(default_factory=Counter)
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
        return {**vars(self), "used": self.used, "tracks": [vars(track) for track in self.tracks]}


@dataclass
class EncodeReport:
    """What became of all files.

    layout_reason: why the layout was chosen, if it was.
    keys: how many songs there are in each key.
    """

    layout: str
    layout_reason: str | None = None
    files: list[FileReport] = field(default_factory=list)
    phrases: int = 0
    keys: Counter[str] = field(default_factory=Counter)

    @property
    def used(self) -> list[FileReport]:
        """The files that gave songs."""
        return [file for file in self.files if file.used]

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """Path and reason of each file that gave none."""
        return [(file.path, file.reason or "") for file in self.files if not file.used]

    @property
    def reasons(self) -> Counter[str]:
        """How many files were skipped for each reason, details after a colon left off."""
        return Counter(reason.split(":")[0].split(";")[0] for _, reason in self.skipped)

    @property
    def off_grid_share(self) -> float:
        """The share of notes of the used files, 0..1, that begin between steps."""
        return self.total("off_grid") / max(self.total("notes_read"), 1)

    def total(self, name: str) -> int:
        """The sum of a number over the used files."""
        return sum(getattr(file, name) for file in self.used)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "layout": self.layout,
            "layout_reason": self.layout_reason,
            "found": len(self.files),
            "used": len(self.used),
            "skipped": len(self.files) - len(self.used),
            "songs": self.total("songs"),
            "phrases": self.phrases,
            "keys": dict(self.keys.most_common()),
            "notes_read": self.total("notes_read"),
            "notes_kept": self.total("notes_kept"),
            "off_grid_share": round(self.off_grid_share, 6),
            "reasons": dict(self.reasons.most_common()),
            "files": [file.to_dict() for file in self.files],
        }
