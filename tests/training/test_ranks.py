"""Training in two processes: the same weights in both, and those that one process would have."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from pattern import TINY_BOOK, genre_set, pattern_set, tiny_recipe, weighed

from midigan.errors import MidiganError
from midigan.training.runs.checkpoint import load_tensors
from midigan.training.runs.processes import ALONE, Group, joined
from midigan.training.runs.quality import HeldOut
from midigan.training.runs.run import create_run, open_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")


def train(folder, out, group):
    """What each process does with a run; it leaves its weights in a file of its own."""
    session = Session(open_run(folder), CPU, group)
    if folder.name == "halted":
        left = iter(range(3))
        session.train(stopped=lambda: next(left, None) is None)
        group.follow([0.0])  # once the leading one has saved
        session = Session(open_run(folder), CPU, group)
    session.train()
    tensors = session.trainer.tensors()
    torch.save({f"{g}/{n}": t for g, of in tensors.items() for n, t in of.items()}, out)


def main(*folders):
    torch.set_num_threads(1)
    HeldOut.score = weighed
    with joined() as group:
        for folder in map(Path, folders):
            train(folder, folder / f"rank{group.rank}.pt", group)


def in_two_processes(*folders):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    around = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    command = [sys.executable, __file__, *map(str, folders)]
    started = [
        subprocess.Popen(command, env={**around, "RANK": rank}, stderr=subprocess.PIPE, text=True)
        for rank in ("0", "1")
    ]
    for process in started:
        _, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors


def tensors(run):
    groups, _ = load_tensors(run.last)
    return {f"{g}/{n}": tensor for g, of in groups.items() for n, tensor in of.items()}


def as_one(groups):
    """All weights in a row, in order of their names."""
    weights = {f"{g}/{n}": t for g in ("generator", "critic") for n, t in groups[g].items()}
    return torch.cat([weights[name].flatten() for name in sorted(weights)])


def of_genres(folder):
    """A run whose critic and generator know of each phrase what it is of."""
    return create_run(folder, tiny_recipe(data={"genres": True}), genre_set(3), seed=1)


def measured(folder):
    """A run that is measured twice an epoch, in the middle of whatever the processes do."""
    plan = {"measure_epochs": 0.5}
    recipe = tiny_recipe(training=plan, data={"held_out": 0.2})
    return create_run(folder, recipe, pattern_set(), seed=1)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs that two processes have trained: with either kind of networks, and one taken up."""
    folder = tmp_path_factory.mktemp("two")
    book = tiny_recipe(
        networks=TINY_BOOK,
        loss={"family": "wasserstein"},
        training={"critic_steps": 2, "epochs": 1},
    )
    made = {
        "book": create_run(folder / "book", book, pattern_set(), seed=1),
        "genres": of_genres(folder / "genres"),
        "own": create_run(folder / "own", tiny_recipe(), pattern_set(), seed=1),
        "measured": measured(folder / "measured"),
        "halted": measured(folder / "halted"),
        "begun alone": create_run(folder / "begun", tiny_recipe(), pattern_set(), seed=1),
    }
    left = iter(range(4))
    Session(made["begun alone"], CPU).train(stopped=lambda: next(left, None) is None)
    in_two_processes(*(run.folder for run in made.values()))
    return made


@pytest.mark.parametrize("name", ["book", "own", "begun alone", "genres"])
def test_both_processes_end_with_the_same_weights(runs, name):
    one, two = (torch.load(runs[name].folder / f"rank{rank}.pt") for rank in (0, 1))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)
    saved = tensors(runs[name])
    assert all(torch.equal(one[key], saved[key]) for key in saved)


@pytest.mark.parametrize("name", ["own", "begun alone", "genres"])
def test_the_weights_are_those_of_one_process(runs, name, tmp_path):
    """Without normalisation and chance of its own, where a batch is dealt changes nothing.

    Labels that did not follow their phrases to the other process would change much.
    """
    if name == "genres":
        alone = of_genres(tmp_path / "alone")
    else:
        alone = create_run(tmp_path / "alone", tiny_recipe(), pattern_set(), seed=1)
    session = Session(alone, CPU)
    first = as_one(session.trainer.tensors())
    session.train()
    expected, found = (as_one(load_tensors(run.last)[0]) for run in (alone, runs[name]))
    # Sums in another order differ in the last digits, which Adam enlarges where gradients are 0.
    assert (found - expected).norm() < 0.02 * (expected - first).norm()


class Second(Group):
    """The second of two processes, the first of which has found no checkpoint."""

    def __init__(self):
        super().__init__(rank=1, size=2)

    def follow(self, values):
        return [0.0 for _ in values]


def test_a_process_that_comes_late_begins_as_the_leading_one_did(tmp_path):
    run = create_run(tmp_path / "run", tiny_recipe(), pattern_set(), seed=1)
    first = Session(run, CPU)
    before = as_one(first.trainer.tensors())
    first.train()  # which leaves a checkpoint
    late = Session(run, CPU, Second())
    assert torch.equal(as_one(late.trainer.tensors()), before)


def test_two_processes_keep_the_same_best_weights_after_a_break(runs):
    kept, again = (load_tensors(runs[name].best) for name in ("measured", "halted"))
    assert {**kept[1], "seconds": 0} == {**again[1], "seconds": 0}
    assert kept[1]["steps"] in (2, 4, 6, 8)
    for group, tensors in kept[0].items():
        assert all(torch.equal(tensor, again[0][group][n]) for n, tensor in tensors.items())


def test_a_run_of_two_processes_goes_on_in_one(runs):
    longer = open_run(runs["own"].folder).with_limits(3, None)
    session = Session(longer, CPU)
    before = session.trainer.steps
    assert session.train().steps == 3 * before // 2


def test_a_batch_is_dealt_without_rest():
    batch = torch.arange(5)
    shares = [Group(rank, 2).share(batch) for rank in (0, 1)]
    assert sorted(torch.cat(shares).tolist()) == batch.tolist()
    assert torch.equal(ALONE.share(batch), batch)


def test_too_small_a_batch_is_refused(trained):
    with pytest.raises(MidiganError, match="a batch of 8 is too small for 5 processes"):
        Session(trained, CPU, Group(0, 5))


if __name__ == "__main__":
    main(*sys.argv[1:])
