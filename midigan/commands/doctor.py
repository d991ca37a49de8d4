"""midigan doctor: what this system can play, how well, and what would make it better."""

from __future__ import annotations

import json
import platform
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from midigan import __version__
from midigan.commands.common import console
from midigan.commands.playing import tempo_option
from midigan.shipped import name_of

if TYPE_CHECKING:
    from midigan.live.composing.composing_time import ComposingTime
    from midigan.live.doctor.checkup import Checkup, Daw
    from midigan.live.doctor.remedies import Remedy

#: A terminal as small as any: the last row is the prompt's.
_COLUMNS, _ROWS = 80, 23
#: Columns of the labels at the left.
_LABELS = 11
_SYNC = {"internal": "its own", "midi": "MIDI clock", "link": "Ableton Link", "jack": "JACK"}


@click.command("doctor")
@click.option(
    "--generator",
    metavar="GENERATOR",
    help="Measure with this generator: a .onnx file, a run folder, or a name that ships.",
)
@tempo_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    context: click.Context, generator: str | None, tempo: float | None, as_json: bool
) -> None:
    """Look at ports, timing and generator, and say what to improve on this system.

    It measures for some seconds how punctually the system wakes midigan up, ordinarily and
    with the priority that it grants, and how long a phrase takes. Exit status 0 says that
    'midigan live' can play.
    """
    from midigan.live.doctor.checkup import examine
    from midigan.live.doctor.remedies import remedies
    from midigan.shipped import find_generator

    path = find_generator(generator)
    with console(stderr=True).status("measuring"):
        found = examine(path, name_of(path), tempo, _daws())
    todo = remedies(found)
    if as_json:
        click.echo(json.dumps(as_plain(found, todo), indent=2))
    else:
        click.echo("\n".join(screen(found, todo)))
    if not found.can_play:
        missing = "no port" if found.composing is not None else "no generator that works"
        click.echo(f"midigan: nothing can be played here: there is {missing}", err=True)
        context.exit(1)


def as_plain(found: Checkup, todo: Sequence[Remedy]) -> dict[str, Any]:
    """The same as plain values: named tuples as objects."""
    plain = asdict(found)
    for name in ("backends", "wakeups", "daws"):
        plain[name] = [value._asdict() for value in getattr(found, name)]
    plain["composing"] = found.composing and found.composing._asdict()
    own = {"midigan": __version__, "can_play": found.can_play, "sync": found.sync}
    return {**own, **plain, "remedies": [remedy._asdict() for remedy in todo]}


def screen(found: Checkup, todo: Sequence[Remedy]) -> list[str]:
    """All of it in a screen of 80 columns and 24 rows, the prompt's included."""
    lines = [
        f"midigan {__version__}, Python {platform.python_version()}, {platform.system()}"
        f" {platform.release()}"[:_COLUMNS],
        "",
    ]
    for label, text in _facts(found):
        lines.append(_cut(f"{label:{_LABELS}}{text}"))
    room = _ROWS - len(lines) - 3
    told: list[str] = []
    left = 0
    for remedy in todo:
        own = _remedy_lines(remedy)
        if left or len(told) + len(own) > room - 1:
            left += 1
        else:
            told += own
    if left:
        told.append(f"- and {left} more: midigan doctor --json")
    if told:
        lines += ["", "to improve", *told]
    play = "midigan live --virtual" if found.virtual else 'midigan live --port "..."'
    return [*lines, f"ready: {play}"] if found.can_play else lines


def _facts(found: Checkup) -> Iterator[tuple[str, str]]:
    label = "MIDI"
    for backend in found.backends:
        ports = f"{len(backend.outputs)} outputs, {len(backend.inputs)} inputs"
        ports += ", virtual ports" if backend.virtual else ", no virtual ports"
        yield label, f"{backend.name:9} {backend.trouble.partition(' (')[0] or ports}"
        label = ""
    if found.ports:
        yield "play to", ", ".join(found.ports)
    sync = (f"{_SYNC[kind]}{f' ({lack})' if lack else ''}" for kind, lack in found.sync.items())
    yield "sync", ", ".join(sync)
    label = "wake-ups"
    for late in found.wakeups:
        times = f"late {late.p50_ms:.3f} ms (p50), {late.p99_ms:.3f} (p99), {late.max_ms:.3f} (all)"
        yield label, f"{late.priority:15} {times}"
        label = ""
    if found.platform == "linux":
        granted = any(late.priority == "real-time" for late in found.wakeups)
        refused = f"refused (rtprio limit {'none' if found.rtprio is None else found.rtprio})"
        yield "real-time", "granted" if granted else refused
    if found.composing is not None:
        yield from _composing(found.composing)
    daws = (f"{daw.title} (plug-in {daw.state})" for daw in found.daws if daw.found)
    yield "DAWs", ", ".join(daws) or "none that midigan has a plug-in for"
    for trouble in found.troubles:
        yield "trouble", trouble


def _composing(measured: ComposingTime) -> Iterator[tuple[str, str]]:
    yield (
        "generator",
        f"{measured.generator}: first phrase after {measured.load_s:.2f} s, then "
        f"{measured.p50_ms:.1f} ms (p50), {measured.p99_ms:.1f} (p99)",
    )
    sounds = f"a phrase sounds {measured.phrase_s:.1f} s at {measured.tempo_bpm:g} bpm"
    if measured.affordable is not None:
        sounds += f"; candidates {measured.candidates}, affordable {measured.affordable}"
    yield "", sounds


def _remedy_lines(remedy: Remedy) -> list[str]:
    """What and why, wrapped; the command on a line of its own, whole, so that it can be copied."""
    text = f"- {remedy.what}: {remedy.why}"
    lines = textwrap.wrap(text, _COLUMNS, subsequent_indent="  ", break_long_words=False)
    return [*lines, f"    {remedy.command}"] if remedy.command else lines


def _cut(line: str) -> str:
    return line if len(line) <= _COLUMNS else f"{line[: _COLUMNS - 1]}…"


def _daws() -> list[Daw]:
    from midigan.daws.installing import state_of
    from midigan.daws.plugin import shipped_plugins
    from midigan.live.doctor.checkup import Daw

    found = []
    for plugin in shipped_plugins():
        folders = plugin.daw_folders()
        state = state_of(plugin, folders[-1]) if folders else "not installed"
        there = bool(folders) or plugin.program() is not None
        found.append(Daw(plugin.title, plugin.name, there, state))
    return found
