"""The training step: it learns, it repeats itself, and its averages and schedules are right."""

import math

import pytest
import torch
from pattern import TINY_BOOK, TINY_MULTISCALE, distance, pattern_set, tiny_recipe

from midigan.errors import FormatError, MidiganError
from midigan.training.networks.models import RunningAverage, build_networks
from midigan.training.networks.musegan import PhraseGenerator
from midigan.training.recipes.recipe import OptimizerRecipe
from midigan.training.runs.batches import Batches
from midigan.training.runs.quality import sample
from midigan.training.runs.trainer import LOWEST_RATE, Trainer, rate_factor

CPU = torch.device("cpu")


def trainer(recipe=None, seed=0, phrases=None, precision=torch.float32):
    recipe = recipe or tiny_recipe()
    phrases = phrases or pattern_set()
    batches = Batches(phrases, recipe.data, recipe.training.batch, seed)
    networks = build_networks(recipe.networks, phrases.layout, seed)
    return Trainer(recipe, *networks, batches, seed, CPU, precision=precision)


def same(one, two):
    return all(
        torch.equal(value, two[group][name])
        for group, members in one.items()
        for name, value in members.items()
    )


@pytest.mark.parametrize(
    ("networks", "loss"), [(TINY_BOOK, "wasserstein"), (TINY_MULTISCALE, "relativistic")]
)
def test_a_restored_trainer_goes_on_exactly(networks, loss):
    training = {"critic_steps": 2, "ema_halflife": 50}
    recipe = tiny_recipe(
        networks=networks, loss={"family": loss, "penalty_interval": 2}, training=training
    )
    straight, broken, resumed = (trainer(recipe) for _ in range(3))
    for _ in range(6):
        straight.step(0.0)
    for _ in range(3):
        broken.step(0.0)
    resumed.restore(broken.tensors(), broken.steps)
    for _ in range(3):
        resumed.step(0.0)
    assert resumed.steps == straight.steps == 6
    assert same(straight.tensors(), resumed.tensors())


def test_another_seed_is_another_training():
    one, two = trainer(seed=1), trainer(seed=2)
    for each in (one, two):
        each.step(0.0)
    assert not same(one.tensors(), two.tensors())


def test_training_learns_a_rule():
    """The whole loop on a tiny set whose pitches are all multiples of five."""
    recipe = tiny_recipe(
        loss={"likelihood_weight": 1.0},
        optimizer={"generator_rate": 0.003, "critic_rate": 0.003},
        training={"batch": 32, "ema_halflife": 500.0},
    )
    learning = trainer(recipe, phrases=pattern_set(12))
    layout = learning.batches.layout
    assert distance(learning.batches.draw(0)) == 0
    assert distance(sample(learning.average.module, layout, 64, CPU)) > 0.7
    for _ in range(150):
        learning.step(0.0)
    assert distance(sample(learning.average.module, layout, 64, CPU)) < 0.2


@pytest.mark.parametrize(
    ("networks", "loss"),
    [
        (TINY_BOOK, {"family": "wasserstein"}),
        (TINY_MULTISCALE, {"family": "relativistic", "likelihood_weight": 1.0}),
    ],
)
def test_in_bfloat16_weights_and_losses_stay_float32(networks, loss):
    recipe = tiny_recipe(networks=networks, loss=loss)
    exact, rounded = trainer(recipe), trainer(recipe, precision=torch.bfloat16)
    for each in (exact, rounded):
        each.step(0.0)
    assert not same(exact.tensors(), rounded.tensors())
    for tensors in rounded.tensors().values():
        assert {t.dtype for t in tensors.values() if t.is_floating_point()} == {torch.float32}
    for one, other in zip(exact.losses(), rounded.losses(), strict=True):
        assert other == pytest.approx(one, rel=0.05, abs=0.05)


def test_losses_are_means_and_say_when_training_comes_apart():
    learning = trainer()
    learning.step(0.0)
    learning.step(0.0)
    assert all(math.isfinite(value) for value in learning.losses())
    with torch.no_grad():
        next(learning.critic.parameters()).fill_(float("nan"))
    learning.step(0.0)
    with pytest.raises(MidiganError, match=r"came apart before step 3.*lower the learning rates"):
        learning.losses()


def test_the_generator_step_leaves_no_gradient_in_the_critic():
    learning = trainer()
    learning.step(0.0)
    before = [p.grad.clone() for p in learning.critic.parameters()]
    real = learning.batches.tensor(0, CPU)
    learning._generator_step(real, None, learning._chance(), adversarial=True)
    after = [p.grad for p in learning.critic.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert all(p.requires_grad for p in learning.critic.parameters())


def test_a_checkpoint_of_other_networks_is_refused_in_one_line():
    wide = tiny_recipe(networks=TINY_BOOK)
    with pytest.raises(FormatError, match="another layout or recipe") as error:
        trainer(wide).restore(trainer().tensors(), 0)
    assert "\n" not in str(error.value)


class OneWeight(PhraseGenerator):
    """A generator of one weight and one counter."""

    def __init__(self, value):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(value))
        self.register_buffer("count", torch.tensor(0))


def test_the_average_halves_after_its_halflife():
    average = RunningAverage(OneWeight(0.0), halflife=100)
    source = OneWeight(1.0)
    source.count.fill_(7)
    average.update(source, step=1000, batch=100)
    assert average.module.weight.item() == pytest.approx(0.5)
    assert average.module.count.item() == 7
    assert not average.module.weight.requires_grad


def test_the_average_forgets_the_first_weights_soon():
    average = RunningAverage(OneWeight(0.0), halflife=1e9)
    average.update(OneWeight(1.0), step=1, batch=10)
    assert average.module.weight.item() > 0.99


def test_without_a_halflife_the_average_is_the_weights():
    average = RunningAverage(OneWeight(0.0), halflife=0)
    average.update(OneWeight(1.0), step=1, batch=10)
    assert average.module.weight.item() == 1


def test_rates_warm_up_and_fall():
    flat = OptimizerRecipe(warmup_steps=10)
    assert rate_factor(flat, 0, 0.0) == pytest.approx(0.1)
    assert rate_factor(flat, 50, 0.99) == 1
    cosine = OptimizerRecipe(schedule="cosine", flat=0.5)
    assert rate_factor(cosine, 0, 0.5) == 1
    assert rate_factor(cosine, 0, 0.75) == pytest.approx((1 + LOWEST_RATE) / 2)
    assert rate_factor(cosine, 0, 1.0) == pytest.approx(LOWEST_RATE)
    assert rate_factor(cosine, 0, 1.3) == pytest.approx(LOWEST_RATE)


def test_the_critic_joins_when_the_recipe_says():
    recipe = tiny_recipe(loss={"likelihood_weight": 1.0, "adversarial_from": 0.5})
    learning = trainer(recipe)
    before = {name: value.clone() for name, value in learning.critic.state_dict().items()}
    learning.step(0.4)
    assert learning.losses().critic == 0
    assert all(torch.equal(before[n], v) for n, v in learning.critic.state_dict().items())
    learning.step(0.5)
    assert learning.losses().critic > 0
    assert not all(torch.equal(before[n], v) for n, v in learning.critic.state_dict().items())


def test_networks_without_a_likelihood_refuse_a_recipe_that_wants_one():
    recipe = tiny_recipe(networks=TINY_BOOK, loss={"likelihood_weight": 1.0})
    with pytest.raises(FormatError, match="likelihood_weight"):
        trainer(recipe).step(0.0)
