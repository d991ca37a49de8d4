"""Sessions: what a run folder holds afterwards, and that nothing is lost on the way."""

import csv
import errno
from pathlib import Path

import mido
import pytest
import torch
from pattern import TINY_BOOK, pattern_set, tiny_recipe

from midigan.errors import FormatError, MidiganError
from midigan.training.runs import session as module
from midigan.training.runs.checkpoint import load_tensors
from midigan.training.runs.run import create_run, open_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")


def begin(folder, songs=6, **sections):
    return create_run(folder, tiny_recipe(**sections), pattern_set(songs), seed=1)


def stop_after(steps):
    left = iter(range(steps))
    return lambda: next(left, None) is None


def tensors(run):
    groups, values = load_tensors(run.last)
    return {f"{g}/{n}": t for g, members in groups.items() for n, t in members.items()}, values


def test_a_run_holds_all_that_it_needs(trained):
    files = {str(p.relative_to(trained.folder)) for p in trained.folder.rglob("*") if p.is_file()}
    assert files == {
        "recipe.toml",
        "config.json",
        "phrases.npz",
        "metrics.csv",
        "checkpoints/last.safetensors",
        "checkpoints/best.safetensors",
        "snapshots/step-0000000.mid",
        "snapshots/step-0000008.mid",
    }
    again = open_run(trained.folder)
    assert again.recipe == trained.recipe
    assert again.config == trained.config
    assert again.config.songs == 6
    assert len(again.phrases()) == 42


def test_the_log_has_plain_values(trained):
    with trained.metrics.path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    steps = [int(row["step"]) for row in rows]
    assert steps == sorted(set(steps))
    assert steps[-1] == 8
    assert float(rows[-1]["epoch"]) == 2
    assert 0 <= float(rows[-1]["quality"]) <= 1
    assert all(float(value) is not None for row in rows for value in row.values())


def test_snapshots_are_midi_of_four_phrases(tmp_path):
    run = begin(tmp_path / "run")
    Session(run, CPU).train()
    file = mido.MidiFile(run.snapshot(0))
    assert [track.name for track in file.tracks][-2:] == ["High", "Low"]
    beats = max(sum(message.time for message in track) for track in file.tracks) / 480
    assert beats == pytest.approx(4 * 2 * 4)


def test_a_stopped_run_resumes_with_the_same_numbers(tmp_path):
    data = {"held_out": 0.2, "transposition": "all"}
    optimizer = {"schedule": "cosine", "warmup_steps": 3}
    straight = begin(tmp_path / "straight", data=data, optimizer=optimizer)
    Session(straight, CPU).train()
    broken = begin(tmp_path / "broken", data=data, optimizer=optimizer)
    assert Session(broken, CPU).train(stopped=stop_after(3)).reason == "stopped"
    assert load_tensors(broken.last)[1]["steps"] == 3
    outcome = Session(open_run(broken.folder), CPU).train()
    assert (outcome.reason, outcome.steps) == ("done", 8)
    one, two = tensors(straight)[0], tensors(broken)[0]
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_run_can_be_stopped_before_its_first_step(tmp_path):
    run = begin(tmp_path / "run")
    outcome = Session(run, CPU).train(stopped=lambda: True)
    assert (outcome.reason, outcome.steps) == ("stopped", 0)
    assert Session(open_run(run.folder), CPU).train().steps == 10


def test_minutes_end_a_run_and_more_minutes_extend_it(tmp_path):
    run = begin(tmp_path / "run", training={"epochs": 0, "minutes": 0.005})
    first = Session(run, CPU).train()
    assert first.reason == "done"
    assert first.seconds >= 0.3
    longer = open_run(run.folder).with_limits(None, 0.01)
    assert open_run(run.folder).recipe.training.minutes == 0.01
    second = Session(longer, CPU).train()
    assert second.seconds >= 0.6
    assert second.steps > first.steps


def test_patience_ends_a_run_that_gets_no_closer(tmp_path, monkeypatch):
    monkeypatch.setattr(module.HeldOut, "score", lambda self, generator, device: 0.5)
    training = {"save_seconds": 0.0, "patience": 3, "epochs": 100}
    run = begin(tmp_path / "run", training=training, data={"held_out": 0.2})
    outcome = Session(run, CPU).train()
    # What has learned nothing yet is no best: the first step's state is, and three are no better.
    assert (outcome.reason, outcome.steps) == ("patience", 4)
    assert outcome.quality == 0.5


def test_the_best_weights_are_kept_beside_the_last(tmp_path, monkeypatch):
    scores = iter([0.1, 0.7, 0.3, 0.2])
    monkeypatch.setattr(module.HeldOut, "score", lambda self, generator, device: next(scores))
    training = {"save_seconds": 0.0, "patience": 2, "epochs": 100}
    run = begin(tmp_path / "run", training=training, data={"held_out": 0.2})
    Session(run, CPU).train()
    assert load_tensors(run.best)[1]["steps"] == 1
    assert load_tensors(run.last)[1]["steps"] == 3


@pytest.mark.parametrize("network", ["generator", "critic"])
def test_weights_that_are_no_numbers_are_never_saved(tmp_path, network):
    run = begin(tmp_path / "run", training={"epochs": 2})
    begun = Session(run, CPU)

    def spoil():
        if begun.trainer.steps == 2:
            with torch.no_grad():
                next(getattr(begun.trainer, network).parameters()).fill_(float("nan"))
        return False

    with pytest.raises(MidiganError, match="came apart"):
        begun.train(stopped=spoil)
    found, values = tensors(run)
    assert values["steps"] == 0
    assert all(tensor.isfinite().all() for tensor in found.values())


def test_a_full_disk_leaves_a_run_that_goes_on(tmp_path, monkeypatch):
    run = begin(tmp_path / "run")
    Session(run, CPU).train(stopped=stop_after(3))

    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MidiganError, match="No space left"):
        Session(open_run(run.folder), CPU).train()
    monkeypatch.undo()
    resumed = Session(open_run(run.folder), CPU)
    assert resumed.trainer.steps == 3
    assert resumed.train().steps == 10
    with run.metrics.path.open(newline="", encoding="utf-8") as file:
        steps = [int(row["step"]) for row in csv.DictReader(file)]
    assert steps == sorted(set(steps))


def test_a_checkpoint_of_another_recipe_is_refused_in_one_line(tmp_path, trained):
    run = begin(tmp_path / "run", networks=TINY_BOOK)
    run.last.parent.mkdir()
    run.last.write_bytes(trained.last.read_bytes())
    with pytest.raises(FormatError, match=r"last\.safetensors.*another layout or recipe"):
        Session(run, CPU)


def test_one_phrase_is_enough_to_train(tmp_path):
    run = create_run(tmp_path / "run", tiny_recipe(), pattern_set(1, bars=2), seed=0)
    assert len(run.phrases()) == 1
    assert Session(run, CPU).train().steps == 2


def test_the_plan_ends_at_whichever_limit_is_nearer(tmp_path):
    run = begin(tmp_path / "run", training={"epochs": 4, "minutes": 1.0})
    begun = Session(run, CPU)
    begun.trainer.steps, begun.course.seconds = 5, 15.0
    assert begun.fraction() == pytest.approx(0.25)
    begun.course.seconds = 45.0
    assert begun.fraction() == pytest.approx(0.75)
