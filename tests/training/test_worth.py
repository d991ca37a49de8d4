"""What a run's generator is worth: beside held-out songs, and beside those it learned from."""

import numpy as np
import torch
from pattern import pattern_set, tiny_layout, tiny_recipe

from midigan.training.bases import load_base
from midigan.training.finetune import begin
from midigan.training.runs.batches import prepare
from midigan.training.runs.quality import HeldOut
from midigan.training.runs.run import create_run
from midigan.training.runs.session import Session
from midigan.training.worth import measure_worth


def test_a_generator_is_measured_beside_what_its_learned_songs_score(trained):
    worth = measure_worth(trained)
    assert 0 <= worth.quality < worth.ceiling <= 1
    assert worth.steps > 0
    assert worth.nearness.songs == 1
    assert 0 <= worth.nearness.nearer.value <= 1


def test_a_generator_that_plays_what_it_learned_is_found_out(trained, monkeypatch):
    learned, _ = prepare(trained.phrases(), trained.recipe.data, trained.config.seed)
    phrases = learned.phrases()
    monkeypatch.setattr(
        "midigan.training.worth.sample",
        lambda generator, layout, n, *rest: np.resize(phrases, (n, *phrases.shape[1:])),
    )
    nearness = measure_worth(trained).nearness
    assert nearness.copies
    assert nearness.nearer.value > 0.9


def test_without_held_out_songs_there_is_nothing_to_measure(trained, tmp_path):
    run = begin(tmp_path / "one", load_base(str(trained.folder)), pattern_set(1), 0, epochs=1)
    Session(run, torch.device("cpu")).train()
    assert measure_worth(run) is None


def test_weights_that_were_never_beaten_are_those_it_began_with(trained, tmp_path, monkeypatch):
    scores = iter([0.9, 0.2, 0.5])
    monkeypatch.setattr(
        "midigan.training.runs.quality.HeldOut.score", lambda self, generator, device: next(scores)
    )
    run = begin(tmp_path / "run", load_base(str(trained.folder)), pattern_set(3), 0, epochs=1)
    Session(run, torch.device("cpu")).train()
    assert measure_worth(run).steps == 0


def test_each_genre_counts_alike_in_a_ceiling(tmp_path):
    from pattern import genre_set

    phrases = genre_set(layout=tiny_layout())
    recipe = tiny_recipe(data={"held_out": 0.2, "genres": True})
    run = create_run(tmp_path / "run", recipe, phrases, 1)
    training, held_out = prepare(phrases, recipe.data, 1)
    genres = run.config.genres
    apart = HeldOut(held_out, genres).ceiling(training, genres)
    mixed = HeldOut(held_out).ceiling(training)
    assert 0 < apart <= 1
    assert apart != mixed
