"""What a live session is asked for, and whoever shows it to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from midigan.controls import Turn
from midigan.live.leading.sync import Sync
from midigan.live.processes.composer_messages import Load, Loaded, Phrase, Told
from midigan.live.processes.player_messages import Opened, Position, Report, Start
from midigan.live.records.kept import Kept


@dataclass(frozen=True)
class Wish:
    """What to play, and where to: one of `port` and `virtual`, unless it is offline."""

    generator: Path
    seed: int
    turns: Sequence[Turn] = ()
    tempo_bpm: float | None = None
    bars: int | None = None
    port: str | None = None
    virtual: str | None = None
    backend: str | None = None
    kept: Kept = field(default_factory=Kept)
    sync: Sync = field(default_factory=Sync)
    others: Sequence[Path] = ()

    def load(self) -> Load:
        """What the composer is to load."""
        others = [str(path) for path in self.others]
        # Where another leads, so many bars are played of wherever that goes.
        bars = self.bars if self.sync.kind == "internal" else None
        return Load(str(self.generator), self.seed, self.turns, others, bars)

    def begin(self, loaded: Loaded) -> Start:
        """The start of playing it with this generator."""
        end_tick = None if self.bars is None else self.bars * loaded.bar_ticks
        tempo_bpm = self.tempo_bpm or loaded.tempo_bpm
        return Start(tempo_bpm, loaded.phrase_ticks, end_tick, loaded.parts)


class Face(Protocol):
    """Whoever shows a session to people. No call may take long, or wait for a terminal.

    `screen` is the terminal that it draws on and must give back, "" for none.
    """

    screen: str

    def started(self, opened: Opened, start: Start, loaded: Loaded) -> None:
        """The port is open, the generator loaded, the first note about to sound."""

    def composed(self, phrase: Phrase) -> None:
        """A phrase is ready, for the first time or changed; called from any thread."""

    def at(self, position: Position) -> None:
        """The music is there; said a few times a second."""

    def progress(self, report: Report) -> None:
        """Something was played."""

    def turned(self, told: Told) -> None:
        """A control was turned, or could not be."""

    def say(self, line: str) -> None:
        """Something happened that people should know."""
