"""midigan train: a folder of MIDI or a phrase set to a run folder, from scratch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import layout_option, print_table, seed_option
from midigan.commands.sessions import (
    device_option,
    drawn_seed,
    epochs_option,
    minutes_option,
    open_source,
    run_option,
    threads_option,
    train_run,
)

if TYPE_CHECKING:
    from midigan.phrase_set import PhraseSet
    from midigan.training.recipe import Recipe


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
@click.option("--resume", is_flag=True, help="Go on with the run SOURCE (or the one named by -o).")
@device_option
@threads_option
@click.option("--dry-run", is_flag=True, help="Say what would be trained, and stop.")
def command(
    source: str | None,
    run_folder: Path | None,
    recipe_name: str | None,
    epochs: int | None,
    minutes: float | None,
    seed: int | None,
    layout_name: str | None,
    resume: bool,
    device: str,
    threads: int | None,
    dry_run: bool,
) -> None:
    """Train a generator on SOURCE: a folder of MIDI, files, or a phrase set.

    Training ends after --epochs or --minutes, whichever comes first, counted from the
    beginning of the run; Ctrl-C ends it earlier and keeps everything. To go on, type
    'midigan train --resume RUN'.
    """
    from midigan.training import require_libraries

    require_libraries()
    from midigan.layout import load_layout
    from midigan.training.recipe import DEFAULT_RECIPE, load_recipe
    from midigan.training.run import create_run, free_folder, open_run, refuse_used, with_limits

    if source is None and not (resume and run_folder):
        raise click.UsageError("name a folder of MIDI or a phrase set; with --resume, a run folder")
    if resume:
        if recipe_name or layout_name or seed is not None:
            raise click.UsageError("a resumed run keeps its recipe, its layout and its seed")
        run = open_run(run_folder or Path(source or "")).with_limits(epochs, minutes)
        train_run(run, device, threads)
        return
    assert source is not None
    folder = run_folder or free_folder(source)
    refuse_used(folder)
    recipe_name = recipe_name or DEFAULT_RECIPE
    recipe = with_limits(load_recipe(recipe_name), epochs, minutes)
    phrases = open_source(source, load_layout(layout_name) if layout_name else None)
    if dry_run:
        _tell(phrases, recipe, recipe_name, folder)
        return
    train_run(create_run(folder, recipe, phrases, drawn_seed(seed), source), device, threads)


def _tell(phrases: PhraseSet, recipe: Recipe, name: str, folder: Path) -> None:
    """Print what a run would be: data, networks, length."""
    from midigan.training.models import build_networks

    generator, critic = build_networks(recipe.networks, phrases.layout, 0)
    sizes = [sum(p.numel() for p in network.parameters()) for network in (generator, critic)]
    plan = recipe.training
    limits = [
        f"{plan.epochs} epochs" if plan.epochs else "",
        f"{plan.minutes:g} minutes" if plan.minutes else "",
    ]
    rows = [
        ("songs", len(phrases.names)),
        ("phrases", len(phrases)),
        ("layout", f"{phrases.layout.name} {phrases.layout.shape}"),
        ("recipe", f"{name} ({recipe.networks.family} networks, {recipe.loss.family} loss)"),
        ("generator", f"{sizes[0]:,} parameters"),
        ("critic", f"{sizes[1]:,} parameters"),
        ("batch", f"{plan.batch} phrases, {max(1, len(phrases) // plan.batch)} steps an epoch"),
        ("length", " or ".join(filter(None, limits))),
        ("run folder", folder),
    ]
    print_table(("would train", ""), rows)
