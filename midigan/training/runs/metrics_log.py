"""The course of a run as a table: `metrics.csv`, which spreadsheets and pandas read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midigan.errors import MidiganError
from midigan.saving import whole_file

_COLUMNS = (
    "step",
    "epoch",
    "seconds",
    "critic_loss",
    "generator_loss",
    "penalty",
    "rate",
    "quality",
)


@dataclass(frozen=True)
class MetricsLog:
    """A table that is appended to, row by row; the names of its columns stand first."""

    path: Path

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row. Raises MidiganError if it cannot be written."""
        try:
            fresh = not self.path.exists()
            with self.path.open("a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, _COLUMNS)
                if fresh:
                    writer.writeheader()
                writer.writerow(row)
        except OSError as error:
            raise MidiganError(f"cannot write {self.path}: {error.strerror}") from error

    def forget_after(self, step: int) -> None:
        """Drop the rows after `step`, which a killed run had not saved."""
        if not self.path.exists():
            return
        with self.path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if int(row["step"] or 0) <= step]
        with (
            whole_file(self.path) as beside,
            beside.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.DictWriter(file, _COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
