"""What fine-tuning gains on a few songs of another style, against training on them from scratch.

    pip install -e '.[train]'
    python benchmarks/finetune.py SOURCE [--songs 20] [--minutes 10] [--base chorales] [--seed 0]

SOURCE is a folder of MIDI in one style. So many of its songs are learned from; all generators are
judged on the others, by the mean overlapping area, 0 to 1: the base as it is, the base while it is
fine-tuned, and midigan's recipe from scratch for the same processor time on one core, the two in
turns; fine-tuning ends earlier where its plan does. The ceiling is what the learned songs
themselves get. As for users, a tenth or so of the learned songs are held out to choose the weights
that are kept, and these are calibrated. In how many pairs a generated phrase is nearer to the
learned songs than one of the others is stands beside it: 50% copies nothing.
"""

from __future__ import annotations

import argparse
import copy
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from midigan.evaluation.neighbours import find_nearest, in_blocks
from midigan.files.encoding.encode import open_phrases
from midigan.sets.phrase_set import PhraseSet
from midigan.training.bases import load_base
from midigan.training.exporting.export import MOST_PHRASES
from midigan.training.finetune import HELD_OUT, begin
from midigan.training.recipes.recipe import load_recipe
from midigan.training.runs.batches import KEY, prepare
from midigan.training.runs.moments import Chooser, match_moments
from midigan.training.runs.quality import HeldOut, sample
from midigan.training.runs.run import Run, create_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")

#: How many phrases are looked for among those learned from.
NEAREST = 200

TURN_SECONDS = 5.0


class Side:
    """A run in training, and what it was worth when: to its own held-out songs and to the judge."""

    def __init__(self, run: Run, judge: HeldOut, whole_seconds: float) -> None:
        self.session = Session(run, CPU)
        self.judge, self.whole = judge, whole_seconds
        self.seconds = 0.0
        self.best = -1.0
        self.kept: tuple[nn.Module, int] = (self.session.trainer.average.module, 0)

    def train_until(self, seconds: float) -> None:
        trainer, epochs = self.session.trainer, self.session.plan.epochs
        steps = epochs * trainer.batches.epoch_steps or sys.maxsize
        while self.seconds < seconds:
            if trainer.steps >= steps:
                self.seconds = seconds
                return
            start = time.process_time()
            trainer.step(min(1.0, max(self.seconds / self.whole, trainer.steps / steps)))
            self.seconds += time.process_time() - start

    def measure(self) -> float:
        held_out, average = self.session.held_out, self.session.trainer.average.module
        assert held_out is not None
        chosen, judged = (who.score(average, CPU) for who in (held_out, self.judge))
        if chosen > self.best:
            self.best, self.kept = chosen, (copy.deepcopy(average), self.session.trainer.steps)
        return judged

    def finished(self) -> nn.Module:
        """The weights that the run's own held-out songs choose, as they would be exported."""
        generator, steps = self.kept
        assert isinstance(generator, Chooser)
        finish = self.session.run.recipe.finish.after(steps)
        real = self.session.trainer.batches.draw_first(MOST_PHRASES, CPU)
        seed = self.session.run.config.seed
        match_moments(generator.requires_grad_(True), real, finish.rounds, seed)
        return generator.requires_grad_(False)

    def nearer(self, generator: nn.Module, others: PhraseSet) -> float:
        """In which share of pairs its phrases are nearer to the learned ones than others are."""
        learned, _ = prepare(
            self.session.run.phrases(), self.session.run.recipe.data, self.session.run.config.seed
        )
        real = others.phrases(np.random.default_rng(1).permutation(len(others))[:NEAREST])
        made = sample(generator, others.layout, NEAREST, CPU)
        own, other = (
            find_nearest(part, in_blocks(learned.phrases, len(learned)), others.layout).similarity
            for part in (made, real)
        )
        return float(np.mean((own[:, None] > other) + 0.5 * (own[:, None] == other)))


def parted(phrases: PhraseSet, songs: int, seed: int) -> tuple[PhraseSet, PhraseSet]:
    """The songs to learn from and the others, as the seed draws them."""
    order = np.random.default_rng(seed).permutation(len(phrases.names))
    return phrases.subset(sorted(order[:songs])), phrases.subset(sorted(order[songs:]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Fine-tuning against training from scratch.")
    parser.add_argument("source")
    parser.add_argument("--songs", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--measures", type=int, default=10)
    parser.add_argument("--base", default="chorales")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    base = load_base(options.base)
    phrases, _ = open_phrases(options.source, base.layout)
    learned, others = parted(phrases, options.songs, options.seed)
    recipe = load_recipe("midigan")
    training = replace(recipe.training, epochs=0, minutes=options.minutes)
    data = replace(recipe.data, held_out=HELD_OUT, held_out_songs=())
    judge = HeldOut(others.in_key(KEY))
    top = judge.ceiling(learned.in_key(KEY))
    seconds = options.minutes * 60
    print(f"{len(learned.names)} songs learned, {len(others.names)} judge; ceiling {top:.3f}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        scratch = replace(recipe, training=training, data=data)
        runs = {
            "fine-tuned": begin(
                folder / "tuned", base, learned, options.seed, minutes=options.minutes
            ),
            "from scratch": create_run(folder / "scratch", scratch, learned, options.seed),
        }
        sides = {name: Side(run, judge, seconds) for name, run in runs.items()}
        print(f"{'minutes':>8}" + "".join(f"{name:>16}" for name in sides))
        before = 0.0
        for number in range(options.measures + 1):
            mark = seconds * number / options.measures
            while any(side.seconds < mark for side in sides.values()):
                for side in sides.values():
                    side.train_until(min(mark, side.seconds + TURN_SECONDS))
            scores = [side.measure() for side in sides.values()]
            before = before or scores[0]
            print(f"{mark / 60:8.2f}" + "".join(f"{s:16.3f}" for s in scores), flush=True)
        near = others.in_key(KEY)
        for name, side in sides.items():
            generator = side.finished()
            score = judge.score(generator, CPU)
            closed = (score - before) / max(top - before, 1e-9)
            print(
                f"{name}, calibrated: {score:.3f} after {side.kept[1]} steps, {closed:.0%} of the "
                f"way to {top:.3f}; nearer to the learned songs than others in "
                f"{side.nearer(generator, near):.0%} of pairs",
                flush=True,
            )


if __name__ == "__main__":
    main()
