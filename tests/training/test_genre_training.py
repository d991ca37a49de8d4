"""Genres in training: each label learns its own rule, and both files know it."""

import numpy as np
import pytest
import torch
from pattern import (
    RULES,
    TINY_BOOK,
    TINY_MULTISCALE,
    distance,
    genre_set,
    tiny_recipe,
)

from midigan.evaluation.classifier import area_under_roc
from midigan.generator import Generator
from midigan.latents import draw_latents
from midigan.training.exporting.export import export_run
from midigan.training.recipes.recipe import DataRecipe
from midigan.training.runs.batches import prepare
from midigan.training.runs.checkpoint import load_tensors
from midigan.training.runs.estimate import estimate
from midigan.training.runs.labels import genre_shares
from midigan.training.runs.quality import HeldOut, sample
from midigan.training.runs.run import create_run, open_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")
GENRES = tuple(RULES)
ON = {"genres": True}


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A run that has learned both rules, and its exported generator and critic."""
    recipe = tiny_recipe(
        loss={"likelihood_weight": 1.0, "adversarial_from": 1.0},
        optimizer={"generator_rate": 0.005, "critic_rate": 0.003},
        training={"batch": 32, "epochs": 50, "ema_halflife": 300.0},
        finish={"rounds": 2, "critic_steps": 100},
        data={**ON, "held_out": 0.2},
    )
    run = create_run(tmp_path_factory.mktemp("genres") / "run", recipe, genre_set(12), seed=5)
    Session(run, CPU).train()
    export_run(run, run.generator, licence="CC0")
    return run


@pytest.fixture(scope="module")
def player(learned):
    return Generator.load(learned.generator)


def drawn(player, weights, n=64):
    latents = draw_latents(np.random.default_rng(3), n, 2)
    return player.phrases(latents, genre=np.array([weights], np.float32))


def test_each_genre_learns_its_own_rule(player):
    fives, sevens = drawn(player, [1, 0]), drawn(player, [0, 1])
    assert distance(fives, 5) < 0.2
    assert distance(sevens, 7) < 0.2
    assert distance(fives, 7) > 0.5
    assert distance(sevens, 5) > 0.5


def test_a_blend_lies_between(player):
    halves = drawn(player, [0.5, 0.5])
    for rule, own in ((5, [1, 0]), (7, [0, 1])):
        assert distance(drawn(player, own), rule) < distance(halves, rule)
    # Each step obeys one rule or the other: together they leave little out.
    assert distance(halves, 5) + distance(halves, 7) < 1.0


def test_the_critic_knows_what_belongs_to_which_genre(player):
    """Real phrases of either kind are liked better as what they are."""
    phrases = genre_set(2).phrases()
    own = np.repeat(np.eye(2, dtype=np.float32), len(phrases) // 2, axis=0)
    right, wrong = player.judge(phrases, own), player.judge(phrases, own[:, ::-1])
    told = area_under_roc(np.append(right, wrong), np.arange(2 * len(phrases)) < len(phrases))
    assert told > 0.9


def test_a_generator_says_what_its_genres_are(player, learned):
    assert player.info.genres == GENRES
    assert player.info.genre_shares == (0.5, 0.5)
    assert open_run(learned.folder).config.genres == GENRES
    held_out = player.info.held_out_songs
    assert sorted(name.partition("/")[0] for name in held_out) == ["fives"] * 2 + ["sevens"] * 2


def test_without_a_genre_scores_blend_all_as_songs_had_them(player):
    latents = draw_latents(np.random.default_rng(3), 5, 2)
    halves = np.full((5, 2), 0.5, np.float32)
    assert np.array_equal(player.scores(latents), player.scores(latents, halves))


@pytest.mark.parametrize("networks", [TINY_BOOK, TINY_MULTISCALE])
def test_a_run_with_genres_resumes_with_the_same_numbers(networks, tmp_path):
    def begin(name):
        recipe = tiny_recipe(networks=networks, data=ON)
        return create_run(tmp_path / name, recipe, genre_set(3), seed=1)

    straight, broken = begin("straight"), begin("broken")
    Session(straight, CPU).train()
    left = iter(range(3))
    Session(broken, CPU).train(stopped=lambda: next(left, None) is None)
    Session(open_run(broken.folder), CPU).train()
    one, two = (load_tensors(run.last)[0] for run in (straight, broken))
    for group, members in one.items():
        for name, value in members.items():
            assert torch.equal(value, two[group][name]), (group, name)


def test_each_genre_is_held_out_and_judged_by_its_own_songs():
    training, held_out = prepare(genre_set(6), DataRecipe(genres=True, held_out=0.2), 0)
    assert sorted(name.partition("/")[0] for name in held_out.names) == ["fives", "sevens"]
    assert genre_shares(training, GENRES) == (0.5, 0.5)

    class Ideal(torch.nn.Module):
        """Plays held-out music of the genre that it is asked for, or of the other one."""

        def __init__(self, wrong):
            super().__init__()
            self.wrong = wrong

        def forward(self, chords, style, melody, groove, genre):
            place = (genre[:, 0] < 0.5) ^ self.wrong
            half = len(held_out) // 2
            rows = torch.arange(len(chords)) % half + half * place
            return torch.from_numpy(np.where(held_out.phrases()[rows.numpy()], 1.0, -1.0))

    judge = HeldOut(held_out, GENRES)
    right, wrong = (judge.score(Ideal(wrong), CPU) for wrong in (False, True))
    assert right > 0.8
    assert wrong < right - 0.2


def test_snapshots_and_quality_use_labels(learned):
    session = Session(open_run(learned.folder), CPU)
    assert session.held_out is not None
    phrases = sample(session.trainer.average.module, learned.layout, 8, CPU, torch.eye(2)[[0] * 8])
    assert distance(phrases, 5) < 0.3


def test_a_dry_run_builds_what_a_run_with_genres_would():
    plain = estimate(tiny_recipe(), genre_set(2), CPU)
    with_genres = estimate(tiny_recipe(data=ON), genre_set(2), CPU)
    assert with_genres.parameters[0] > plain.parameters[0]
    assert with_genres.parameters[1] > plain.parameters[1]
