"""midigan finetune: a folder to a run folder, going on from a trained generator and critic."""

from __future__ import annotations

from pathlib import Path

import click

from midigan.commands.common import console, seed_option
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

#: Fewer songs than this teach little, however long one trains.
FEW_SONGS = 3


@click.command()
@click.argument("source", metavar="FOLDER")
@run_option
@click.option(
    "--base",
    "base_name",
    metavar="GENERATOR|RUN",
    help="What to go on from: a run folder or a shipped generator, which is also the default.",
)
@epochs_option
@minutes_option
@seed_option
@device_option
@threads_option
def command(
    source: str,
    run_folder: Path | None,
    base_name: str | None,
    epochs: int | None,
    minutes: float | None,
    seed: int | None,
    device: str,
    threads: int | None,
) -> None:
    """Teach a trained generator the style of FOLDER, in ten minutes unless told otherwise.

    FOLDER is a folder of MIDI, files, or a phrase set of the base's layout. Some songs are held
    out to measure by; what came closest to them is kept, and training ends when it comes no closer.
    """
    from midigan.training import require_libraries

    require_libraries()
    from midigan.training.finetune import begin, load_base
    from midigan.training.run import free_folder, refuse_used

    folder = run_folder or free_folder(source)
    refuse_used(folder)
    base = load_base(base_name)
    phrases = open_source(source, base.layout)
    songs = len(phrases.names)
    if songs < FEW_SONGS:
        console(stderr=True).print(
            f"{songs} song{'s' if songs > 1 else ''} is too little to learn a style from; "
            f"give at least {FEW_SONGS}, better 20. Going on all the same."
        )
    run = begin(folder, base, phrases, drawn_seed(seed), source, epochs=epochs, minutes=minutes)
    train_run(run, device, threads)
