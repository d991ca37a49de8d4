"""midigan finetune: a folder to a run folder, going on from a trained generator and critic."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from midigan.commands.common import console, drawn_seed, seed_option
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
from midigan.errors import MidiganError

#: Fewer songs than this teach little, however long one trains.
FEW_SONGS = 3


@click.command()
@click.argument("source", metavar="FOLDER")
@run_option
@click.option(
    "--base",
    "base_name",
    metavar="GENERATOR|RUN",
    help="What to go on from: a run folder or a shipped generator; by default the shipped one "
    "for such music.",
)
@epochs_option
@minutes_option
@seed_option
@click.option(
    "--genres",
    is_flag=True,
    help="Learn the sub-folders of FOLDER as genres; a base with genres always does.",
)
@click.option(
    "--genre",
    metavar="NAME",
    help="All songs are of this genre, which the base knows or learns beside its own.",
)
@device_option
@precision_option
@threads_option
@tensorboard_option
def command(
    source: str,
    run_folder: Path | None,
    base_name: str | None,
    epochs: int | None,
    minutes: float | None,
    seed: int | None,
    genres: bool,
    genre: str | None,
    device: str,
    precision: str,
    threads: int | None,
    tensorboard: bool,
) -> None:
    """Teach a trained generator the style of FOLDER, in ten minutes unless told otherwise.

    FOLDER is a folder of MIDI, files, or a phrase set of the base's layout. Some songs are held
    out to measure by; what came closest to them is kept, and training ends when it comes no closer.
    """
    from midigan.training import require_libraries

    require_libraries()
    from midigan.files.opening.limits import usable_cores
    from midigan.training.bases import choose_base, load_base
    from midigan.training.finetune import begin
    from midigan.training.runs.labels import all_of_genre
    from midigan.training.runs.run import free_folder, open_run, refuse_used

    if tensorboard:
        from midigan.training.runs.board import require_tensorboard

        require_tensorboard()
    with joined_processes() as group:
        folder = run_folder or free_folder(source)
        if group.leads:
            refuse_used(folder)
            if base_name is None:
                base, reason = choose_base(source, usable_cores())
            else:
                base, reason = load_base(base_name), ""
            if genre is not None and not base.genres:
                raise MidiganError(
                    f"{base.name} has no genres: sort the songs into sub-folders, for --genres"
                )
            phrases = open_source(
                source,
                base.layout,
                fixed=True,
                hint="--base NAME goes on from one for other tracks",
            )
            if reason:
                console(stderr=True).print(
                    f"going on from {base.name}: {reason} (--base chooses)", markup=False
                )
            if genre is not None:
                phrases = all_of_genre(phrases, genre, base.genres)
            _say_if_few(len(phrases.names))
            seed = drawn_seed(seed)
            plan = partial(begin, epochs=epochs, minutes=minutes, genres=genres)
            plan(folder, base, phrases, seed, source)
        run = open_run(Path(group.follow_text(str(folder))))
        train_run(run, device, precision, threads, group, tensorboard=tensorboard)


def _say_if_few(songs: int) -> None:
    if songs < FEW_SONGS:
        console(stderr=True).print(
            f"{songs} song{'s are' if songs > 1 else ' is'} too little to learn a style from; "
            f"give at least {FEW_SONGS}, better 20. Going on all the same."
        )
