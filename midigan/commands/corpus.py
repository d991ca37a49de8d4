"""midigan corpus: real music that ships with music21, as MIDI files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import console, print_table, progress_bar
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.files.writers.corpus import CorpusReport


@click.command()
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the MIDI files go; a folder called NAME if not given.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes that read scores; one a processor core if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="The list, or what was written, as JSON.")
def command(name: str | None, output: Path | None, jobs: int | None, as_json: bool) -> None:
    """List the corpora that come with music21, or write one as MIDI files.

    Each file has one track a voice and the score's meters. A pickup ends a full first bar,
    ties are merged, grace notes and fermatas left out, and repeats are not played twice.
    """
    if name is None:
        _list(as_json)
        return
    from midigan.files.writers.corpora import find_corpus
    from midigan.files.writers.corpus import write_corpus

    corpus = find_corpus(name)
    folder = output or Path(name)
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task(f"Reading {corpus.name}", total=None)
        report = write_corpus(
            name,
            folder,
            jobs=jobs or os.cpu_count() or 1,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for piece, reason in report.failed:
        click.echo(f"midigan: skipped {piece}: {reason}", err=True)
    if not report.written:
        raise MidiganError(f"no piece of {name} could be read, nothing was written to {folder}")
    if as_json:
        _print_report(report)
        return
    count = len(report.written)
    click.echo(f"{folder}: {count} piece{'s' * (count != 1)} as MIDI files{_left_out(report)}")
    click.echo(f"Terms of the encodings: {corpus.terms}.")


def _list(as_json: bool) -> None:
    from dataclasses import asdict

    from midigan.files.writers.corpora import CORPORA

    if as_json:
        shown = ("name", "what", "pieces", "voices", "source", "terms")
        rows = [{key: asdict(corpus)[key] for key in shown} for corpus in CORPORA.values()]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    print_table(
        ("corpus", "pieces#", "what"),
        [(corpus.name, corpus.pieces, corpus.what) for corpus in CORPORA.values()],
    )
    for corpus in CORPORA.values():
        console().print(f"[bold]{corpus.name}[/]: {corpus.source}. Terms: {corpus.terms}.\n")
    click.echo(
        "music21's license.txt: distributed by permission of the encoders; some may not\n"
        "be used commercially. Write one as MIDI files: midigan corpus chorales -o chorales"
    )


def _left_out(report: CorpusReport) -> str:
    """What was not written, in a few words; the skipped ones are named before."""
    words = ""
    if report.duplicates:
        some = ", ".join(f"{piece} is {same}" for piece, same in report.duplicates[:3])
        more = ", ..." if len(report.duplicates) > 3 else ""
        words += f"; left out as duplicates: {len(report.duplicates)} ({some}{more})"
    if report.failed:
        words += f"; skipped: {len(report.failed)}"
    return words


def _print_report(report: CorpusReport) -> None:
    answer = {
        "written": [str(path) for path in report.written],
        "duplicates": dict(report.duplicates),
        "failed": dict(report.failed),
    }
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
