"""midigan train --tensorboard, as it is typed."""

import sys
import types
from pathlib import Path

import pytest
from typed import midigan

pytestmark = pytest.mark.usefixtures("quick_export")


class Writer:
    """Stands in for TensorBoard's own."""

    def __init__(self, folder, purge_step):
        self.folder, self.purge_step, self.values, self.closed = folder, purge_step, [], False
        Writer.made = self

    def add_scalar(self, name, value, step):
        self.values.append((name, value, step))

    def close(self):
        self.closed = True


def test_tensorboard_gets_what_the_log_gets(here, monkeypatch):
    monkeypatch.setattr("midigan.training.runs.board.find_spec", lambda name: name)
    module = types.SimpleNamespace(SummaryWriter=Writer)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    found = midigan("train", "songs.npz", "-o", "run", "--recipe", "tiny.toml", "--tensorboard")
    assert found.exit_code == 0, found.output
    writer = Writer.made
    assert Path(writer.folder) == Path("run/tensorboard")
    assert writer.purge_step is None
    assert writer.closed
    names = {name for name, _, _ in writer.values}
    assert names == {"loss/critic", "loss/generator", "loss/penalty"}
    assert max(step for _, _, step in writer.values) == 10
    resumed = midigan("train", "--resume", "run", "--epochs", 3, "--tensorboard")
    assert resumed.exit_code == 0, resumed.output
    assert Writer.made.purge_step == 11


def test_a_missing_tensorboard_says_what_to_install(here, monkeypatch):
    monkeypatch.setattr("midigan.training.runs.board.find_spec", lambda name: None)
    found = midigan("train", "songs.npz", "-o", "run", "--tensorboard")
    assert found.exit_code == 1
    assert "pip install 'midigan[tensorboard]'" in found.output
    assert not Path("run").exists()
