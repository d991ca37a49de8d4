"""midigan train: a folder of MIDI or a phrase set to a run folder, from scratch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from midigan.commands.common import drawn_seed, layout_option, seed_option
from midigan.commands.sessions import joined_processes, train_run
from midigan.commands.training_options import (
    device_option,
    epochs_option,
    minutes_option,
    precision_option,
    run_option,
    tensorboard_option,
    threads_option,
)
from midigan.commands.training_source import open_source

if TYPE_CHECKING:
    from midigan.sets.phrase_set import PhraseSet
    from midigan.training.recipes.recipe import Recipe


@click.command()
@click.argument("source", required=False)
@run_option
@click.option(
    "--recipe",
    "recipe_name",
    metavar="midigan|book|FILE.toml",
    help="How to train: ours (the default), the published MuseGAN, or a file of your own.",
)
@epochs_option
@minutes_option
@seed_option
@layout_option
@click.option(
    "--genres",
    is_flag=True,
    help="Learn the sub-folders of SOURCE as genres, which a player can choose and blend.",
)
@click.option("--resume", is_flag=True, help="Go on with the run SOURCE (or the one named by -o).")
@device_option
@precision_option
@threads_option
@tensorboard_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Say what would be trained and what it would take, and stop.",
)
def command(
    source: str | None,
    run_folder: Path | None,
    recipe_name: str | None,
    epochs: int | None,
    minutes: float | None,
    seed: int | None,
    layout_name: str | None,
    genres: bool,
    resume: bool,
    device: str,
    precision: str,
    threads: int | None,
    tensorboard: bool,
    dry_run: bool,
) -> None:
    """Train a generator on SOURCE: a folder of MIDI, files, or a phrase set.

    Training ends after --epochs or --minutes, whichever comes first, counted from the
    beginning of the run; Ctrl-C ends it earlier and keeps everything. To go on, type
    'midigan train --resume RUN'.

    Several processes share each batch if torchrun starts them:
    'torchrun --nproc-per-node 2 -m midigan train SOURCE'.
    """
    from midigan.training import require_libraries

    require_libraries()
    from midigan.training.recipes.recipe import DEFAULT_RECIPE
    from midigan.training.runs.run import create_run, open_run

    if tensorboard:
        from midigan.training.runs.board import require_tensorboard

        require_tensorboard()
    if source is None and not (resume and run_folder):
        raise click.UsageError("name a folder of MIDI or a phrase set; with --resume, a run folder")
    if resume and (recipe_name or layout_name or seed is not None or genres or dry_run):
        raise click.UsageError("a resumed run keeps its recipe, layout, genres and seed")
    folder = run_folder or Path(source or "")
    with joined_processes() as group:
        if group.leads and resume:
            open_run(folder).with_limits(epochs, minutes)
        elif group.leads:
            assert source is not None
            recipe = _recipe(recipe_name, genres, epochs, minutes)
            plan = _plan(source, run_folder, recipe, layout_name)
            folder = plan.folder
            if dry_run:
                from midigan.commands.dry_run import tell

                name = recipe_name or DEFAULT_RECIPE
                tell(plan.phrases, recipe, name, folder, device, precision, threads)
            else:
                create_run(folder, recipe, plan.phrases, drawn_seed(seed), source)
        if not dry_run:
            run = open_run(Path(group.follow_text(str(folder))))
            train_run(run, device, precision, threads, group, tensorboard=tensorboard)


class _Plan(NamedTuple):
    folder: Path
    phrases: PhraseSet


def _recipe(name: str | None, genres: bool, epochs: int | None, minutes: float | None) -> Recipe:
    """The recipe of that name, with what the options say."""
    from dataclasses import replace

    from midigan.training.recipes.recipe import DEFAULT_RECIPE, load_recipe
    from midigan.training.runs.run import with_limits

    recipe = with_limits(load_recipe(name or DEFAULT_RECIPE), epochs, minutes)
    return replace(recipe, data=replace(recipe.data, genres=genres or recipe.data.genres))


def _plan(source: str, run_folder: Path | None, recipe: Recipe, layout_name: str | None) -> _Plan:
    """Where a new run goes and what it is made of, each checked before the next takes time."""
    from midigan.layout import load_layout
    from midigan.training.runs.labels import genres_in
    from midigan.training.runs.run import free_folder, refuse_used

    folder = run_folder or free_folder(source)
    refuse_used(folder)
    phrases = open_source(source, load_layout(layout_name) if layout_name else None)
    genres_in(phrases, recipe.data)
    return _Plan(folder, phrases)
