"""Genres in training: each label learns its own rule, and both files know it."""

import io
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from pattern import (
    RULES,
    TINY_BOOK,
    TINY_MULTISCALE,
    distance,
    genre_set,
    pattern_set,
    tiny_layout,
    tiny_recipe,
)

from midigan.errors import MidiganError
from midigan.evaluation.classifier import area_under_roc
from midigan.generator import GENRE, Generator
from midigan.latents import Latents, draw_latents
from midigan.training.batches import Batches, prepare, to_tensor
from midigan.training.checkpoint import load_tensors
from midigan.training.estimate import estimate
from midigan.training.export import export_run
from midigan.training.labels import genre_shares, genres_in
from midigan.training.models import build_networks
from midigan.training.noise import any_noise
from midigan.training.objective import knowing
from midigan.training.onnx_file import convert
from midigan.training.program_file import to_program
from midigan.training.quality import HeldOut, sample
from midigan.training.recipe import DataRecipe
from midigan.training.run import create_run, open_run
from midigan.training.session import Session

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


def eager_book():
    """A generator of the book's kind for two genres, all of whose weights matter."""
    generator, _ = build_networks(tiny_recipe(networks=TINY_BOOK).networks, tiny_layout(), 1, 2)
    rng = torch.Generator().manual_seed(1)
    for weights in generator.parameters():
        weights.data += 0.3 * torch.randn(weights.shape, generator=rng)
    return generator.eval()


def test_a_graph_that_is_traced_takes_genres():
    """Converting compares them with PyTorch for any blends; here, that these would show."""
    generator = eager_book()
    draw = any_noise(2, 2)
    one, other = (generator(*draw(3)[:4], label.expand(3, -1)).detach() for label in torch.eye(2))
    assert (one - other).abs().max() > 0.01
    found = convert(generator, draw, (*Latents._fields, GENRE), "phrase", "{}")
    given = onnx.load_from_string(found.content).graph.input
    assert [value.name for value in given] == [*Latents._fields, GENRE]


def test_voices_of_poly_tracks_take_genres():
    layout = tiny_layout()
    poly = replace(layout, tracks=tuple(replace(track, mono=False) for track in layout.tracks))
    generator, _ = build_networks(tiny_recipe().networks, poly, 1, 2)
    rng = torch.Generator().manual_seed(1)
    for weights in generator.parameters():
        weights.data += 0.1 * torch.randn(weights.shape, generator=rng)
    draw = any_noise(2, 2)
    one, other = (
        generator.eval()(*draw(9)[:4], label.expand(9, -1)).detach() for label in torch.eye(2)
    )
    assert ((one > 0) != (other > 0)).any()
    found = convert(generator, draw, (*Latents._fields, GENRE), "phrase", "{}")
    given = onnx.load_from_string(found.content).graph.input
    assert [value.name for value in given] == [*Latents._fields, GENRE]
    real = to_tensor(genre_set(2, layout=poly).phrases(slice(4)), CPU)
    surprises = [
        generator.likelihood_loss(real, torch.Generator().manual_seed(1), label.expand(4, -1))
        for label in torch.eye(2)
    ]
    assert surprises[0] != surprises[1]


def test_a_program_takes_genres_too():
    generator = eager_book()
    program = torch.export.load(io.BytesIO(to_program(generator, any_noise(2, 2), "{}").content))
    noise = any_noise(2, 2)(4)
    with torch.no_grad():
        torch.testing.assert_close(program.module()(*noise), generator(*noise))


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


def test_networks_without_genres_are_what_they_were():
    recipe = tiny_recipe().networks
    for one, two in zip(
        build_networks(recipe, tiny_layout(), 1),
        build_networks(recipe, tiny_layout(), 1, 2),
        strict=True,
    ):
        assert one.state_dict().keys() <= two.state_dict().keys()
        assert not any("genre" in name for name in one.state_dict())


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


def test_a_critic_hears_the_label_of_each_phrase_in_each_round():
    heard = []

    def critic(phrases, genre):
        heard.append(genre)
        return phrases

    labels = torch.eye(2)
    knowing(critic, labels)(torch.zeros(4, 1))
    assert heard[0].tolist() == [*labels.tolist(), *labels.tolist()]
    assert knowing(critic, None) is critic


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


def test_genres_are_only_read_where_they_are_wanted():
    assert genres_in(genre_set(2), DataRecipe()) == ()
    assert genres_in(genre_set(2), DataRecipe(genres=True)) == GENRES


def test_folders_that_make_no_genres_are_told_plainly():
    wanted = DataRecipe(genres=True)
    with pytest.raises(MidiganError, match="6 of 6 songs lie in none, 'song 0' the first"):
        genres_in(pattern_set(), wanted)
    one = genre_set(2).subset([0, 1])
    with pytest.raises(MidiganError, match="all songs lie in one, 'fives'"):
        genres_in(one, wanted)


def test_a_dry_run_builds_what_a_run_with_genres_would():
    plain = estimate(tiny_recipe(), genre_set(2), CPU)
    with_genres = estimate(tiny_recipe(data=ON), genre_set(2), CPU)
    assert with_genres.parameters[0] > plain.parameters[0]
    assert with_genres.parameters[1] > plain.parameters[1]
