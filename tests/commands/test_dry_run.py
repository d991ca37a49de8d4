"""midigan train --dry-run, as it is typed."""

from pathlib import Path

from pattern import tiny_recipe
from typed import midigan


def test_dry_run_says_what_would_be_and_leaves_nothing(here):
    before = set(here.iterdir())
    found = midigan("train", "songs.npz", "--recipe", "book", "--dry-run", "--threads", 1)
    assert found.exit_code == 0, found.output
    told = " ".join(found.output.split())
    for said in (
        "would train 6 songs, 42 phrases",
        "held out none",
        "layout tiny",
        "wasserstein",
        "parameters",
        "500 epochs: about 500 steps",
        "s a step on cpu",
        "GB",
        "runs/songs",
        "nothing was written",
    ):
        assert said in told, told
    assert set(here.iterdir()) == before


def test_dry_run_counts_songs_held_out_and_minutes(here):
    Path("tiny.toml").write_text(tiny_recipe(data={"held_out": 0.2}).to_toml(), "utf-8")
    options = ["--recipe", "tiny.toml", "--epochs", 100000, "--minutes", 1, "--dry-run"]
    found = midigan("train", "songs.npz", *options)
    assert found.exit_code == 0, found.output
    told = " ".join(found.output.split())
    assert "would train 5 songs, 35 phrases" in told
    assert "held out 1 songs to measure by every 16:40" in told
    assert "100000 epochs or 1 minutes" in told
    assert "time about 1:00" in told


def test_dry_run_tells_of_measuring_by_epochs(here):
    recipe = tiny_recipe(data={"held_out": 0.2}, training={"measure_epochs": 0.5})
    Path("tiny.toml").write_text(recipe.to_toml(), "utf-8")
    found = midigan("train", "songs.npz", "--recipe", "tiny.toml", "--dry-run")
    assert found.exit_code == 0, found.output
    assert "1 songs to measure by every 0.5 epochs" in " ".join(found.output.split())
