"""What fine-tuning gains on a few songs of another style, against training on them from scratch.

    pip install -e '.[train]'
    python benchmarks/finetune.py SOURCE [--songs 20] [--minutes 10] [--base chorales]

SOURCE is a folder of MIDI in one style. So many of its songs are learned from; all generators are
judged on the others, by the mean overlapping area, 0 to 1: the base as it is, the base while it is
fine-tuned, and midigan's recipe from scratch for the same processor time on one core, the two in
turns. The ceiling is what the learned songs themselves get. As for users, a tenth or so of
the learned songs are held out to choose the weights that are kept; these count.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from midigan.evaluation.metrics import measure
from midigan.evaluation.overlap import compare_values
from midigan.evaluation.rolls import pitched
from midigan.files.encode import open_phrases
from midigan.phrase_set import PhraseSet
from midigan.training.batches import KEY
from midigan.training.finetune import HELD_OUT, begin, load_base
from midigan.training.quality import COMPARED, HeldOut
from midigan.training.recipe import load_recipe
from midigan.training.run import Run, create_run
from midigan.training.session import Session

TURN_SECONDS = 5.0


class Side:
    """A run in training, and what it was worth when: to its own held-out songs and to the judge."""

    def __init__(self, run: Run, judge: HeldOut, whole_seconds: float) -> None:
        self.session = Session(run, torch.device("cpu"))
        self.judge, self.whole = judge, whole_seconds
        self.seconds = 0.0
        self.curve: list[tuple[float, float]] = []

    def train_until(self, seconds: float) -> None:
        while self.seconds < seconds:
            start = time.process_time()
            self.session.trainer.step(min(1.0, self.seconds / self.whole))
            self.seconds += time.process_time() - start

    def measure(self) -> float:
        held_out, average = self.session.held_out, self.session.trainer.average.module
        assert held_out is not None
        scores = [who.score(average, self.session.device) for who in (held_out, self.judge)]
        self.curve.append((scores[0], scores[1]))
        return scores[1]

    def kept(self) -> float:
        """What the judge says of the weights that the run's own held-out songs choose."""
        return max(self.curve)[1]


def parted(phrases: PhraseSet, songs: int) -> tuple[PhraseSet, PhraseSet]:
    """The songs to learn from and the others, drawn always alike."""
    order = np.random.default_rng(0).permutation(len(phrases.names))
    return phrases.subset(sorted(order[:songs])), phrases.subset(sorted(order[songs:]))


def ceiling(learned: PhraseSet, others: PhraseSet) -> float:
    """How like the judging songs the learned ones are, in one key."""
    values = []
    for part in (learned, others):
        moved = part.in_key(KEY)
        every = np.random.default_rng(0).permutation(len(moved))[:COMPARED]
        values.append(measure(*pitched(moved.phrases(every), moved.layout)))
    return compare_values(*values).mean_overlap


def main() -> None:
    parser = argparse.ArgumentParser(description="Fine-tuning against training from scratch.")
    parser.add_argument("source")
    parser.add_argument("--songs", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--measures", type=int, default=10)
    parser.add_argument("--base", default="chorales")
    options = parser.parse_args()
    torch.set_num_threads(1)
    base = load_base(options.base)
    phrases, _ = open_phrases(options.source, base.layout)
    learned, others = parted(phrases, options.songs)
    recipe = load_recipe("midigan")
    training = replace(recipe.training, epochs=0, minutes=options.minutes)
    data = replace(recipe.data, held_out=HELD_OUT, held_out_songs=())
    judge = HeldOut(others.in_key(KEY))
    top = ceiling(learned, others)
    seconds = options.minutes * 60
    print(f"{len(learned.names)} songs learned, {len(others.names)} judge; ceiling {top:.3f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scratch = replace(recipe, training=training, data=data)
        runs = {
            "fine-tuned": begin(folder / "tuned", base, learned, 0, minutes=options.minutes),
            "from scratch": create_run(folder / "scratch", scratch, learned, 0),
        }
        sides = {name: Side(run, judge, seconds) for name, run in runs.items()}
        print(f"{'minutes':>8}" + "".join(f"{name:>16}" for name in sides))
        for number in range(options.measures + 1):
            mark = seconds * number / options.measures
            while any(side.seconds < mark for side in sides.values()):
                for side in sides.values():
                    side.train_until(min(mark, side.seconds + TURN_SECONDS))
            scores = "".join(f"{side.measure():16.3f}" for side in sides.values())
            print(f"{mark / 60:8.1f}{scores}", flush=True)
    before, tuned = sides["fine-tuned"].curve[0][1], sides["fine-tuned"].kept()
    closed = (tuned - before) / max(top - before, 1e-9)
    print(f"before {before:.3f}, fine-tuned {tuned:.3f}: {closed:.0%} of the way to {top:.3f}")
    print(f"from scratch {sides['from scratch'].kept():.3f}")


if __name__ == "__main__":
    main()
