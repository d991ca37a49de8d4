"""Fine-tuning: what it goes on from, and that it goes on from critic and generator both."""

import shutil
from dataclasses import replace

import pytest
import torch
from pattern import convert_at_once, pattern_set, tiny_layout, tiny_recipe

from midigan.errors import FormatError
from midigan.training.bases import load_base
from midigan.training.exporting.export import kept_weights, write_shipped
from midigan.training.finetune import (
    FEWEST_STEPS,
    PASSES,
    begin,
    finetuning,
    planned_epochs,
)
from midigan.training.runs.checkpoint import load_tensors
from midigan.training.runs.session import Session

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def shipped(trained, tmp_path_factory):
    """A folder like those in export/, made from a run."""
    folder = tmp_path_factory.mktemp("export") / "pattern"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("midigan.training.exporting.export.convert", convert_at_once)
        write_shipped(trained, folder, licence="CC0")
    return folder


def test_a_shipped_folder_is_a_base(shipped, trained):
    assert {path.name for path in shipped.iterdir()} == {
        "generator.onnx",
        "critic.onnx",
        "generator.safetensors",
        "critic.safetensors",
        "recipe.toml",
    }
    base = load_base(str(shipped))
    kept = kept_weights(trained)
    assert base.layout == trained.layout
    assert base.recipe == trained.recipe
    for loaded, own in ((base.generator, kept.generator), (base.critic, kept.critic)):
        assert loaded.keys() == own.keys()
        for name, weights in own.items():
            halves = weights.half() if weights.is_floating_point() else weights
            assert torch.equal(loaded[name], halves)
    assert load_base(str(shipped / "generator.onnx")).name == "pattern"


def test_a_run_is_a_base_even_before_its_export(trained):
    base = load_base(str(trained.folder))
    assert base.recipe == trained.recipe


def test_a_generator_that_can_only_play_is_refused(tiny_generator, shipped, tmp_path):
    with pytest.raises(FormatError, match=r"can be played but not trained on.*generator\.safe"):
        load_base(str(tiny_generator))
    shutil.copytree(shipped, tmp_path / "part")
    (tmp_path / "part" / "critic.safetensors").unlink()
    with pytest.raises(FormatError, match=r"has no critic\.safetensors"):
        load_base(str(tmp_path / "part"))
    with pytest.raises(FormatError, match="no generator"):
        load_base("nowhere")


def test_three_songs_go_on_from_the_base(shipped, tmp_path):
    base = load_base(str(shipped))
    run = begin(tmp_path / "run", base, pattern_set(3), seed=5, epochs=2)
    session = Session(run, CPU)
    for network, weights in (
        (session.trainer.generator, base.generator),
        (session.trainer.average.module, base.generator),
        (session.trainer.critic, base.critic),
    ):
        state = network.state_dict()
        assert all(torch.equal(state[name], weights[name]) for name in weights)
    assert session.held_out_songs == 1
    outcome = session.train()
    assert outcome.steps == 2 * session.trainer.batches.epoch_steps
    assert outcome.quality >= outcome.first_quality, "the base itself is kept if it was best"
    assert run.config.base == "pattern"


def test_what_it_was_worth_before_is_still_known_after_a_break(shipped, tmp_path):
    run = begin(tmp_path / "run", load_base(str(shipped)), pattern_set(3), seed=5, epochs=2)
    first = Session(run, CPU).train(stopped=iter([False, True]).__next__)
    assert first.reason == "stopped"
    resumed = Session(run, CPU)
    resumed.course.quality = 0.123
    assert resumed.train().first_quality == first.first_quality


def test_what_never_gets_better_keeps_the_base(shipped, tmp_path, monkeypatch):
    scores = iter([0.9, 0.2])
    monkeypatch.setattr(
        "midigan.training.runs.quality.HeldOut.score", lambda self, generator, device: next(scores)
    )
    run = begin(tmp_path / "run", load_base(str(shipped)), pattern_set(3), seed=5, epochs=1)
    Session(run, CPU).train()
    assert load_tensors(run.best)[1]["steps"] == 0


def test_the_recipe_is_the_bases_but_slower_and_stopped_early_against_a_critic(trained):
    recipe = finetuning(trained.recipe, 500)
    assert recipe.networks == trained.recipe.networks
    assert recipe.loss == trained.recipe.loss
    assert recipe.data.transposition == trained.recipe.data.transposition
    assert recipe.optimizer.generator_rate < trained.recipe.optimizer.generator_rate
    assert (recipe.training.minutes, recipe.training.epochs) == (10, 0)
    assert recipe.training.patience > 0
    assert recipe.data.held_out > 0
    by_epochs = replace(trained.recipe.training, measure_epochs=2.0)  # too rarely for a few songs
    shipped = replace(trained.recipe, training=by_epochs)
    assert finetuning(shipped, 500).training.measure_epochs == 0
    assert finetuning(trained.recipe, 500, epochs=3).training.minutes == 0
    assert finetuning(trained.recipe, 500, minutes=1.0).training.epochs == 0


def test_what_is_taught_by_example_goes_on_at_full_rates_that_fall_by_the_end_of_its_plan():
    base = tiny_recipe(loss={"likelihood_weight": 1.0})
    recipe = finetuning(base, 500)
    assert recipe.optimizer.generator_rate == base.optimizer.generator_rate
    assert recipe.optimizer.schedule == "cosine"
    assert recipe.training.epochs == planned_epochs(500, base.training.batch)
    assert recipe.training.minutes == 10
    shorter = finetuning(base, 500, minutes=1.0).training
    assert (shorter.minutes, shorter.epochs) == (1, recipe.training.epochs)
    longer = finetuning(base, 500, epochs=900).training
    assert (longer.minutes, longer.epochs) == (0, 900)


@pytest.mark.parametrize("phrases", [1, 30, 113, 184, 1000, 2033, 50_000])
def test_the_plan_is_so_many_passes_and_enough_steps_for_the_fewest_songs(phrases):
    batch = 96
    epoch = max(1, phrases // batch)
    fewest = max(FEWEST_STEPS, PASSES * phrases / batch)
    assert fewest <= planned_epochs(phrases, batch) * epoch < fewest + 1 + epoch


def test_the_plan_counts_what_is_left_when_songs_are_held_out(trained, tmp_path):
    base = load_base(str(trained.folder))
    by_example = replace(base.recipe, loss=replace(base.recipe.loss, likelihood_weight=1.0))
    run = begin(tmp_path / "run", replace(base, recipe=by_example), pattern_set(3), seed=5)
    batches = Session(run, CPU).trainer.batches
    assert run.recipe.training.epochs == planned_epochs(batches.count, batches.batch)


def test_phrases_of_another_layout_are_refused(shipped, tmp_path):
    other = pattern_set(3, layout=tiny_layout(3))
    with pytest.raises(FormatError, match="these phrases have the layout"):
        begin(tmp_path / "run", load_base(str(shipped)), other, seed=0)
    assert not (tmp_path / "run").exists()


def test_songs_that_the_base_held_out_may_be_learned_from():
    base = tiny_recipe(data={"held_out_songs": ["song 1"]})
    data = finetuning(base, 100).data
    assert data.held_out_songs == ()
    assert data.held_out > 0


def test_new_songs_pause_as_often_as_they_do_whatever_the_bases_were_to():
    base = tiny_recipe(finish={"rounds": 3, "rests": 0.5})
    assert finetuning(base, 100).finish == replace(base.finish, rests=1.0)
