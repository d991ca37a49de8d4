"""Which songs a generator has not seen: by its own description, or by the recipe beside it."""

import numpy as np
import pytest
from tiny import write_tiny_generator

from midigan.errors import MidiganError
from midigan.evaluation.held_out import held_out_songs, own_phrases, split_like_training
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout
from midigan.sets.phrase_set import PhraseSet
from midigan.shipped import find_generator
from midigan.song import NOTE, Song

LAYOUT = load_layout("satb")


def generator(folder, *held_out):
    info = GeneratorInfo(LAYOUT, held_out_songs=held_out)
    return Generator.load(write_tiny_generator(folder / "g.onnx", info=info))


def songs(*names):
    rng = np.random.default_rng(0)
    made = []
    for name in names:
        notes = np.zeros(20, NOTE)
        notes["start"], notes["length"], notes["velocity"] = np.arange(20), 1, 80
        notes["pitch"] = rng.integers(50, 80, 20)
        made.append(Song(name, notes, np.full(2, 16, np.uint16)))
    return PhraseSet.from_songs(made, LAYOUT)


def test_the_description_counts_before_the_recipe(tmp_path):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[data]\nheld_out_songs = ["b"]\n')
    assert held_out_songs(generator(tmp_path, "a")) == ("a",)
    assert held_out_songs(generator(tmp_path)) == ("b",)


@pytest.mark.parametrize("text", ["", "[data]", "data = 3", "[data]\nheld_out_songs = 3", "{"])
def test_a_recipe_that_names_none_or_is_damaged_is_no_error(tmp_path, text):
    (tmp_path / "recipe.toml").write_text(text)
    assert held_out_songs(generator(tmp_path)) == ()


def test_songs_are_split_as_for_training(tmp_path):
    training, held_out = split_like_training(generator(tmp_path, "b"), songs("a", "b", "c"))
    assert training.names == ("a", "c")
    assert held_out.names == ("b",)


def test_it_says_what_is_missing(tmp_path):
    with pytest.raises(MidiganError, match="names no held-out songs"):
        split_like_training(generator(tmp_path), songs("a", "b"))
    with pytest.raises(MidiganError, match=r"none of the 1 songs .*x is the first"):
        split_like_training(generator(tmp_path, "x"), songs("a", "b"))


def test_a_run_has_phrases_of_its_own(tmp_path):
    own = generator(tmp_path)
    assert own_phrases(own) is None
    songs("a").save(tmp_path / "phrases.npz")
    assert own_phrases(own) == tmp_path / "phrases.npz"


def test_the_shipped_generator_names_its_held_out_songs():
    assert "bwv10.7" in held_out_songs(Generator.load(find_generator(None)))
