"""From a run to what is played and shipped: `generator.onnx`, `critic.onnx`, and their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from midigan.errors import FormatError
from midigan.generator import CRITIC, GENRE
from midigan.latents import Latents
from midigan.saving import whole_file
from midigan.training.exporting.describe import describe
from midigan.training.exporting.onnx_file import Converted, Inputs, convert
from midigan.training.exporting.onnx_metadata import add_directions
from midigan.training.networks.models import Tensors, build_networks, load_weights
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.noise import any_blends, any_noise, generator_of
from midigan.training.networks.voiced import VoicedGenerator
from midigan.training.runs.batches import Batches, prepare
from midigan.training.runs.checkpoint import load_tensors, save_tensors
from midigan.training.runs.finish import finish
from midigan.training.runs.run import Run

#: At most how many real phrases a generator is calibrated by.
MOST_PHRASES = 4096


@dataclass(frozen=True)
class Kept:
    """The weights of a run that are worth keeping: its best ones, or the last.

    values: plain facts of the checkpoint: steps, seconds, quality.
    """

    generator: Tensors
    critic: Tensors
    values: dict[str, Any]


@dataclass(frozen=True)
class Exported:
    """A written file, and how far at most it is from what PyTorch computes."""

    path: Path
    largest_difference: float


def kept_weights(run: Run) -> Kept:
    """The averaged generator and the critic of a run's best checkpoint, or of its last.

    Raises FormatError if the run has not been trained yet or a checkpoint is damaged.
    """
    path = run.best if run.best.exists() else run.last
    if not path.exists():
        raise FormatError(f"{run.folder} has no checkpoint yet: train it first")
    groups, values = load_tensors(path)
    try:
        return Kept(groups["average"], groups["critic"], values)
    except KeyError as error:
        raise FormatError(f"{path} is not a checkpoint of a run") from error


def finished_weights(run: Run) -> Kept:
    """The weights of a run worth keeping, calibrated and with a critic that knows them.

    What the recipe's `finish` asks for is done once: the folder keeps it. Raises FormatError if
    the run has not been trained yet or a checkpoint is damaged.
    """
    kept, recipe, genres = kept_weights(run), run.recipe, run.config.genres
    generator, critic = build_networks(recipe.networks, run.layout, run.config.seed, len(genres))
    wanted = replace(recipe.finish.after(kept.values.get("steps", 0)), phrases=0)
    asked = wanted.rounds or wanted.critic_steps
    if not asked or not isinstance(generator, MultiscaleGenerator | VoicedGenerator):
        return kept
    path = run.folder / "checkpoints" / "finished.safetensors"
    if path.exists():
        groups, values = load_tensors(path)
        if values == {**kept.values, **asdict(wanted)}:
            return Kept(groups["generator"], groups["critic"], kept.values)
    load_weights(generator, kept.generator, str(run.folder))
    load_weights(critic, kept.critic, str(run.folder))
    training, _ = prepare(run.phrases(), recipe.data, run.config.seed)
    batches = Batches(training, recipe.data, recipe.training.batch, run.config.seed, genres)
    first = (MOST_PHRASES, torch.device("cpu"))
    real, genre = batches.draw_first(*first), batches.first_labels(*first)
    finish(generator.eval(), critic, real, wanted, run.config.seed, genre)
    groups = {"generator": generator.state_dict(), "critic": critic.state_dict()}
    save_tensors(path, groups, {**kept.values, **asdict(wanted)})
    return Kept(groups["generator"], groups["critic"], kept.values)


def export_run(run: Run, path: Path, licence: str = "") -> tuple[Exported, Exported]:
    """Write the generator of a run to `path`, and its critic beside it.

    Both are checked against PyTorch before either is written; then directions for attributes
    are found, as the recipe's `finish` asks for, and added. Raises MidiganError if they
    differ or cannot be written, FormatError if the run cannot be read.
    """
    kept = finished_weights(run)
    generator, critic = convert_run(run, kept, licence)
    beside = path.with_name(CRITIC)
    critic.write(beside)
    generator.write(path)
    if phrases := run.recipe.finish.after(kept.values.get("steps", 0)).phrases:
        add_directions(path, path, phrases)
    return (
        Exported(path, generator.largest_difference),
        Exported(beside, critic.largest_difference),
    )


def convert_run(run: Run, kept: Kept, licence: str = "") -> tuple[Converted, Converted]:
    """The generator and the critic of a run as ONNX, neither written yet."""
    genres = len(run.config.genres)
    generator, critic = build_networks(run.recipe.networks, run.layout, run.config.seed, genres)
    load_weights(generator, kept.generator, str(run.folder))
    load_weights(critic, kept.critic, str(run.folder))
    metadata = describe(run, kept.values, licence).to_json()
    labels = (GENRE,) if genres else ()
    noise = any_noise(len(run.layout.tracks), genres)
    return (
        convert(generator, noise, (*Latents._fields, *labels), "phrase", metadata),
        convert(critic, _any_phrases(run), ("phrase", *labels), "score", metadata),
    )


def write_shipped(run: Run, folder: Path, licence: str) -> None:
    """Write what a shipped generator consists of: both `.onnx`, both weights, and the recipe.

    `midigan finetune` goes on from such a folder; its model card is written by people.
    """
    kept = finished_weights(run)
    export_run(run, folder / "generator.onnx", licence)
    values = {"layout": run.layout.to_dict(), "genres": run.config.genres, **kept.values}
    halves = (kept.generator, kept.critic)
    for name, weights in zip(("generator", "critic"), map(halved, halves), strict=True):
        save_tensors(folder / f"{name}.safetensors", {name: weights}, values)
    with whole_file(folder / "recipe.toml") as beside:
        beside.write_text(run.recipe.to_toml(), "utf-8")


def halved(tensors: Tensors) -> Tensors:
    """The tensors with floats in half precision, which is enough to go on training from."""
    return {n: t.half() if t.is_floating_point() else t for n, t in tensors.items()}


def _any_phrases(run: Run) -> Inputs:
    """Phrases for the critic that are and are not music, and any blends if it knows genres."""
    training, _ = prepare(run.phrases(), run.recipe.data, run.config.seed)

    def phrases(n: int) -> Sequence[Tensor]:
        real = Batches(training, run.recipe.data, n, 0).tensor(0, torch.device("cpu"))
        flipped = torch.rand(real.shape, generator=generator_of(1, n)) < 0.01
        blends = any_blends(n, len(run.config.genres))
        return (torch.where(flipped, -real, real), *blends)

    return phrases
