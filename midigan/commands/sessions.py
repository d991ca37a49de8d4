"""What train and finetune share: options, the watched session, and what is said at its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import (
    console,
    duration,
    print_table,
    progress_bar,
    with_way_for_meters,
)
from midigan.commands.watching import asked_to_stop, shown
from midigan.commands.worth import warnings, worth_rows
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.layout import Layout
    from midigan.sets.phrase_set import PhraseSet
    from midigan.training.runs.processes import Group
    from midigan.training.runs.progress import Outcome, Progress
    from midigan.training.runs.run import Run
    from midigan.training.runs.session import Session
    from midigan.training.worth import Worth

run_option = click.option(
    "-o",
    "--output",
    "run_folder",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="The run folder to make; runs/NAME if not given.",
)
epochs_option = click.option(
    "--epochs", type=click.IntRange(1), help="Train for at most so many passes over the phrases."
)
minutes_option = click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help="Train for at most so many minutes.",
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="Where to train; auto takes a GPU if there is one.",
)
precision_option = click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "bfloat16"]),
    default="auto",
    show_default=True,
    help="What networks multiply in while they learn; auto is bfloat16 on GPUs that have it.",
)
threads_option = click.option(
    "--threads",
    type=click.IntRange(1),
    help="CPU threads to train with; PyTorch decides if not given.",
)
tensorboard_option = click.option(
    "--tensorboard", is_flag=True, help="Also log to RUN/tensorboard, for TensorBoard."
)


def open_source(source: str, layout: Layout | None, hint: str = "") -> PhraseSet:
    """Encode a folder, or load a phrase set, saying what was used and what was left out.

    hint: what to do if notes have no track in the layout.
    Raises MidiganError if there is nothing to train on.
    """
    from midigan.files.encoding.encode import open_phrases
    from midigan.files.opening.limits import usable_cores
    from midigan.files.placing.place_songs import UNPLACED

    with progress_bar() as bar:
        task = bar.add_task("encoding", total=None)
        try:
            phrases, report = open_phrases(
                source,
                layout,
                jobs=usable_cores(),
                mapped=True,
                progress=lambda done, all_: bar.update(task, completed=done, total=all_),
            )
        except MidiganError as error:
            if hint and UNPLACED in str(error):
                raise MidiganError(f"{error}; {hint}") from error
            raise MidiganError(_with_way(str(error))) from error
    if report is not None:
        where = console(stderr=True)
        where.print(
            f"{source}: {report.used_files} of {len(report.files)} files, {report.phrases} phrases"
            f" of layout {report.layout}"
        )
        for reason, count in report.reasons.most_common(3):
            where.print(f"  skipped {count}: {_with_way(reason)}", markup=False)
        left_out = report.total("left_out")
        if left_out:
            drums = report.total("drums_left_out")
            where.print(f"  notes without a track of this layout: {left_out} ({drums} of drums)")
            if hint:
                where.print(f"  {hint}", markup=False)
    if len(phrases) == 0:
        raise MidiganError(f"{source} holds no phrase to train on: every bar is silent")
    return phrases


def _with_way(line: str) -> str:
    """A line, and what takes the songs in another meter if it is about those."""
    return with_way_for_meters(line, "midigan encode --meter pad")


@contextmanager
def joined_processes() -> Iterator[Group]:
    """The processes that torchrun started, most often this one alone; only the first one speaks."""
    from midigan.training.runs.processes import joined

    with joined() as group:
        if group.leads:
            yield group
            return
        with Path(os.devnull).open("w", encoding="utf-8") as silence:
            try:
                with redirect_stdout(silence), redirect_stderr(silence):
                    yield group
            except MidiganError:
                sys.exit(1)


def train_run(
    run: Run,
    device_name: str,
    precision_name: str,
    threads: int | None,
    group: Group,
    *,
    tensorboard: bool = False,
) -> None:
    """Train a run as far as its plan or the user goes, export it, and say how to play it.

    Raises MidiganError if it is stopped before the first step.
    """
    from midigan.training.runs.devices import choose_device, choose_precision, use_threads
    from midigan.training.runs.session import Session

    use_threads(threads)
    device = choose_device(device_name)
    precision = choose_precision(precision_name, device)
    with asked_to_stop() as stopped, ExitStack() as watching:
        session = Session(run, device, group, precision)
        _announce(session)
        watchers = [watching.enter_context(shown())]
        if tensorboard and group.leads:
            from midigan.training.runs.board import board

            watchers.append(watching.enter_context(board(run.folder, session.trainer.steps)))

        def watch_all(now: Progress) -> None:
            for watch in watchers:
                watch(now)

        outcome = session.train(watch_all, stopped)
    if not group.leads:
        return
    if outcome.steps == 0:
        raise MidiganError(
            f"stopped before the first step: 'midigan train --resume {run.folder}' goes on"
        )
    _finish(run, outcome)


def _announce(session: Session) -> None:
    """Say on what and where it trains, and what is special about it."""
    from midigan.genres import songs_each

    batches, config = session.trainer.batches, session.run.config
    held = session.held_out_songs
    precision = str(session.trainer.precision).removeprefix("torch.")
    where = console(stderr=True)
    where.print(
        f"training on {batches.count} phrases of {_songs(config.songs - held)}"
        + (f", {held} more held out" if held else "")
        + f", on {session.device.type}"
        + (f" in {precision}" if precision != "float32" else "")
        + (f" in {session.group.size} processes" if session.group.size > 1 else "")
        + "; Ctrl-C saves and stops"
    )
    if config.genres:
        where.print(f"songs of each genre: {songs_each(session.songs)}", markup=False)
    if session.run.recipe.data.held_out and not held:
        where.print(
            f"{_songs(config.songs)}: too few to hold one out; the result is not measured and "
            "may copy, judge it by ear"
        )
    if batches.count < batches.batch:
        where.print(
            f"{batches.count} phrases are fewer than a batch of {batches.batch}: they repeat "
            "within each batch"
        )


def _worth(run: Run) -> Worth | None:
    from midigan.training.worth import measure_worth

    with console(stderr=True).status("measuring"):
        return measure_worth(run)


def _songs(count: int) -> str:
    return f"{count} song{'s' * (count != 1)}"


def _finish(run: Run, outcome: Outcome) -> None:
    """Export the run, then a table of what it gave and the line that plays it."""
    from midigan.training.exporting.export import export_run

    with console(stderr=True).status("exporting"):
        generator, critic = export_run(run, run.generator)
    worth = _worth(run) if run.config.base else None
    rows: list[tuple[str, object]] = [
        (
            "trained",
            f"{outcome.steps} steps, {outcome.epochs:.1f} epochs, {duration(outcome.seconds)}",
        ),
    ]
    if worth is not None and outcome.first_quality is not None:
        rows += worth_rows(worth, outcome.first_quality)
    elif outcome.quality is not None:
        rows.append(("like held-out songs", f"{outcome.quality:.2f} of 1"))
    rows += [
        ("generator", f"{generator.path} (differs by {generator.largest_difference:.0e})"),
        ("critic", f"{critic.path} (differs by {critic.largest_difference:.0e})"),
    ]
    print_table(("run", str(run.folder)), rows)
    if worth is not None and outcome.first_quality is not None:
        for line in warnings(worth, outcome.first_quality, run.config.base):
            click.echo(line)
    if outcome.reason == "stopped":
        click.echo(f"stopped by you; to go on:  midigan train --resume {run.folder}")
    elif outcome.reason == "patience":
        click.echo("stopped early: it did not come closer to the held-out songs any more")
    click.echo(f'to play it:  midigan live {run.folder} --port "..."')
