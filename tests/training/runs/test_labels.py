"""Labels of songs: sub-folders that make genres, and the label of each phrase of a batch."""

import numpy as np
import pytest
import torch
from pattern import (
    RULES,
    distance,
    genre_set,
    pattern_set,
)

from midigan.errors import MidiganError
from midigan.training.recipes.recipe import DataRecipe
from midigan.training.runs.batches import Batches
from midigan.training.runs.labels import genres_in, may_be_genres

CPU = torch.device("cpu")
GENRES = tuple(RULES)


def test_labels_are_those_of_the_phrases():
    phrases = genre_set(3)
    batches = Batches(phrases, DataRecipe(), 8, 0, GENRES)
    for step in range(4):
        labels = batches.labels(step, CPU).numpy()
        real = batches.draw(step)
        assert labels.sum(axis=1).tolist() == [1.0] * 8
        for phrase, label in zip(real, labels, strict=True):
            assert distance(phrase[None], list(RULES.values())[label.argmax()]) == 0
    first, labels = batches.draw_first(10, CPU), batches.first_labels(10, CPU)
    assert len(first) == len(labels)
    assert Batches(phrases, DataRecipe(), 8, 0).labels(0, CPU) is None


def test_a_transposed_phrase_keeps_its_label():
    batches = Batches(genre_set(3), DataRecipe(transposition="all"), 16, 0, GENRES)
    batches.draw(0)
    counted = np.concatenate(
        [batches.labels(step, CPU).numpy() for step in range(batches.epoch_steps)]
    )
    assert counted.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.1)


def test_genres_are_only_read_where_they_are_wanted():
    assert genres_in(genre_set(2), DataRecipe()) == ()
    assert genres_in(genre_set(2), DataRecipe(genres=True)) == GENRES


@pytest.mark.parametrize(
    ("songs", "told_apart"),
    [
        (["a/1", "a/2", "b/1"], True),
        (["a/1", "a/2"], False),
        (["a/1", "b/1", "2"], False),
        ([f"{number}/1" for number in range(65)], False),
        ([], False),
    ],
)
def test_some_sub_folders_may_be_genres(songs, told_apart):
    assert may_be_genres(songs) is told_apart


def test_folders_that_make_no_genres_are_told_plainly():
    wanted = DataRecipe(genres=True)
    with pytest.raises(MidiganError, match="6 of 6 songs lie in none, 'song 0' the first"):
        genres_in(pattern_set(), wanted)
    one = genre_set(2).subset([0, 1])
    with pytest.raises(MidiganError, match="all songs lie in one, 'fives'"):
        genres_in(one, wanted)
