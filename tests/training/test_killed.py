"""A run that is killed while it saves, twice, ends with the numbers of one that is not.

And it has kept the same weights, since they are measured every so many steps.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from pattern import pattern_set, tiny_recipe, weighed

from midigan.training.runs.checkpoint import load_tensors
from midigan.training.runs.quality import HeldOut
from midigan.training.runs.run import create_run, open_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")

#: Seconds after a save at which the process is killed: it saves after each of its steps.
MOMENTS = (0.0, 0.007)


def begun(folder):
    recipe = tiny_recipe(
        training={"epochs": 100_000, "save_seconds": 0.0, "measure_epochs": 0.5},
        data={"held_out": 0.2},
    )
    return create_run(folder, recipe, pattern_set(), seed=1)


def main(folder):
    torch.set_num_threads(1)
    HeldOut.score = weighed
    Session(open_run(folder), CPU).train()


def steps_of(run):
    _, values = load_tensors(run.last)
    return values["steps"]


def killed(run, after):
    """Train in a process of its own that is killed some time after it has saved twice."""
    before = steps_of(run) if run.last.exists() else 0
    with subprocess.Popen([sys.executable, __file__, str(run.folder)]) as process:
        try:
            until = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < until:
                if run.last.exists() and steps_of(run) >= before + 2:
                    break
                time.sleep(0.001)
            time.sleep(after)
        finally:
            process.kill()
        assert process.wait(60) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_killed_run_goes_on_with_the_same_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(HeldOut, "score", weighed)
    run = begun(tmp_path / "run")
    reached = [0]
    for moment in MOMENTS:
        killed(run, moment)
        reached.append(steps_of(run))
    assert reached == sorted(set(reached))
    alone = begun(tmp_path / "alone")
    left = iter(range(reached[-1] + 3))
    Session(alone, CPU).train(stopped=lambda: next(left, None) is None)
    wanted = steps_of(alone)
    Session(open_run(run.folder), CPU).train(
        stopped=lambda: steps_of(run) >= wanted,
    )
    for wanted_file, file in ((alone.last, run.last), (alone.best, run.best)):
        expected, found = load_tensors(wanted_file)[0], load_tensors(file)[0]
        for group, tensors in expected.items():
            for name, tensor in tensors.items():
                assert torch.equal(tensor, found[group][name])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
