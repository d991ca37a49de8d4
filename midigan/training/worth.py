"""What a run's generator is worth: how like held-out songs it is, and whether it copies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from midigan.evaluation.copying import Nearness, compare_nearness
from midigan.evaluation.neighbours import find_nearest, in_blocks
from midigan.sets.phrase_set import PhraseSet
from midigan.training.exporting.export import finished_weights
from midigan.training.networks.models import build_networks, load_weights
from midigan.training.runs.batches import prepare
from midigan.training.runs.quality import HeldOut, sample
from midigan.training.runs.run import Run

#: How many generated and held-out phrases are looked for in how many that were learned from.
LOOKED_FOR, KNOWN = 128, 1024


@dataclass(frozen=True)
class Worth:
    """A generator beside the songs of its run.

    steps: after which its weights were kept, 0 for those that it began with.
    quality: how like the held-out songs its phrases are, 0..1; ceiling: how like them those are
    that it learned from. nearness: its phrases' to the learned ones, beside held-out phrases'.
    """

    steps: int
    quality: float
    ceiling: float
    nearness: Nearness


def measure_worth(run: Run) -> Worth | None:
    """Measure a run's generator as it is exported; None if the run holds no songs out."""
    training, held_out = prepare(run.phrases(), run.recipe.data, run.config.seed)
    if held_out is None:
        return None
    genres, device = run.config.genres, torch.device("cpu")
    generator, _ = build_networks(run.recipe.networks, run.layout, run.config.seed, len(genres))
    kept = finished_weights(run)
    load_weights(generator, kept.generator, str(run.folder))
    generator.eval()
    judge = HeldOut(held_out, genres)
    turns = torch.eye(len(genres))[torch.arange(LOOKED_FOR) % len(genres)] if genres else None
    composed = sample(generator, run.layout, LOOKED_FOR, device, turns)
    places = _spread(held_out, LOOKED_FOR)
    known = training.phrases(_spread(training, KNOWN))
    own, other = (
        find_nearest(part, in_blocks(known.__getitem__, len(known)), run.layout).similarity
        for part in (composed, held_out.phrases(places))
    )
    nearness = compare_nearness(own, other, held_out.song_of_phrase()[places])
    quality, ceiling = judge.score(generator, device), judge.ceiling(training, genres)
    return Worth(int(kept.values["steps"]), quality, ceiling, nearness)


def _spread(phrases: PhraseSet, most: int) -> NDArray[np.int64]:
    """Numbers of at most so many phrases, drawn always alike."""
    return np.sort(np.random.default_rng(0).permutation(len(phrases))[:most])
