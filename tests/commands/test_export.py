"""midigan export, as it is typed."""

from pathlib import Path

import pytest
import torch
from pattern import convert_at_once, pattern_set, tiny_recipe
from plain import PlainGenerator
from typed import midigan

from midigan.generator import Generator
from midigan.training.runs.run import create_run
from midigan.training.runs.session import Session


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
    monkeypatch.setattr("midigan.training.exporting.export.convert", convert_at_once)
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


def test_a_program_is_asked_for_by_its_name(run, tmp_path):
    found = midigan("export", run, "-o", tmp_path / "x.pt2")
    assert found.exit_code == 0, found.output
    assert [path.name for path in tmp_path.iterdir()] == ["x.pt2"]
    assert torch.export.load(tmp_path / "x.pt2") is not None


@pytest.fixture
def weights(tmp_path, monkeypatch):
    monkeypatch.setattr("midigan.training.exporting.generator_file.convert", convert_at_once)
    torch.save(PlainGenerator(16, 16).state_dict(), tmp_path / "MuseGAN_G.pth")
    return tmp_path / "MuseGAN_G.pth"


def test_weights_of_the_books_code_become_a_generator(weights):
    found = midigan("export", weights)
    assert found.exit_code == 0, found.output
    layout = Generator.load(weights.with_name("MuseGAN_G.onnx")).layout
    assert (layout.name, layout.lowest_pitch) == ("satb", 0)
    assert all(track.mono for track in layout.tracks)


def test_weights_may_have_another_layout_and_range(weights, tmp_path):
    for options, expected in (
        (["--layout", "band"], ("band", 24)),
        (["--layout", "band", "--lowest-pitch", 12], ("band", 12)),
        (["--lowest-pitch", 24], ("satb", 24)),
    ):
        found = midigan("export", weights, "-o", tmp_path / "x.onnx", *options)
        assert found.exit_code == 0, found.output
        layout = Generator.load(tmp_path / "x.onnx").layout
        assert (layout.name, layout.lowest_pitch) == expected


def test_other_weights_are_refused_in_one_line(tmp_path):
    torch.save({"weight": torch.zeros(1)}, tmp_path / "x.pth")
    found = midigan("export", tmp_path / "x.pth")
    assert found.exit_code == 1
    assert found.output.startswith("midigan: ")
    assert "does not hold the weights of the book's MuseGAN generator" in found.output
    assert len(found.output.splitlines()) == 1
    assert "no file" in midigan("export", tmp_path / "none.pth").output


def test_wrong_usage_exits_with_2(run, tmp_path):
    assert midigan("export", run, "-o", tmp_path / "x.h5").exit_code == 2
    assert midigan("export", run, "--layout", "satb").exit_code == 2
