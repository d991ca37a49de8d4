"""Recipes: what ships, what a file may say, and what it is told if it says something else."""

import pytest

from midigan.errors import FormatError
from midigan.training.recipes.recipe import FinishRecipe, Recipe, load_recipe, shipped_recipes
from midigan.training.runs.run import with_limits


def test_the_book_recipe_is_the_published_one():
    book = load_recipe("book")
    assert (book.optimizer.generator_rate, book.optimizer.critic_rate) == (0.001, 0.001)
    assert book.optimizer.betas == (0.5, 0.9)
    assert (book.training.batch, book.training.critic_steps, book.training.epochs) == (64, 5, 500)
    assert (book.loss.family, book.loss.penalty_weight) == ("wasserstein", 10.0)
    assert book.networks.generator == {"hidden": 1024, "features": 1024}
    assert book.networks.critic == {"hidden": 128, "features": 1024}


@pytest.mark.parametrize("name", shipped_recipes())
def test_shipped_recipes_come_back_from_their_own_toml(name):
    recipe = load_recipe(name)
    assert Recipe.from_toml(recipe.to_toml()) == recipe


def test_a_file_of_ones_own_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[networks]\nfamily = "book"\n[training]\nminutes = 3\n', "utf-8")
    recipe = load_recipe(str(path))
    assert recipe.training.minutes == 3.0
    assert recipe.networks.family == "book"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[training]\nepoch = 1", "unknown key 'epoch' in .training., legal are batch"),
        ("[trainning]\n", "unknown key 'trainning' in a recipe, legal are networks"),
        ('[loss]\nfamily = "lsgan"', '"wasserstein" or "relativistic"'),
        ("[training]\nepochs = 1.5", "epochs is 1.5, legal is a whole number"),
        ("[training]\nepochs = true", "whole number"),
        ("[optimizer]\nbetas = 0.5", "two numbers"),
        ('[optimizer]\ngenerator_rate = "fast"', "a number"),
        ("[optimizer]\ngenerator_rate = 0", "above 0"),
        ("[networks]\ngenerator = 1024", "table of numbers"),
        ("[training]\nbatch = 1\nepochs = 1", "at least 2"),
        ("[training]\nepochs = 0", "one of them above 0"),
        ("[data]\nheld_out = 0.9\n[training]\nepochs = 1", "0 to 0.5"),
        ('[data]\nheld_out_songs = "a"\n[training]\nepochs = 1', "a list of names"),
        ("[loss]\nadversarial_from = 2\n[training]\nepochs = 1", "0 to 1"),
        ("[training]\nmeasure_epochs = -1\nepochs = 1", "measure_epochs is -1.0, legal is 0 and"),
        ("[finish]\nphrases = -1\n[training]\nepochs = 1", "phrases is -1, legal is 0 and above"),
        ("[finish]\nrests = 0\n[training]\nepochs = 1", "rests is 0.0, legal is above 0 to 1"),
        ("[finish]\nrests = 1.5\n[training]\nepochs = 1", "rests is 1.5, legal is above 0 to 1"),
        ("training = 3", "should be a table"),
        ("[training", "not valid TOML"),
    ],
)
def test_what_is_not_legal_is_said(text, told, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(FormatError, match=told) as error:
        load_recipe(str(path))
    assert str(path) in str(error.value)


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(FormatError, match="no recipe 'bok': name one of book"):
        load_recipe("bok")


def test_limits_given_on_the_command_line_win():
    book = load_recipe("book")
    assert with_limits(book, None, None) == book
    limited = with_limits(book, None, 2.0)
    assert (limited.training.epochs, limited.training.minutes) == (500, 2.0)
    assert with_limits(book, 7, None).training.epochs == 7


def test_a_short_run_is_finished_in_proportion():
    whole = FinishRecipe(rounds=24, critic_steps=300, phrases=8192, rests=0.5)
    assert whole.after(4000) == whole
    assert whole.after(300) == FinishRecipe(rounds=5, critic_steps=75, phrases=1200, rests=0.5)
    assert whole.after(1) == FinishRecipe(rounds=1, critic_steps=1, phrases=4, rests=0.5)
    assert FinishRecipe().after(4000) == FinishRecipe()
