"""Genres are heard: a judge learns them from real music, and listens to what is composed."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.evaluation.genres import GenreJudge, judge_genres
from midigan.evaluation.report import evaluate
from midigan.evaluation.sample import draw, measure_set
from midigan.generator import Generator
from midigan.notes import phrases_to_notes
from midigan.sets.phrase_set import PhraseSet
from midigan.song import Song


@pytest.fixture
def generator(tiny_genres):
    return Generator.load(tiny_genres)


def music(generator, songs, seed, folders=("Deep", "Bright")):
    """So many songs of each genre, made of the generator's own phrases, in folders."""
    made = []
    for number, folder in enumerate(folders):
        label = np.eye(2, dtype=np.float32)[[number]]
        phrases = draw(generator, 8 * songs, seed, label)
        made += [
            Song(
                f"{folder}/{i}",
                phrases_to_notes(part, generator.layout, joined=True),
                np.full(16, 16, np.uint16),
            )
            for i, part in enumerate(np.array_split(phrases, songs))
        ]
    return PhraseSet.from_songs(made, generator.layout, hop=2)


def judged(generator, reference, training=None, n=40):
    known = measure_set(reference)
    taught = known if training is None else measure_set(training)

    def compose(count, genre):
        return draw(generator, count, 1, genre)

    return judge_genres(generator, reference, known, training, taught, n, compose)


def test_a_judge_tells_three_kinds_apart_however_many_there_are_of_each():
    rng = np.random.default_rng(0)
    counts, centres = (200, 30, 30), ((0, 0), (3, 0), (0, 3))
    rows = np.concatenate(
        [rng.normal(c, 0.5, (n, 2)) for n, c in zip(counts, centres, strict=True)]
    )
    labels = np.repeat([0, 4, 7], counts)
    judge = GenreJudge(rows, labels)
    assert np.mean(judge(rows) == labels) > 0.97
    assert list(judge(np.array([[0, 0], [3, 0], [0, 3]], float))) == [0, 4, 7]


def test_each_genre_is_recognised_and_nearest_to_its_own_songs(generator):
    found = judged(generator, music(generator, 3, 1), music(generator, 3, 2))
    assert [genre.name for genre in found.each] == ["Deep", "Bright"]
    assert found.accuracy > 0.75
    assert found.ceiling > 0.75
    assert found.chance == 0.5
    for genre in found.each:
        assert genre.songs == 3
        assert genre.own.mean_overlap > genre.others + 0.1
        assert genre.ceiling.mean_overlap > genre.others + 0.1


def test_half_of_each_is_taken_for_either_and_never_told_more(generator):
    (blend,) = judged(generator, music(generator, 3, 1), music(generator, 3, 2)).blends
    assert blend.names == ("Deep", "Bright")
    assert sum(blend.shares) == pytest.approx(1)


def test_a_generator_that_plays_the_other_genre_is_found_out(generator):
    swapped = music(generator, 3, 1, ("Bright", "Deep"))
    found = judged(generator, swapped, music(generator, 3, 2, ("Bright", "Deep")))
    assert found.accuracy < 0.25
    assert found.ceiling > 0.75


def test_without_training_music_every_second_song_teaches(generator):
    found = judged(generator, music(generator, 4, 1))
    assert [genre.songs for genre in found.each] == [2, 2]
    assert found.accuracy > 0.75


def test_one_genre_alone_cannot_be_told_from_others(generator):
    deep = music(generator, 4, 1).subset(range(4))
    assert judged(generator, deep) is None
    flat = replace(deep, names=("a", "b", "c", "d"))
    assert evaluate(generator, flat, n=8).genres is None


def test_the_command_tells_each_genre_in_a_table_and_as_json(generator, tmp_path):
    music(generator, 4, 1).save(tmp_path / "own.npz")
    args = ["evaluate", str(generator.path), "--reference", str(tmp_path / "own.npz"), "-n", "40"]
    text = CliRunner().invoke(cli, args).output
    assert "Each genre beside its own held-out songs" in text
    assert "by chance 50%" in text
    assert max(map(len, text.splitlines())) <= 80
    told = json.loads(CliRunner().invoke(cli, [*args, "--json"]).stdout)["genres"]
    assert set(told["each"]) == {"Deep", "Bright"}
    assert told["accuracy"] > 0.75
    assert set(told["halves"][0]) == {"Deep", "Bright"}
