"""midigan evaluate: tables, JSON, a page, and the songs that a generator was kept from."""

import json
import math

import numpy as np
import pytest
from click.testing import CliRunner
from critics import write_critic
from tiny import write_tiny_generator

from midigan.commands import cli
from midigan.commands.evaluate_json import _plain
from midigan.commands.evaluate_tables import _mean, _number
from midigan.evaluation.sample import draw
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout
from midigan.notes import phrases_to_notes
from midigan.sets.phrase_set import PhraseSet
from midigan.song import Song


@pytest.fixture
def folder(tmp_path):
    """A generator kept from songs 0 and 1, and six songs of its own phrases."""
    info = GeneratorInfo(load_layout("satb"), key="C major", held_out_songs=("0", "1", "2"))
    generator = Generator.load(write_tiny_generator(tmp_path / "generator.onnx", info=info))
    parts = [draw(generator, 8, seed) for seed in range(6)]
    songs = [
        Song(
            f"{i}",
            phrases_to_notes(part, generator.layout, joined=True),
            np.full(16, 16, np.uint16),
        )
        for i, part in enumerate(parts)
    ]
    PhraseSet.from_songs(songs, generator.layout).save(tmp_path / "own.npz")
    return tmp_path


def run(*args):
    found = CliRunner().invoke(cli, ["evaluate", *map(str, args)])
    return found.exit_code, found.output


def test_it_prints_tables(folder):
    code, text = run(folder / "generator.onnx", "--reference", folder / "own.npz", "-n", 40)
    assert code == 0, text
    for words in ("mean overlap", "stepwise", "empty bars, Soprano", "ROC", "coverage"):
        assert words in text
    assert "40 composed, 90 of 6 held-out songs" in text
    assert "not looked for: give the training music" in text
    assert max(map(len, text.splitlines())) <= 80


def test_joins_are_judged_alone_and_from_candidates(folder):
    args = [folder / "generator.onnx", "--reference", folder / "own.npz", "-n", 20, "--joins"]
    assert list(json.loads(run(*args, "--json")[1])["joins"]) == ["1"]
    write_critic(folder / "critic.onnx", load_layout("satb"))
    code, text = run(*args)
    assert code == 0, text
    for words in ("candidates 1 ", "candidates 16", "real music", "100.0%"):
        assert words in text
    found = json.loads(run(*args, "--json")[1])["joins"]
    assert list(found) == ["1", "16"]
    for joins in found.values():
        assert 0 < joins["mean_overlap"] <= 1
        assert joins["leap"] > 0
        # Neither this music nor this generator strikes again what goes on.
        assert joins["held"] in (None, 1)
        assert joins["reference_held"] == 1
    plain = run(*args[:-1], "--json")[1]
    assert json.loads(plain)["joins"] is None


def test_held_out_songs_are_the_reference_and_the_others_the_training_music(folder):
    args = [folder / "generator.onnx", "--reference", folder / "own.npz", "-n", 20, "--json"]
    found = json.loads(run(*args, "--held-out")[1])
    assert found["reference_phrases"] == found["ceiling_phrases"] == 45
    assert found["memorisation"]["held_out"]["songs"] == 3
    assert (found["reference_songs"], found["training_songs"]) == (3, 3)
    for name in ("mean_overlap", "ceiling_mean_overlap", "auc", "coverage", "duplicates"):
        assert 0 <= found[name] <= 1
    assert "stepwise" in found["metrics"]
    assert "polyphony" in found["field_metrics"]
    assert json.loads(run(*args)[1])["memorisation"] is None


def test_a_run_has_its_reference_in_it(folder):
    assert "Missing option '--reference'" in run(folder)[1]
    (folder / "own.npz").rename(folder / "phrases.npz")
    code, text = run(folder, "-n", 20, "--json")
    assert code == 0, text
    assert json.loads(text)["reference_phrases"] == 45


def test_a_page_is_written(folder):
    page = folder / "report.html"
    args = [folder / "generator.onnx", "--reference", folder / "own.npz", "-n", 20]
    code, text = run(*args, "--held-out", "-o", page)
    assert code == 0, text
    assert f"{page}: written" in text
    assert page.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--held-out", "--training", "x"], "leave --training out"),
        (["-o", "report.png"], "name it report.html"),
        (["--held-out"], "Missing option '--reference'"),
    ],
)
def test_wrong_calls_are_refused(folder, args, words):
    code, text = run(folder / "generator.onnx", *args)
    assert code == 2
    assert words in text


def test_what_is_undefined_is_said_and_null():
    assert _number(math.nan) == "undefined"
    assert (_mean(math.nan), _mean(0.25), _mean(0.25, "+")) == ("-", "0.250", "+0.250")
    assert _plain(math.nan) is None


def test_own_keys_need_a_generator_that_knows_them_and_no_joins(folder):
    args = [folder / "generator.onnx", "--reference", folder / "own.npz", "--own-keys"]
    code, text = run(*args)
    assert code == 1
    assert "does not know the keys of its songs" in text
    code, text = run(*args, "--joins")
    assert code == 2
    assert "leave --own-keys out" in text


def test_a_lone_held_out_song_is_measured_beside_the_training_music(folder):
    music = PhraseSet.load(folder / "own.npz")
    songs = list(music.songs())
    for name, part in (("one", songs[:1]), ("others", songs[1:])):
        PhraseSet.from_songs(part, music.layout).save(folder / f"{name}.npz")
    args = [folder / "generator.onnx", "--reference", folder / "one.npz", "-n", 20]
    code, text = run(*args)
    assert code == 1
    assert "holds one song" in text
    args += ["--training", folder / "others.npz"]
    code, text = run(*args, "-o", folder / "report.html")
    assert code == 0, text
    assert "of 1 held-out song," in text
    assert text.count("cannot be told of a single held-out song") == 2
    found = json.loads(run(*args, "--json")[1])
    assert found["auc"] is None
    assert found["coverage"] is None
    assert found["mean_overlap"] > 0.5
    assert (folder / "report.html").is_file()
