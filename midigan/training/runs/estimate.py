"""What a run would take, told by a step or two of it: time and memory; nothing is written."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import torch

from midigan.sets.phrase_set import PhraseSet
from midigan.training.networks.models import build_networks
from midigan.training.recipes.recipe import Recipe
from midigan.training.runs.batches import Batches, prepare
from midigan.training.runs.labels import genres_in
from midigan.training.runs.trainer import Trainer

#: A step that is shorter than this is timed a second time, since the first one warms up.
QUICK_SECONDS = 2.0


@dataclass(frozen=True)
class Estimate:
    """What a run of a recipe on some phrases would be.

    songs, phrases: trained on; held_out_songs: kept to measure by; parameters: of generator
    and critic. steps, seconds: of the whole plan; step_seconds: of one step, on average.
    memory: peak of this process in bytes, or of the GPU's memory; None where it is not known.
    """

    songs: int
    phrases: int
    held_out_songs: int
    parameters: tuple[int, int]
    epoch_steps: int
    steps: int
    step_seconds: float
    memory: int | None

    @property
    def seconds(self) -> float:
        """Of the whole plan, without measuring and saving."""
        return self.steps * self.step_seconds


def estimate(
    recipe: Recipe,
    phrases: PhraseSet,
    device: torch.device,
    precision: torch.dtype = torch.float32,
) -> Estimate:
    """Build what a run would, and take its first step without and with the critic.

    Raises what a session would for phrases or sizes that cannot be trained.
    """
    training, held_out = prepare(phrases, recipe.data, 0)
    genres = genres_in(phrases, recipe.data)
    batches = Batches(training, recipe.data, recipe.training.batch, 0, genres)
    networks = build_networks(recipe.networks, phrases.layout, 0, len(genres))
    trainer = Trainer(recipe, *networks, batches, 0, device, precision=precision)
    alone = recipe.loss.adversarial_from
    parts = [share * _timed(trainer, at) for share, at in ((alone, 0.0), (1 - alone, 1.0)) if share]
    step_seconds = sum(parts)
    return Estimate(
        songs=len(training.names),
        phrases=len(training),
        held_out_songs=0 if held_out is None else len(held_out.names),
        parameters=(_size(networks[0]), _size(networks[1])),
        epoch_steps=batches.epoch_steps,
        steps=_planned(recipe, batches.epoch_steps, step_seconds),
        step_seconds=step_seconds,
        memory=_peak_memory(device),
    )


def _timed(trainer: Trainer, fraction: float) -> float:
    seconds = QUICK_SECONDS
    for _ in range(2):
        begin = time.perf_counter()
        trainer.step(fraction)
        trainer.losses()  # waits for the device
        seconds = time.perf_counter() - begin
        if seconds >= QUICK_SECONDS:
            break
    return seconds


def _planned(recipe: Recipe, epoch_steps: int, step_seconds: float) -> int:
    """Steps until the first of the plan's limits."""
    limits = []
    if recipe.training.epochs:
        limits.append(recipe.training.epochs * epoch_steps)
    if recipe.training.minutes:
        limits.append(max(1, round(recipe.training.minutes * 60 / step_seconds)))
    return min(limits)


def _size(network: torch.nn.Module) -> int:
    return sum(weights.numel() for weights in network.parameters())


def _peak_memory(device: torch.device) -> int | None:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # other systems count in KiB
