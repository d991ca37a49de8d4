"""How soon midigan's recipe is as good as the published MuseGAN ever gets, side by side.

    pip install -e '.[train]'
    python benchmarks/train.py SOURCE [--minutes 10] [--measures 10] [--rest]

SOURCE is a folder of MIDI or a phrase set. Each recipe is trained on the same songs for so many
minutes of processor time on one core, the two in turns of a few seconds, so that whatever else
the machine does disturbs both alike. Every so often, at first more often, both meet the same
held-out songs, each in the keys that its recipe asks for: the measure is the mean overlapping area,
0 to 1. What that takes is not counted. The last lines are the best of each, and after what share
of the second recipe's time to its best the first one was as good.

With --rest the first recipe rests while it is ahead: the last line is the same, for little more
than half the processor time, but how far the first one would have come stays open.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch

from midigan.files.encoding.encode import open_phrases
from midigan.layout import load_layout
from midigan.sets.phrase_set import PhraseSet
from midigan.training.recipes.recipe import load_recipe
from midigan.training.runs.run import create_run
from midigan.training.runs.session import Session

TURN_SECONDS = 5.0
HELD_OUT = 0.1


class Side:
    """A recipe in training: its session, the seconds it had, and what it was worth when."""

    def __init__(self, name: str, phrases: PhraseSet, folder: Path, minutes: float) -> None:
        recipe = load_recipe(name)
        training = replace(recipe.training, epochs=0, minutes=minutes)
        data = replace(recipe.data, held_out=HELD_OUT, held_out_songs=())
        recipe = replace(recipe, training=training, data=data)
        self.name, self.whole = name, minutes * 60
        self.session = Session(create_run(folder / name, recipe, phrases, 0), torch.device("cpu"))
        self.seconds = 0.0
        self.curve: list[tuple[float, float]] = []
        self.measure()

    def train_until(self, seconds: float) -> None:
        """Steps until it had so many; the one that passes the mark is finished."""
        while self.seconds < seconds:
            begin = time.process_time()
            self.session.trainer.step(min(1.0, self.seconds / self.whole))
            self.seconds += time.process_time() - begin

    def measure(self) -> float:
        held_out, trainer = self.session.held_out, self.session.trainer
        assert held_out is not None
        quality = held_out.score(trainer.average.module, self.session.device)
        self.curve.append((self.seconds, quality))
        return quality

    def best(self) -> tuple[float, float]:
        """Seconds and quality, once it was trained at all."""
        return max(self.curve[1:], key=lambda point: point[1])

    def reached(self, quality: float) -> float | None:
        """Seconds after which it was as good as `quality`."""
        return next((seconds for seconds, found in self.curve[1:] if found >= quality), None)


def race(sides: list[Side], marks: list[float]) -> None:
    """Both sides trained to each mark in turn, in seconds, and measured there."""
    print(f"{'minutes':>8}" + "".join(f"{side.name:>12}{'steps':>8}" for side in sides))
    for mark in marks:
        while any(side.seconds < mark for side in sides):
            for side in sides:
                side.train_until(min(mark, side.seconds + TURN_SECONDS))
        cells = [f"{side.measure():12.3f}{side.session.trainer.steps:8}" for side in sides]
        print(f"{mark / 60:8.1f}" + "".join(cells), flush=True)


def race_resting(first: Side, second: Side, marks: list[float]) -> None:
    """The second side trained to each mark; the first only until it has been as good."""
    print(f"{'recipe':>12}{'minutes':>8}{'steps':>8}{'quality':>8}")

    def go(side: Side, mark: float) -> None:
        side.train_until(mark)
        quality, steps = side.measure(), side.session.trainer.steps
        print(f"{side.name:>12}{mark / 60:8.2f}{steps:8}{quality:8.3f}", flush=True)

    ahead = iter(marks)
    for mark in marks:
        go(second, mark)
        while first.reached(second.best()[1]) is None and (own := next(ahead, None)):
            go(first, own)


def main() -> None:
    parser = argparse.ArgumentParser(description="Two recipes, side by side.")
    parser.add_argument("source")
    parser.add_argument("--layout", default="satb")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--measures", type=int, default=10)
    parser.add_argument("--recipes", nargs=2, default=["midigan", "book"])
    parser.add_argument("--rest", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    layout = None if options.source.endswith(".npz") else load_layout(options.layout)
    phrases, _ = open_phrases(options.source, layout)
    with tempfile.TemporaryDirectory() as folder:
        sides = [Side(name, phrases, Path(folder), options.minutes) for name in options.recipes]
        measures = range(1, options.measures + 1)
        marks = [options.minutes * 60 * (k / options.measures) ** 2 for k in measures]
        first, second = sides
        if options.rest:
            race_resting(first, second, marks)
        else:
            race(sides, marks)
    for side in sides:
        seconds, quality = side.best()
        print(f"{side.name}: best {quality:.3f} after {seconds / 60:.1f} minutes")
    seconds, quality = second.best()
    reached = first.reached(quality)
    if reached is None:
        print(f"{first.name} did not get as good as {second.name}")
    else:
        print(
            f"{first.name} is as good as the best of {second.name} after {reached / 60:.1f} "
            f"minutes: {reached / seconds:.2f} of its time"
        )


if __name__ == "__main__":
    main()
