"""midigan export, as it is typed."""

import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from midigan.commands import cli
from midigan.generator import Generator
from midigan.training.run import create_run
from midigan.training.session import Session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))
from pattern import convert_at_once, pattern_set, tiny_recipe


def midigan(*args):
    return CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="midigan")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "run"
    made = create_run(folder, tiny_recipe(), pattern_set(), seed=0)
    Session(made, torch.device("cpu")).train()
    return folder


def test_a_run_becomes_a_file_that_plays(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = midigan("export", run, "-o", "g.onnx", "--licence", "CC0-1.0")
    assert found.exit_code == 0, found.output
    assert "g.onnx" in found.output
    assert "critic.onnx" in found.output
    assert "largest difference" in found.output
    lines = [line for line in found.output.splitlines() if line.strip()]
    assert len(lines) == 4, "one tidy table and nothing from the exporter"
    player = Generator.load(Path("g.onnx"))
    assert player.info.licence == "CC0-1.0"
    assert player.phrases(player.draw(0, 0)).shape == (1, 2, 2, 8, 24)


def test_without_a_name_it_goes_into_the_run(run, monkeypatch):
    monkeypatch.setattr("midigan.training.export.convert", convert_at_once)
    assert midigan("export", run).exit_code == 0
    assert (run / "generator.onnx").is_file()


def test_what_is_no_run_is_refused(tmp_path):
    found = midigan("export", tmp_path)
    assert found.exit_code == 1
    assert "is not a run folder" in found.output


def test_a_damaged_run_is_refused_and_an_older_export_kept(run, tmp_path):
    (run / "generator.onnx").write_bytes(b"older")
    config = run / "config.json"
    before = config.read_bytes()
    config.write_bytes(before[: len(before) // 2])
    found = midigan("export", run)
    config.write_bytes(before)
    assert found.exit_code == 1
    assert "config.json or recipe.toml is damaged" in found.output
    assert (run / "generator.onnx").read_bytes() == b"older"
