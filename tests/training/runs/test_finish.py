"""What is done before export: a critic taught alone, and all of it done once for a run."""

import torch
from pattern import pattern_set, tiny_layout, tiny_recipe

from midigan.generating.directions import directions_of
from midigan.generator import Generator
from midigan.training.exporting import export
from midigan.training.exporting.export import export_run, finished_weights, kept_weights
from midigan.training.networks.critic import IntervalCritic
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.recipes.recipe import FinishRecipe, Recipe
from midigan.training.runs import finish as finishing
from midigan.training.runs.batches import to_tensor
from midigan.training.runs.finish import finish, joined, teach_critic
from midigan.training.runs.moments import draw
from midigan.training.runs.run import create_run
from midigan.training.runs.session import Session

FINISH = {"rounds": 1, "critic_steps": 2}


def test_the_windows_across_phrases_have_an_end_and_a_beginning():
    bars = torch.arange(4.0).reshape(2, 1, 2, 1, 1)
    assert joined(bars).flatten(1).tolist() == [[1, 2], [3, 0]]
    three = torch.arange(6.0).reshape(2, 1, 3, 1, 1)
    assert joined(three).flatten(1).tolist() == [[1, 2, 3], [4, 5, 0]]


def test_a_critic_alone_learns_to_tell_real_phrases():
    shape = tiny_layout().shape
    with torch.random.fork_rng():
        torch.manual_seed(1)
        generator = MultiscaleGenerator(shape, embedding=8, context=12, own=8).eval()
        critic = IntervalCritic(shape, interval=6, channels=16)
    real = to_tensor(pattern_set(12).phrases(), torch.device("cpu"))
    teach_critic(critic, generator, real[10:], 60, seed=1)
    with torch.no_grad():
        ours, made = critic(real[:10]), critic(draw(generator, 64, 5))
    assert (ours[:, None] > made).float().mean() > 0.9


def finished_run(folder, **finish):
    recipe = tiny_recipe(finish=finish, training={"epochs": 1})
    run = create_run(folder, recipe, pattern_set(3), seed=3)
    Session(run, torch.device("cpu")).train()
    return run


def test_a_run_is_finished_once(tmp_path, monkeypatch):
    run = finished_run(tmp_path / "run", **FINISH)
    kept, found = kept_weights(run), finished_weights(run)
    moved = {n for n in kept.generator if not torch.equal(kept.generator[n], found.generator[n])}
    calibrated = {name for name in moved if "intervals" in name or "motions" in name}
    assert calibrated
    assert moved - calibrated == {"entries.cells"}
    assert found.values == kept.values
    monkeypatch.setattr(export, "finish", None)
    again = finished_weights(run)
    for name, weights in found.critic.items():
        assert torch.equal(weights, again.critic[name])


def test_directions_are_looked_for_as_the_recipe_asks(tmp_path, monkeypatch):
    """An attribute counts as known that moves at all: so little training teaches none well."""
    monkeypatch.setattr("midigan.generating.finding.LEAST_MOVED", 1e-6)
    monkeypatch.setattr("midigan.generating.finding._PUSHES", (1.0,))
    path = tmp_path / "generator.onnx"
    export_run(finished_run(tmp_path / "run", phrases=8), path)
    known = directions_of(Generator.load(path).info)
    assert known
    export_run(finished_run(tmp_path / "other"), path)
    assert not directions_of(Generator.load(path).info)


def test_without_a_finish_weights_stay_as_they_are(tmp_path):
    run = finished_run(tmp_path / "run")
    kept, found = kept_weights(run), finished_weights(run)
    assert all(torch.equal(kept.generator[n], found.generator[n]) for n in kept.generator)
    assert Recipe.from_dict({"training": {"epochs": 1}}).finish.rounds == 0


def test_of_phrases_that_pause_a_share_is_learned_from_in_all_that_is_finished(monkeypatch):
    seen = {}
    whats = ("match_rhythms", "match_moments", "match_rests", "match_parallels")
    for what in whats:
        monkeypatch.setattr(
            finishing, what, lambda _, phrases, *rest, name=what: seen.update({name: len(phrases)})
        )
    monkeypatch.setattr(
        finishing, "teach_critic", lambda _, __, phrases, *rest: seen.update(critic=len(phrases))
    )
    generator = MultiscaleGenerator(tiny_layout().shape, embedding=8, context=12, own=8)
    phrases = -torch.ones(10, *tiny_layout().shape)
    phrases[:4, ..., 2] = 1  # six of ten are silent
    for share, left in ((1.0, 10), (0.5, 7)):
        recipe = FinishRecipe(rounds=3, critic_steps=2, rests=share)
        finish(generator, torch.nn.Identity(), phrases, recipe, seed=1)
        assert seen == dict.fromkeys((*whats, "critic"), left)
