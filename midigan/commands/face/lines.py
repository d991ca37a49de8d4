"""A live session as lines: for a terminal that can do no more, a file, or another program."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from midigan.commands.face.terminal import is_terminal

if TYPE_CHECKING:
    from midigan.live.processes.composer_messages import Loaded, Phrase, Told
    from midigan.live.processes.player_messages import Opened, Position, Report, Start


class Lines:
    """Calm lines on the terminal: one that stays in place while it plays, one at the end."""

    screen = ""

    def __init__(
        self, name: str, seed: int, leader: str, *, quiet: bool, moving: bool = True
    ) -> None:
        """`moving`: whether there may be a line that stays in place."""
        self._name, self._seed, self._leader, self._quiet = name, seed, leader, quiet
        self._in_place = moving and is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"
        self._bar_ticks = 1
        self._priority = ""
        self._last: Report | None = None

    def started(self, opened: Opened, start: Start, loaded: Loaded) -> None:
        """Say what plays where."""
        self._bar_ticks = loaded.bar_ticks
        self._priority = opened.priority
        if not self._quiet:
            ending = "Ctrl-C stops" if start.end_tick is None else f"{self._bars(start.end_tick)}"
            keys = ", ? lists keys" if is_terminal(sys.stdin) and self._in_place else ""
            alone = f"at {start.tempo_bpm:g} bpm"
            pace = f"in time with {self._leader}" if self._leader else alone
            click.echo(
                f"playing {self._name} to {opened.port} {pace}, seed {self._seed}, {ending}{keys}"
            )

    def composed(self, phrase: Phrase) -> None:
        """Nothing to say about that."""

    def at(self, position: Position) -> None:
        """What is played says as much."""

    def progress(self, report: Report) -> None:
        """Bring the line that stays in place up to date."""
        self._last = report
        if self._in_place and not self._quiet:
            bar = report.tick // self._bar_ticks + 1
            where = f"bar {bar}" if report.rolling else f"stopped at bar {bar}"
            click.echo(
                f"\r  {where}   {report.tempo_bpm:.5g} bpm   {report.notes} notes   "
                f"late {report.late_p99_ms:.2f} ms\x1b[K",
                nl=False,
            )

    def turned(self, told: Told) -> None:
        """Say what a control was turned to."""
        self.say(told.line)

    def say(self, line: str) -> None:
        """Say what happened, above the line that stays in place."""
        if not self._quiet:
            click.echo(f"\r  {line}\x1b[K" if self._in_place else f"  {line}")

    def ended(self) -> None:
        """Say what was played, and how well in time."""
        report = self._last
        if report is None or self._quiet:
            return
        if self._in_place:
            click.echo("\r\x1b[K", nl=False)
        click.echo(f"{report.notes} notes in {self._bars(report.played_ticks)}")
        if self._priority != "offline" and report.notes:
            click.echo(
                f"late at most {report.late_p50_ms:.3f} ms (p50), {report.late_p99_ms:.3f} ms "
                f"(p99), {report.late_max_ms:.3f} ms (all), {self._priority}"
            )

    def _bars(self, ticks: int) -> str:
        bars = -(-ticks // self._bar_ticks)
        return f"{bars} bar{'' if bars == 1 else 's'}"
