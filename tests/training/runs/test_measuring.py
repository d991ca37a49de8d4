"""Held-out quality measured by epochs: on any machine, and after any break, the same is kept."""

import csv

import pytest
import torch
from pattern import pattern_set, tiny_recipe

from midigan.training.exporting.export import kept_weights
from midigan.training.runs import session as module
from midigan.training.runs.checkpoint import load_tensors
from midigan.training.runs.run import create_run, open_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")

#: Steps at which it is measured: before the first, and each half of three epochs of four.
MEASURED = [0, 2, 4, 6, 8, 10, 12]


#: What it is worth there, in tests that need to know beforehand.
SCORES = {0: 0.1, 2: 0.5, 4: 0.7, 5: 0.3, 6: 0.6, 8: 0.65, 10: 0.6, 12: 0.6}


class KilledError(Exception):
    """Stands in for the end of a process."""


def begin(folder, **training):
    plan = {"epochs": 3, "measure_epochs": 0.5, **training}
    recipe = tiny_recipe(training=plan, data={"held_out": 0.2, "transposition": "all"})
    return create_run(folder, recipe, pattern_set(), seed=1)


def stop_after(steps):
    left = iter(range(steps))
    return lambda: next(left, None) is None


def facts(path):
    """The tensors and values of a checkpoint, but for how long it took."""
    groups, values = load_tensors(path)
    tensors = {f"{g}/{name}": t for g, members in groups.items() for name, t in members.items()}
    return tensors, {name: value for name, value in values.items() if name != "seconds"}


def assert_ended_alike(one, two):
    for path, other in ((one.best, two.best), (one.last, two.last)):
        (tensors, values), (others, other_values) = facts(path), facts(other)
        assert values == other_values
        assert tensors.keys() == others.keys()
        assert all(torch.equal(tensors[name], others[name]) for name in tensors)
    assert curve(one) == curve(two)


def curve(run):
    """Step and quality of the rows at steps on which it was measured."""
    with run.metrics.path.open(newline="", encoding="utf-8") as file:
        rows = [(int(row["step"]), row["quality"]) for row in csv.DictReader(file)]
    return [row for row in rows if row[0] in MEASURED]


@pytest.fixture
def measured(monkeypatch):
    """The steps at which quality was measured, as they come; it is that of SCORES."""
    steps, measure = [], module.Session._measure

    def noted(self):
        steps.append(self.trainer.steps)
        return measure(self)

    monkeypatch.setattr(module.Session, "_measure", noted)
    monkeypatch.setattr(module.HeldOut, "score", lambda *_: SCORES[steps[-1]])
    return steps


@pytest.fixture
def straight(tmp_path, measured):
    """A run that nothing interrupts."""
    run = begin(tmp_path / "straight")
    Session(run, CPU).train()
    return run


def test_quality_is_measured_every_so_many_epochs_whatever_the_clock_says(
    tmp_path, straight, measured
):
    often = begin(tmp_path / "often", save_seconds=0.0)
    measured.clear()
    Session(often, CPU).train()
    assert measured == MEASURED
    assert often.snapshot(5).exists(), "it is still saved by the clock"
    assert_ended_alike(often, straight)
    assert curve(often) == [(step, f"{SCORES[step]:.4f}") for step in MEASURED[1:]]
    assert load_tensors(often.best)[1]["steps"] == 4


def test_the_end_is_measured_wherever_it_falls(tmp_path, measured):
    run = begin(tmp_path / "run", measure_epochs=1.25, epochs=2)
    outcome = Session(run, CPU).train()
    assert measured == [0, 5, 8]
    assert load_tensors(run.last)[1]["measured"] == 8
    assert outcome.quality == load_tensors(run.best)[1]["quality"]


@pytest.mark.parametrize("steps", [0, 1, 4, 7, 11])
def test_an_interrupted_run_keeps_what_an_uninterrupted_one_does(tmp_path, straight, steps):
    run = begin(tmp_path / "run")
    assert Session(run, CPU).train(stopped=stop_after(steps)).reason == "stopped"
    assert Session(open_run(run.folder), CPU).train().reason == "done"
    assert_ended_alike(run, straight)


def test_what_held_out_songs_say_is_the_same_after_a_break(tmp_path):
    whole, broken = (begin(tmp_path / name, epochs=1) for name in ("whole", "broken"))
    Session(whole, CPU).train()
    Session(broken, CPU).train(stopped=stop_after(3))
    Session(open_run(broken.folder), CPU).train()
    assert_ended_alike(whole, broken)


@pytest.mark.parametrize("which", ["best", "last"])
@pytest.mark.parametrize("save_seconds", [0.0, 1000.0])
def test_killed_around_a_measurement_it_keeps_the_same(
    tmp_path, monkeypatch, straight, which, save_seconds
):
    """Measured after its fourth step, it is killed before the best weights are written or after."""
    run, write = begin(tmp_path / "run", save_seconds=save_seconds), module.save_tensors

    def killed(path, groups, values):
        if values["steps"] == 4 and path == getattr(run, which):
            raise KilledError
        write(path, groups, values)

    with monkeypatch.context() as patched:
        patched.setattr(module, "save_tensors", killed)
        with pytest.raises(KilledError):
            Session(run, CPU).train()
    assert load_tensors(run.last)[1]["steps"] == (2 if save_seconds else 3)
    assert load_tensors(run.best)[1]["steps"] == {"best": 2, "last": 4}[which]
    Session(open_run(run.folder), CPU).train()
    assert load_tensors(run.best)[1]["steps"] == 4
    assert_ended_alike(run, straight)


@pytest.mark.parametrize("broken", [1, 5, 9])
def test_patience_counts_measurements_over_a_break(tmp_path, measured, broken):
    run = begin(tmp_path / "run", patience=3, save_seconds=0.0)
    Session(run, CPU).train(stopped=stop_after(broken))
    outcome = Session(open_run(run.folder), CPU).train()
    assert (outcome.reason, outcome.steps, outcome.quality) == ("patience", 10, SCORES[4])
    assert load_tensors(run.best)[1]["steps"] == 4


def test_a_run_that_lost_patience_gets_it_anew_when_it_is_resumed(tmp_path, measured):
    run = begin(tmp_path / "run", patience=2)
    assert Session(run, CPU).train().steps == 8
    assert Session(open_run(run.folder), CPU).train().steps == 12


def test_what_has_learned_nothing_is_not_kept(tmp_path, measured):
    run = begin(tmp_path / "run")
    Session(run, CPU).train(stopped=stop_after(1))
    assert not run.best.exists()
    assert kept_weights(run).values["steps"] == 1
