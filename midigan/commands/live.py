"""midigan live: a generator plays into a DAW, phrase after phrase."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import seed_option
from midigan.commands.playing import (
    drawn_seed,
    generator_argument,
    key_option,
    name_of,
    tempo_option,
)
from midigan.errors import MidiganError, PortError

if TYPE_CHECKING:
    from midigan.live.session import Wish
    from midigan.live.wire import Opened, Report, Start


@click.command("live")
@generator_argument
@click.option("--port", metavar="NAME", help="Play to this port: its name, or words of it.")
@click.option(
    "--virtual",
    metavar="[NAME]",
    is_flag=False,
    flag_value="midigan",
    help="Create a port for the DAW to connect to, called midigan unless you name it.",
)
@click.option(
    "--backend",
    type=click.Choice(["alsa", "jack", "coremidi", "winmm"]),
    help="Look for ports here only.",
)
@click.option("--offline", is_flag=True, help="Play to --record at once: no port, no waiting.")
@tempo_option
@key_option
@click.option("--bars", type=click.IntRange(1), metavar="N", help="Stop after N bars.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.mid",
    help="Keep everything that was played.",
)
@seed_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing unless something is wrong.")
def command(
    generator: str | None,
    port: str | None,
    virtual: str | None,
    backend: str | None,
    offline: bool,
    tempo: float | None,
    key: str | None,
    bars: int | None,
    record: Path | None,
    seed: int | None,
    quiet: bool,
) -> None:
    """Play GENERATOR into a DAW or synthesizer, without a gap, until Ctrl-C.

    GENERATOR is a .onnx file, a run folder, or a name that ships with midigan (chorales).
    Each of its tracks keeps its channel. 'midigan ports' lists the ports there are.

    \b
    midigan live --port "IAC Bus"           into a port that is there
    midigan live chorales --virtual         into a port of midigan's own
    midigan live --offline --bars 8 --record out.mid
    """  # noqa: D301 - click wants the backspace itself
    from midigan.live.session import Wish
    from midigan.shipped import find_generator

    _check_places(port, virtual, offline, bars, record)
    path = find_generator(generator)
    if not offline and port is None and virtual is None:
        _no_port_named(backend)
    wish = Wish(path, drawn_seed(seed), key, tempo, bars, port, virtual, backend, record)
    _play(wish, Lines(name_of(path), wish.seed, quiet=quiet), offline=offline)
    if record is not None and not quiet:
        click.echo(f"recorded to {record}")


def _play(wish: Wish, lines: Lines, *, offline: bool) -> None:
    from midigan.live.offline import play_offline
    from midigan.live.session import Session

    try:
        if offline:
            play_offline(wish, lines)
        else:
            Session(wish, lines).run()
    finally:
        lines.ended()


class Lines:
    """Calm lines on the terminal: one that stays in place while it plays, one at the end."""

    def __init__(self, name: str, seed: int, *, quiet: bool) -> None:
        self._name, self._seed, self._quiet = name, seed, quiet
        self._in_place = sys.stdout.isatty()
        self._bar_ticks = 1
        self._tempo_bpm = 0.0
        self._priority = ""
        self._last: Report | None = None

    def started(self, opened: Opened, start: Start, bar_ticks: int) -> None:
        """Say what plays where."""
        self._bar_ticks, self._tempo_bpm = bar_ticks, start.tempo_bpm
        self._priority = opened.priority
        if not self._quiet:
            ending = "Ctrl-C stops" if start.end_tick is None else f"{self._bars(start.end_tick)}"
            click.echo(
                f"playing {self._name} to {opened.port} at {start.tempo_bpm:g} bpm, "
                f"seed {self._seed}, {ending}"
            )

    def progress(self, report: Report) -> None:
        """Bring the line that stays in place up to date."""
        self._last = report
        if self._in_place and not self._quiet:
            bar = report.tick // self._bar_ticks + 1
            click.echo(
                f"\r  bar {bar}   {self._tempo_bpm:g} bpm   {report.notes} notes   "
                f"late {report.late_p99_ms:.2f} ms\x1b[K",
                nl=False,
            )

    def ended(self) -> None:
        """Say what was played, and how well in time."""
        report = self._last
        if report is None or self._quiet:
            return
        if self._in_place:
            click.echo("\r\x1b[K", nl=False)
        line = f"{report.notes} notes in {self._bars(report.tick)}"
        if self._priority != "offline" and report.notes:
            line += (
                f", late at most {report.late_p50_ms:.3f} ms (p50), {report.late_p99_ms:.3f} ms "
                f"(p99), {report.late_max_ms:.3f} ms (all), {self._priority}"
            )
        click.echo(line)

    def _bars(self, ticks: int) -> str:
        bars = -(-ticks // self._bar_ticks)
        return f"{bars} bar{'' if bars == 1 else 's'}"


def _check_places(
    port: str | None, virtual: str | None, offline: bool, bars: int | None, record: Path | None
) -> None:
    if [port is not None, virtual is not None, offline].count(True) > 1:
        raise click.UsageError("Choose one of --port, --virtual and --offline.")
    if offline and (bars is None or record is None):
        raise click.UsageError("--offline needs --bars N and --record FILE.mid.")
    if record is not None:
        # Find out now, not after an hour of playing, that it cannot be kept.
        record.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(record.parent, os.W_OK):
            raise MidiganError(f"cannot write {record}: its folder may not be written to")


def _no_port_named(backend: str | None) -> None:
    from midigan.live.ports import list_ports, what_there_is

    raise PortError(
        "where to? Name a port with --port, create one with --virtual, or play to a file with "
        f"--offline. Of output ports {what_there_is(list_ports(backend))}"
    )
