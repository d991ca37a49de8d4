"""The options that train and finetune share."""

from __future__ import annotations

from pathlib import Path

import click

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
