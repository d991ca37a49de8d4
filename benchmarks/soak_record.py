"""What the DAW's side of a soak took down: what arrived, where the transport was, ports away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

#: Where the transport goes on with a smaller step it was the clock, not a jump.
STEP_S = 0.05


class Segment(NamedTuple):
    """From `begin` to `end` the transport rolled, from `song` on; seconds."""

    begin: float
    end: float
    song: float


@dataclass
class Record:
    """What was taken down."""

    messages: list[tuple[float, Sequence[int]]] = field(default_factory=list)
    #: Stretches without a jump or a stop.
    runs: list[list[Segment]] = field(default_factory=list)
    #: When the port was away.
    away: list[tuple[float, float]] = field(default_factory=list)
    #: When JACK was late.
    overruns: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(segment.end - segment.begin for run in self.runs for segment in run)


def read_record(path: Path) -> Record:
    """Read what the DAW's side wrote."""
    record, gone, rolled = Record(), float("-inf"), None
    lines: list[Any] = [json.loads(line) for line in path.read_text().splitlines()]
    for kind, at, *rest in sorted(lines, key=lambda line: line[1]):
        if kind == "midi":
            record.messages.append((at, rest[0]))
        elif kind == "overrun":
            record.overruns.append(at)
        elif kind == "gone":
            gone = at
        elif kind == "back":
            record.away.append((gone, at))
        else:
            if rolled is not None:
                _add_run(record.runs, Segment(rolled[0], at, rolled[1]))
            rolled = (at, rest[1]) if rest[0] else None
    return record


def _add_run(runs: list[list[Segment]], segment: Segment) -> None:
    last = runs[-1][-1] if runs else None
    if last is not None and last.end == segment.begin:
        expected = last.song + last.end - last.begin
        if abs(expected - segment.song) < STEP_S:
            runs[-1].append(segment)
            return
    runs.append([segment])
