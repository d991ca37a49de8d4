"""midigan live: a generator plays into a DAW, phrase after phrase."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from midigan.commands.common import drawn_seed, seed_option
from midigan.commands.face.lines import Lines
from midigan.commands.face.terminal import is_terminal
from midigan.commands.hands import Hands, ReadyHands, hand_options
from midigan.commands.learning import learn_map
from midigan.commands.playing import (
    control_options,
    generator_argument,
    tempo_option,
    turns_of,
)
from midigan.commands.syncing import PACES, sync_of, sync_options
from midigan.errors import MidiganError, PortError
from midigan.shipped import name_of

if TYPE_CHECKING:
    from midigan.commands.face.view import View
    from midigan.live.sessions.wish import Wish


@click.command("live")
@generator_argument
@click.option(
    "--generator",
    "others",
    multiple=True,
    metavar="NAME",
    help="Another generator, for MIDI program changes: 1 is GENERATOR, 2 the first of these.",
)
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
@sync_options
@control_options
@click.option("--bars", type=click.IntRange(1), metavar="N", help="Stop after N bars.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.mid",
    help="Keep everything that was played.",
)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Log what is composed and played here, for 'midigan recall'; by default among the "
    "latest 50 sessions of yours.",
)
@click.option(
    "--clips",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("clips"),
    show_default=True,
    metavar="DIR",
    help="Folder for the bars that you keep while it plays.",
)
@hand_options
@seed_option
@click.option("--plain", is_flag=True, help="Print lines instead of showing a view.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing unless something is wrong.")
def command(
    generator: str | None,
    others: tuple[str, ...],
    port: str | None,
    virtual: str | None,
    backend: str | None,
    offline: bool,
    tempo: float | None,
    sync: str,
    clock_port: str | None,
    latency: float,
    send_clock: bool,
    clock_to: str | None,
    bars: int | None,
    record: Path | None,
    log: Path | None,
    clips: Path,
    osc: str | None,
    control_port: str | None,
    chords_port: str | None,
    chords_at_bar: bool,
    map_file: Path | None,
    learn: bool,
    seed: int | None,
    plain: bool,
    quiet: bool,
    **controls: Any,
) -> None:
    """Play GENERATOR into a DAW or synthesizer, without a gap, until Ctrl-C.

    GENERATOR is a .onnx file, a run folder, or a name that ships with midigan (chorales,
    quartets, band).
    Each of its tracks keeps its channel. 'midigan ports' lists the ports there are.

    \b
    midigan live --port "IAC Bus"           into a port that is there
    midigan live chorales --virtual         into a port of midigan's own
    midigan live --virtual --sync midi      in time with a DAW's MIDI clock
    midigan live --offline --bars 8 --record out.mid
    """  # noqa: D301 - click wants the backspace itself
    from midigan.live.records.kept import Kept
    from midigan.live.records.log_folder import new_log
    from midigan.live.sessions.wish import Wish
    from midigan.shipped import find_generator

    hands = Hands(osc, control_port, chords_port, chords_at_bar, map_file, learn)
    hands.check(offline=offline)
    if learn:
        learn_map(hands, backend)
        return
    _check_places(port, virtual, offline, bars, record)
    follow = sync_of(sync, clock_port, latency, send_clock, clock_to, offline=offline)
    _check_files(record, log)
    path = find_generator(generator)
    if not offline and port is None and virtual is None:
        _no_port_named(backend)
    kept = Kept(record, log or (None if offline else new_log()), clips)
    turns = turns_of(**controls)
    more = [find_generator(name) for name in others]
    wish = Wish(
        path, drawn_seed(seed), turns, tempo, bars, port, virtual, backend, kept, follow, more
    )
    if offline:
        _play_offline(wish, Lines(name_of(path), wish.seed, "", quiet=quiet))
    else:
        _play(wish, ReadyHands(hands, backend), plain=plain, quiet=quiet)
    if record is not None and not quiet:
        click.echo(f"recorded to {record}")


def _play_offline(wish: Wish, lines: Lines) -> None:
    from midigan.live.sessions.offline import play_offline

    try:
        play_offline(wish, lines)
    finally:
        lines.ended()


def _play(wish: Wish, ready: ReadyHands, *, plain: bool, quiet: bool) -> None:
    """Play with all hands on it."""
    from midigan.live.sessions.session import Session

    with Session(wish) as session:
        face = _face_of(wish, plain=plain, quiet=quiet)
        with ready.on(session.desk):
            try:
                session.run(face)
            finally:
                face.ended()


def _face_of(wish: Wish, *, plain: bool, quiet: bool) -> Lines | View:
    """A view where the terminal can show one, else lines."""
    from midigan.commands.face.scene import Scene
    from midigan.commands.face.view import View, can_be_drawn

    name, sync = name_of(wish.generator), wish.sync
    leader = PACES.get(sync.kind, "")
    drawn = not (plain or quiet) and can_be_drawn()
    lines = Lines(name, wish.seed, leader, quiet=quiet, moving=not drawn)
    if not drawn:
        return lines
    sends_clock = sync.send_clock or sync.clock_to is not None
    keys = is_terminal(sys.stdin)
    return View(Scene(name, wish.seed, leader=leader, sends_clock=sends_clock, keys=keys), lines)


def _check_places(
    port: str | None, virtual: str | None, offline: bool, bars: int | None, record: Path | None
) -> None:
    if [port is not None, virtual is not None, offline].count(True) > 1:
        raise click.UsageError("Choose one of --port, --virtual and --offline.")
    if offline and (bars is None or record is None):
        raise click.UsageError("--offline needs --bars N and --record FILE.mid.")


def _check_files(*files: Path | None) -> None:
    """Find out now, not after an hour of playing, that something cannot be kept."""
    for file in files:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            if not os.access(file.parent, os.W_OK):
                raise MidiganError(f"cannot write {file}: its folder may not be written to")


def _no_port_named(backend: str | None) -> None:
    from midigan.live.connections.port_names import list_ports, what_there_is

    raise PortError(
        "where to? Name a port with --port, create one with --virtual, or play to a file with "
        f"--offline. Of output ports {what_there_is(list_ports(backend))}"
    )
