"""A training session: steps until the plan is done, saving, listening and measuring on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor

from midigan.errors import FormatError, MidiganError
from midigan.files.writers.write import write_midi
from midigan.notes import phrases_to_notes
from midigan.song import Song
from midigan.training.networks.models import build_networks
from midigan.training.runs.batches import Batches, prepare
from midigan.training.runs.checkpoint import load_tensors, save_tensors
from midigan.training.runs.course import Course
from midigan.training.runs.processes import ALONE, Group
from midigan.training.runs.progress import Outcome, Progress, Reason
from midigan.training.runs.quality import HeldOut, sample
from midigan.training.runs.run import Run
from midigan.training.runs.trainer import Trainer, rate_factor

#: At most how often losses are logged; a slow step is logged by itself.
LOG_SECONDS = 1.0

SNAPSHOT_PHRASES = 4

#: At most how many phrases a generator may look at before it is trained.
FIRST_LOOK = 1024


class Session:
    """Takes a run up where its last checkpoint left it, or begins it, and trains on.

    Raises MidiganError if its phrases cannot be trained on, FormatError if the checkpoint
    does not fit the run.

    group: the processes that train together; only the leading one measures and writes.
    precision: what networks multiply in while they learn; they are measured in float32.
    """

    def __init__(
        self,
        run: Run,
        device: torch.device,
        group: Group = ALONE,
        precision: torch.dtype = torch.float32,
    ) -> None:
        self.run, self.device, self.group = run, device, group
        self.plan = run.recipe.training
        if self.plan.batch < 2 * group.size:
            raise MidiganError(
                f"a batch of {self.plan.batch} is too small for {group.size} processes: each needs "
                "2 phrases at least"
            )
        training, held_out = prepare(run.phrases(), run.recipe.data, run.config.seed)
        genres, seed = run.config.genres, run.config.seed
        batches = Batches(training, run.recipe.data, self.plan.batch, seed, genres)
        networks = build_networks(run.recipe.networks, run.layout, seed, len(genres))
        self.trainer = Trainer(run.recipe, *networks, batches, seed, device, group, precision)
        self.held_out = HeldOut(held_out, genres) if held_out is not None else None
        self.songs = training.names
        self.held_out_songs = len(held_out.names) if held_out is not None else 0
        self.course = Course()
        epochs = self.plan.measure_epochs
        #: After how many steps held-out quality is measured; 0 is at each save.
        self.measure_steps = max(1, round(epochs * batches.epoch_steps)) if epochs else 0
        self._saved_steps = 0
        # Asked once for all: the leading process saves a new run before others have opened it.
        (begun,) = group.follow([run.last.exists()])
        if begun:
            self._restore()
        if self.trainer.steps == 0:
            self._look_at(batches.draw_first(FIRST_LOOK, device), new=not begun)

    def train(
        self,
        watch: Callable[[Progress], None] = lambda progress: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Train until the plan is done or `stopped` says so; everything is saved on the way out.

        A step that has begun is finished. Raises MidiganError if the losses are no numbers
        any more or a file cannot be written; the last checkpoint is good then.
        """
        if self.trainer.steps == 0 and self.group.leads:
            self._save(measure=True)
        reason = self._steps(watch, stopped)
        if self.group.leads:
            self._end(reason)
            if self.trainer.unreported_steps:
                watch(self._log())
        epochs = self.trainer.steps / self.trainer.batches.epoch_steps
        course = self.course
        return Outcome(
            reason, self.trainer.steps, epochs, course.seconds, course.first, course.best
        )

    def _steps(self, watch: Callable[[Progress], None], stopped: Callable[[], bool]) -> Reason:
        begun, before = time.perf_counter(), self.course.seconds
        saved = logged = begun
        while True:
            patience = 0 < self.plan.patience <= self.course.stale
            fraction, stop, tired = self.group.follow([self.fraction(), stopped(), patience])
            if tired or stop or fraction >= 1:
                return "patience" if tired else "stopped" if fraction < 1 else "done"
            self.trainer.step(fraction)
            now = time.perf_counter()
            self.course.seconds = before + now - begun
            if not self.group.leads:
                continue
            due = bool(self.measure_steps) and self.trainer.steps % self.measure_steps == 0
            if due or now - saved >= self.plan.save_seconds:
                self._save(measure=due or not self.measure_steps)
                saved = time.perf_counter()
            if due or now - logged >= LOG_SECONDS:
                watch(self._log())
                logged = now

    def _end(self, reason: Reason) -> None:
        """Save what is not saved yet, measured unless the run is to go on as if never stopped."""
        measure = reason == "done" or not self.measure_steps
        if reason == "patience":
            self.course.stale = 0  # who resumes such a run wants it to try anew
        unmeasured = measure and self.course.measured != self.trainer.steps
        if unmeasured or reason == "patience" or self.trainer.steps > self._saved_steps:
            self._save(measure=measure)

    def _look_at(self, first: Tensor, *, new: bool) -> None:
        """Let a new run's generator start near its songs; one to go on from is near already."""
        trainer = self.trainer
        if new:
            trainer.generator.initialise_from(first)
        for generator in (trainer.generator, trainer.average.module):
            generator.learn_rhythms(first)

    def fraction(self) -> float:
        """How much of the plan is done, 0..1, by epochs or minutes, whichever is further."""
        planned_steps = self.plan.epochs * self.trainer.batches.epoch_steps
        done = [0.0]
        if planned_steps:
            done.append(self.trainer.steps / planned_steps)
        if self.plan.minutes:
            done.append(self.course.seconds / (self.plan.minutes * 60))
        return min(1.0, max(done))

    def _measure(self) -> bool:
        """Meet the held-out songs, once after each step; whether this state is worth keeping.

        One that has learned nothing yet, from no base either, is not.
        """
        steps, course = self.trainer.steps, self.course
        if course.measured == steps:
            return False
        course.measured = steps
        if self.held_out is None:
            return False
        quality = self.held_out.score(self.trainer.average.module, self.device)
        if steps == 0:
            course.first = course.quality = quality
        return bool(steps or self.run.config.base) and course.meet(quality)

    def _log(self) -> Progress:
        losses, recipe = self.trainer.losses(), self.run.recipe.optimizer
        steps, fraction = self.trainer.steps, self.fraction()
        epoch = steps / self.trainer.batches.epoch_steps
        rate = recipe.generator_rate * rate_factor(recipe, steps - 1, fraction)
        quality = self.course.quality
        self.run.metrics.add(
            {
                "step": steps,
                "epoch": f"{epoch:.3f}",
                "seconds": f"{self.course.seconds:.1f}",
                "critic_loss": f"{losses.critic:.6g}",
                "generator_loss": f"{losses.generator:.6g}",
                "penalty": f"{losses.penalty:.6g}",
                "rate": f"{rate:.4g}",
                "quality": "" if quality is None else f"{quality:.4f}",
            }
        )
        return Progress(steps, epoch, self.course.seconds, fraction, losses, quality)

    def _save(self, *, measure: bool) -> None:
        """Write the best weights if these are measured and are, the checkpoint, and a snapshot.

        Killed in between, a run goes on from before its measurement and comes to the same again.
        """
        self._refuse_broken_weights()
        worth_keeping = measure and self._measure()
        tensors = self.trainer.tensors()
        if worth_keeping:
            kept = {name: tensors[name] for name in ("average", "critic")}
            save_tensors(self.run.best, kept, self._values())
        save_tensors(self.run.last, tensors, self._values())
        self._saved_steps = self.trainer.steps
        self._snapshot()

    def _values(self) -> dict[str, Any]:
        return {"steps": self.trainer.steps, **vars(self.course)}

    def _refuse_broken_weights(self) -> None:
        networks = (self.trainer.generator, self.trainer.critic)
        for weights in chain.from_iterable(network.parameters() for network in networks):
            if not bool(weights.isfinite().all()):
                raise MidiganError(
                    f"training came apart before step {self.trainer.steps}: weights are no "
                    f"numbers any more; the last checkpoint of {self.run.folder} is good"
                )

    def _snapshot(self) -> None:
        """Leave the same few phrases' noise as MIDI, to hear how the generator changes."""
        layout, genres = self.run.layout, len(self.run.config.genres)
        turns = torch.eye(genres)[torch.arange(SNAPSHOT_PHRASES) % genres] if genres else None
        average = self.trainer.average.module
        phrases = sample(average, layout, SNAPSHOT_PHRASES, self.device, turns)
        notes = phrases_to_notes(phrases, layout, joined=False)
        bar_steps = np.full(SNAPSHOT_PHRASES * layout.bars, layout.steps, np.uint16)
        path = self.run.snapshot(self.trainer.steps)
        write_midi(Song(path.stem, notes, bar_steps), layout, path)

    def _restore(self) -> None:
        tensors, values = load_tensors(self.run.last)
        try:
            steps = int(values.pop("steps"))
            self.trainer.restore(tensors, steps)
            self.course = Course(**values)
        except (KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"{self.run.last} is not a checkpoint of a run") from error
        except FormatError as error:
            raise FormatError(f"{self.run.last}: {error}") from error
        self._saved_steps = steps
        if self.group.leads:
            self.run.metrics.forget_after(steps)
