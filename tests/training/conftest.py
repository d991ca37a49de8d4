"""What tests of training share: one thread, and a run that has trained a little."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from pattern import pattern_set, tiny_recipe

from midigan.training.runs.run import Run, create_run
from midigan.training.runs.session import Session


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny tensors are slowest on many threads, and exact numbers need a fixed count of them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that has trained two epochs on the pattern, one song held out; read only."""
    folder = tmp_path_factory.mktemp("runs") / "trained"
    recipe = tiny_recipe(data={"held_out": 0.2, "transposition": "key"})
    run = create_run(folder, recipe, pattern_set(), seed=3, source=str(Path("songs")))
    Session(run, torch.device("cpu")).train()
    return run
