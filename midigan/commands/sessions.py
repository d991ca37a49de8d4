"""The watched session of train and finetune: what is said before it, while it lasts, and after."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import console, duration, print_table
from midigan.commands.watching import asked_to_stop, shown
from midigan.commands.worth import warnings, worth_rows
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.training.runs.processes import Group
    from midigan.training.runs.progress import Outcome, Progress
    from midigan.training.runs.run import Run
    from midigan.training.runs.session import Session
    from midigan.training.worth import Worth


@contextmanager
def joined_processes() -> Iterator[Group]:
    """The processes that torchrun started, most often this one alone; only the first one speaks.

    The others end with the block.
    """
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
    # A thread of PyTorch that still lets go of a tensor must not meet a Python that is being taken
    # down: that ends in "terminate called" (pytorch/pytorch#190489). Nothing is left to be done.
    os._exit(0)


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
    from midigan.training.runs.labels import may_be_genres

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
    elif may_be_genres(session.songs):
        where.print(
            f"sub-folders are not told apart ({songs_each(session.songs)}): begin with --genres "
            "to choose and blend them when you play",
            markup=False,
        )
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
