"""Genres as they are typed: learned from sub-folders, asked for by name, blended."""

import json
from pathlib import Path

import mido
import pytest
from pattern import convert_at_once, genre_set, pattern_set, tiny_recipe
from typed import midigan

from midigan.generator import Generator


def pitches(told):
    return [
        message.note
        for file in told["files"]
        for message in mido.MidiFile(file)
        if message.type == "note_on" and message.velocity
    ]


def generated(generator, folder, *options):
    result = midigan("generate", generator, "-n", 2, "-o", folder, "--json", "--seed", 3, *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_clips_are_of_the_genre_that_is_asked_for(tiny_genres, tmp_path):
    deep = generated(tiny_genres, tmp_path / "deep", "--genre", "deep")
    bright = generated(tiny_genres, tmp_path / "bright", "--genre", "Bright=2")
    assert deep["genre"] == {"Deep": 1.0, "Bright": 0.0}
    assert max(pitches(deep)) < 66 <= min(pitches(bright))


def test_a_blend_is_told_as_shares(tiny_genres, tmp_path):
    told = generated(tiny_genres, tmp_path, "--genre", "deep=3,bright=1")
    assert told["genre"] == {"Deep": 0.75, "Bright": 0.25}
    result = midigan("generate", tiny_genres, "-n", 1, "-o", tmp_path, "--genre", "deep=3,bright=1")
    assert "Deep 75%, Bright 25%" in result.output


def test_without_one_the_seed_draws_a_genre_and_says_which(tiny_genres, tmp_path):
    one, two = (generated(tiny_genres, tmp_path / name) for name in "ab")
    assert sorted(one["genre"].values()) == [0.0, 1.0]
    assert one["genre"] == two["genre"]


@pytest.mark.parametrize(
    ("genre", "line"),
    [
        ("rock", "no genre 'rock': legal are Deep, Bright"),
        ("deep=x", "write genres and weights"),
    ],
)
def test_what_cannot_be_played_is_one_line(tiny_genres, tmp_path, genre, line):
    result = midigan("generate", tiny_genres, "-o", tmp_path / "none", "--genre", genre, "--json")
    assert result.exit_code == 1
    assert line in result.output
    assert not (tmp_path / "none").exists()


def test_a_generator_without_genres_says_so(tiny_generator, tmp_path):
    result = midigan("generate", tiny_generator, "-o", tmp_path, "--genre", "jazz")
    assert result.exit_code == 1
    assert "this generator has no genres" in result.output
    assert generated(tiny_generator, tmp_path)["genre"] == {}


def test_live_plays_a_genre(tiny_genres, tmp_path):
    file = tmp_path / "deep.mid"
    options = ("--offline", "--bars", 4, "--record", file, "--seed", 1)
    result = midigan("live", tiny_genres, *options, "--genre", "deep")
    assert result.exit_code == 0, result.output
    assert max(pitches({"files": [file]})) < 66
    result = midigan("live", tiny_genres, *options, "--genre", "rock")
    assert result.exit_code == 1
    assert "no genre 'rock': legal are Deep, Bright" in result.output


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setattr("midigan.training.exporting.export.convert", convert_at_once)
    monkeypatch.chdir(tmp_path)
    genre_set(3).save(Path("songs.npz"))
    pattern_set(3).save(Path("flat.npz"))
    Path("tiny.toml").write_text(tiny_recipe().to_toml(), "utf-8")
    return tmp_path


def test_sub_folders_are_learned_if_asked(here):
    options = ("--recipe", "tiny.toml", "--seed", 1)
    found = midigan("train", "songs.npz", "-o", "run", "--genres", *options)
    assert found.exit_code == 0, found.output
    assert "songs of each genre: fives 3, sevens 3" in found.output
    assert Generator.load(Path("run/generator.onnx")).info.genres == ("fives", "sevens")
    assert "sub-folders are not told apart" not in found.output
    found = midigan("train", "songs.npz", "-o", "plain", *options)
    assert "sub-folders are not told apart (fives 3, sevens 3): begin with --genres" in found.output
    assert Generator.load(Path("plain/generator.onnx")).info.genres == ()


def test_a_flat_folder_has_no_genres_to_learn(here):
    found = midigan("train", "flat.npz", "-o", "run", "--genres", "--recipe", "tiny.toml")
    assert found.exit_code == 1
    assert "3 of 3 songs lie in none" in found.output
    assert not Path("run").exists()


def test_a_dry_run_counts_the_songs_of_each_genre(here):
    found = midigan("train", "songs.npz", "--genres", "--recipe", "tiny.toml", "--dry-run")
    assert found.exit_code == 0, found.output
    assert "fives 3, sevens 3" in found.output


def test_fine_tuning_names_the_genre_of_a_flat_folder(here):
    found = midigan("train", "songs.npz", "-o", "run", "--genres", "--recipe", "tiny.toml")
    assert found.exit_code == 0, found.output
    again = ("finetune", "flat.npz", "--base", "run", "--epochs", 1)
    found = midigan(*again, "-o", "none")
    assert found.exit_code == 1
    assert "name one for all with --genre" in found.output
    assert not Path("none").exists()
    found = midigan(*again, "-o", "more", "--genre", "mine")
    assert found.exit_code == 0, found.output
    assert Generator.load(Path("more/generator.onnx")).info.genres == ("fives", "sevens", "mine")


def test_a_base_without_genres_has_none_to_name(here):
    midigan("train", "flat.npz", "-o", "run", "--recipe", "tiny.toml")
    again = ("finetune", "flat.npz", "--base", "run", "--epochs", 1, "-o", "more")
    found = midigan(*again, "--genre", "mine")
    assert found.exit_code == 1
    assert "run has no genres: sort the songs into sub-folders, for --genres" in found.output
