"""midigan train, as it is typed: a run folder, Ctrl-C, resuming, and what is refused."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pattern import pattern_set
from typed import midigan

from midigan.generator import Generator

pytestmark = pytest.mark.usefixtures("quick_export")


def start(*args):
    command = [sys.executable, "-m", "midigan", "train", *args, "--threads", "1"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(path, process, seconds=60):
    until = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"no {path} in {seconds} seconds"
        time.sleep(0.02)


def test_a_phrase_set_becomes_a_generator_and_the_line_that_plays_it(here):
    found = midigan("train", "songs.npz", "-o", "run", "--recipe", "tiny.toml", "--seed", 1)
    assert found.exit_code == 0, found.output
    assert 'midigan live run --port "..."' in found.output
    assert "training on 42 phrases of 6 songs" in found.output
    assert "10 steps" in found.output
    player = Generator.load(Path("run/generator.onnx"))
    assert player.info.training["steps"] == 10
    assert Path("run/critic.onnx").is_file()


def test_where_no_run_is_named_runs_are_numbered(here):
    for expected in ("runs/songs", "runs/songs-2"):
        found = midigan("train", "songs.npz", "--recipe", "tiny.toml", "--epochs", 1)
        assert found.exit_code == 0, found.output
        assert f"midigan live {expected} " in found.output
        assert Path(expected, "generator.onnx").is_file()


def test_a_run_is_never_overwritten_but_can_be_resumed(here):
    assert midigan("train", "songs.npz", "-o", "run", "--recipe", "tiny.toml").exit_code == 0
    again = midigan("train", "songs.npz", "-o", "run", "--recipe", "tiny.toml")
    assert again.exit_code == 1
    assert "run holds a run already: go on with 'midigan train --resume run'" in again.output
    Path("songs.npz").unlink()
    resumed = midigan("train", "--resume", "run", "--epochs", 3)
    assert resumed.exit_code == 0, resumed.output
    assert "15 steps" in resumed.output


def test_ctrl_c_keeps_everything_and_resume_goes_on(here):
    process = start("songs.npz", "-o", "run", "--recipe", "tiny.toml", "--epochs", "100000")
    wait_for(Path("run/metrics.csv"), process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    player = Generator.load(Path("run/generator.onnx"))
    assert player.phrases(player.draw(0, 0)).shape == (1, 2, 2, 8, 24)
    assert "stopped by you; to go on:  midigan train --resume run" in output
    steps = player.info.training["steps"]
    assert steps > 0
    wanted = steps // 5 + 2
    resumed = midigan("train", "--resume", "run", "--epochs", wanted)
    assert resumed.exit_code == 0, resumed.output
    assert f"{5 * wanted} steps" in resumed.output


def test_ctrl_c_before_the_first_step_says_how_to_go_on(here, monkeypatch):
    monkeypatch.setattr(
        "midigan.training.runs.session.Session._steps", lambda self, watch, stopped: "stopped"
    )
    found = midigan("train", "songs.npz", "-o", "run", "--recipe", "tiny.toml")
    assert found.exit_code == 1
    assert "stopped before the first step: 'midigan train --resume run' goes on" in found.output


#: `midigan train`, but for the export, which takes long and is tested elsewhere.
QUICK_TRAIN = """
import sys
sys.path.insert(0, {folder!r})
import midigan.training.exporting.export
from pattern import convert_at_once
midigan.training.exporting.export.convert = convert_at_once
from midigan.commands import cli
cli(["train", *sys.argv[1:]], prog_name="midigan")
"""


def torchrun(*args):
    folder = str(Path(__file__).resolve().parent.parent / "training")
    Path("quick.py").write_text(QUICK_TRAIN.format(folder=folder), "utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    rendezvous = ["--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0"]
    return subprocess.run(
        [*command, *rendezvous, "quick.py", *args],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def test_torchrun_trains_one_run_in_two_processes_and_only_one_speaks(here):
    found = torchrun("songs.npz", "-o", "run", "--recipe", "tiny.toml", "--seed", "1")
    assert found.returncode == 0, found.stderr
    assert found.stderr.count("on cpu in 2 processes") == 1
    assert found.stdout.count("midigan live run") == 1
    assert Generator.load(Path("run/generator.onnx")).info.training["steps"] == 10
    again = torchrun("songs.npz", "-o", "run", "--recipe", "tiny.toml")
    assert again.returncode != 0
    assert again.stderr.count("run holds a run already") == 1


def test_few_phrases_are_said_to_repeat(here):
    pattern_set(1, bars=2).save(Path("one.npz"))
    found = midigan("train", "one.npz", "-o", "run", "--recipe", "tiny.toml", "--epochs", 1)
    assert found.exit_code == 0, found.output
    assert "fewer than a batch of 8" in found.output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["nowhere.npz"], "nowhere.npz"),
        (["songs.npz", "--recipe", "bok"], "no recipe 'bok': name one of book, midigan"),
        (["songs.npz", "--layout", "satb"], "layout"),
        (["--resume", "nowhere"], "nowhere is not a run folder"),
        (["songs.npz", "-o", "full"], "full is not empty"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_one_line(here, args, told):
    Path("full").mkdir()
    Path("full/something").touch()
    found = midigan("train", *args)
    assert found.exit_code == 1
    assert re.fullmatch(rf"midigan: .*{re.escape(told)}.*\n", found.output), found.output
    assert not Path("runs").exists()


def test_wrong_usage_exits_with_2(here):
    assert midigan("train").exit_code == 2
    assert midigan("train", "songs.npz", "--minutes", 0).exit_code == 2
    assert midigan("train", "songs.npz", "--device", "tpu").exit_code == 2
    other_recipe = midigan("train", "--resume", "run", "--recipe", "book")
    assert other_recipe.exit_code == 2
    assert "keeps its recipe" in other_recipe.output


def test_a_missing_library_says_what_to_install(here, monkeypatch):
    monkeypatch.setattr("midigan.training.find_spec", lambda name: None)
    found = midigan("train", "songs.npz")
    assert found.exit_code == 1
    assert "pip install 'midigan[train]'" in found.output
