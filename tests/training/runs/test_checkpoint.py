"""Files of tensors: whole or not at all, and one clear line for what is not one of ours."""

import errno
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from midigan.errors import FormatError, MidiganError
from midigan.training.runs import checkpoint
from midigan.training.runs.checkpoint import load_tensors, save_tensors

GROUPS = {"a": {"x": torch.arange(6.0).reshape(2, 3)}, "b/c": {"n": torch.tensor(3)}}


def test_tensors_and_values_come_back(tmp_path):
    path = tmp_path / "deep" / "x.safetensors"
    save_tensors(path, {"a": GROUPS["a"]}, {"steps": 7, "best": None})
    groups, values = load_tensors(path)
    assert values == {"steps": 7, "best": None}
    assert torch.equal(groups["a"]["x"], GROUPS["a"]["x"])


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "last.safetensors"
    save_tensors(path, {"a": GROUPS["a"]}, 1)

    def full(self, content):
        with self.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MidiganError, match=r"cannot write .*last\.safetensors: No space left"):
        save_tensors(path, {"a": GROUPS["a"]}, 2)
    assert load_tensors(path)[1] == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_a_real_limit_leaves_the_last_checkpoint(tmp_path):
    """The system itself refuses to write on, in the middle of the file."""
    import resource

    path = tmp_path / "last.safetensors"
    save_tensors(path, {"a": GROUPS["a"]}, 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(MidiganError, match=r"cannot write .*last\.safetensors: File too large"):
            save_tensors(path, {"a": {"x": torch.zeros(10_000)}}, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert load_tensors(path)[1] == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"not tensors", b"\x08" + bytes(40)])
def test_another_file_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="not of midigan's making, or it is damaged"):
        load_tensors(path)


def test_tensors_of_other_programs_are_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    save_file({"x": torch.zeros(2)}, path)
    with pytest.raises(FormatError, match="not of midigan's making"):
        load_tensors(path)


def test_a_missing_and_a_newer_file_are_told_apart(tmp_path, monkeypatch):
    path = tmp_path / "x.safetensors"
    with pytest.raises(FormatError, match="no file"):
        load_tensors(path)
    monkeypatch.setattr(checkpoint, "FORMAT", 99)
    save_tensors(path, {}, None)
    monkeypatch.undo()
    with pytest.raises(FormatError, match="newer midigan"):
        load_tensors(path)
