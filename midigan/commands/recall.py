"""midigan recall: bars that were played live, back as MIDI."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from midigan.commands.common import print_facts, print_table
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.live.records.log import Logged

_BARS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


@click.command("recall")
@click.argument("log", required=False, type=click.Path(path_type=Path))
@click.option("--bars", metavar="17-24", help="Which bars, counted from 1 as they were played.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.mid",
    help="Write these bars.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(log: Path | None, bars: str | None, output: Path | None, as_json: bool) -> None:
    """Give back bars that 'midigan live' played, exactly as they were heard.

    LOG is what 'live --log' wrote, by default the log of the latest session. Bars count
    from 1 in the order of playing: where a DAW looped, each time round counts. Without
    --bars, list what the log holds, and where in the song it was played.
    """
    from midigan.live.records.log import read_log
    from midigan.live.records.log_folder import latest_log

    if (bars is None) != (output is None):
        raise click.UsageError("Choose bars and where they go: --bars 17-24 -o clip.mid.")
    path = log or latest_log()
    logged = read_log(path)
    if bars is None or output is None:
        facts = _facts(path, logged)
        click.echo(json.dumps(facts, indent=2)) if as_json else _show(facts)
        return
    first, last = _parse(bars)
    if last > logged.take.bars:
        raise MidiganError(f"bars {bars}: {path} holds {_bars_held(logged.take.bars)}")
    tempo_bpm = logged.tempo_at((first - 1) * logged.take.bar_ticks)
    notes = logged.take.write(output, first - 1, last - first + 1, tempo_bpm)
    if as_json:
        click.echo(json.dumps({"file": str(output), "bars": [first, last], "notes": notes}))
    else:
        click.echo(f"{output}: bars {first} to {last}, {notes} notes at {tempo_bpm:g} bpm")


def _parse(text: str) -> tuple[int, int]:
    """First and last bar, from 1, of `17-24` or `17`."""
    match = _BARS.fullmatch(text.strip())
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise MidiganError(f"bars {text!r}: write a first and a last one, such as 17-24")
    return first, last


def _bars_held(bars: int) -> str:
    return "no bars" if bars == 0 else "1 bar" if bars == 1 else f"bars 1 to {bars}"


def _facts(path: Path, logged: Logged) -> dict[str, Any]:
    """What a log holds, as plain values; bars count from 1."""
    head, bar_ticks = logged.head, logged.take.bar_ticks
    return {
        "log": str(path),
        "generator": head["generator"],
        "sha256": head["sha256"],
        "seed": head["seed"],
        "tempo_bpm": head["tempo_bpm"],
        "bars": logged.take.bars,
        "phrases": logged.phrases,
        "stretches": [
            {"bars": [first, last], "song_bars": [song, song + last - first]}
            for first, last, song in _stretches(logged)
        ],
        "turns": [{"bar": tick // bar_ticks + 1, "turn": line} for tick, line in logged.turns],
    }


def _stretches(logged: Logged) -> list[tuple[int, int, int]]:
    """Runs of bars that were played in the song's order: first, last, the first in the song."""
    bar_ticks = logged.take.bar_ticks
    runs: list[tuple[int, int, int]] = []
    for tick, song, _ in logged.places:
        bar, song_bar = max(tick - 1, 0) // bar_ticks + 1, max(song - 1, 0) // bar_ticks + 1
        if runs and song_bar - bar == runs[-1][2] - runs[-1][0]:
            runs[-1] = runs[-1][0], bar, runs[-1][2]
        else:
            first = runs[-1][1] + 1 if runs else 1
            if first <= bar:
                runs.append((first, bar, song_bar - (bar - first)))
    return runs


def _show(facts: dict[str, Any]) -> None:
    print_facts(
        [
            ("log", facts["log"]),
            ("generator", f"{facts['generator']} (sha256 {facts['sha256'][:12]})"),
            ("seed", facts["seed"]),
            ("tempo", f"{facts['tempo_bpm']:g} bpm"),
            ("holds", _bars_held(facts["bars"])),
        ]
    )
    places = [
        ("{}-{}".format(*run["bars"]), "{}-{}".format(*run["song_bars"]))
        for run in facts["stretches"]
    ]
    if len(places) > 1:
        print_table(("bars", "in the song"), places)
    if facts["turns"]:
        print_table(("bar#", "turned"), [(turn["bar"], turn["turn"]) for turn in facts["turns"]])
