"""Fine-tuning and genres: what a base knows stays, new genres join, and songs need one."""

import pytest
import torch
from pattern import (
    TINY_BOOK,
    TINY_MULTISCALE,
    convert_at_once,
    genre_set,
    pattern_set,
    tiny_layout,
    tiny_recipe,
)

from midigan.errors import MidiganError
from midigan.training.bases import load_base
from midigan.training.exporting.export import export_run, write_shipped
from midigan.training.finetune import begin
from midigan.training.networks.models import build_networks
from midigan.training.networks.noise import any_noise
from midigan.training.runs.batches import to_tensor
from midigan.training.runs.labels import all_of_genre, grown
from midigan.training.runs.run import create_run, open_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")


def networks(family, genres, seed):
    recipe = tiny_recipe(networks=family).networks
    made = build_networks(recipe, tiny_layout(), seed, genres)
    rng = torch.Generator().manual_seed(seed)
    for network in made:
        network.eval()
        for weights in network.parameters():
            weights.data += 0.2 * torch.randn(weights.shape, generator=rng)
    return made


def answers(made, genre):
    """Scores of noise and of real phrases under a label."""
    noise, real = any_noise(2, 0)(3), to_tensor(pattern_set(1).phrases(slice(3)), CPU)
    labels = [] if genre is None else [torch.tensor([genre]).expand(3, -1)]
    with torch.no_grad():
        return made[0](*noise, *labels), made[1](real, *labels)


def more(family, old, new):
    """Networks for `old` genres, and the same grown to `new` ones."""
    base, bigger = networks(family, old, 1), networks(family, new, 2)
    for one, two in zip(base, bigger, strict=True):
        two.load_state_dict(grown(one.state_dict(), two.state_dict(), old, new))
    return base, bigger


@pytest.mark.parametrize("family", [TINY_BOOK, TINY_MULTISCALE])
def test_known_genres_sound_as_before_and_a_new_one_between_them(family):
    base, bigger = more(family, 2, 4)
    for old, new in (([1.0, 0], [1.0, 0, 0, 0]), ([0, 1.0], [0, 1.0, 0, 0])):
        for before, after in zip(answers(base, old), answers(bigger, new), strict=True):
            torch.testing.assert_close(before, after)
    for before, after in zip(
        answers(base, [0.5, 0.5]), answers(bigger, [0, 0, 0, 1.0]), strict=True
    ):
        torch.testing.assert_close(before, after, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("family", [TINY_BOOK, TINY_MULTISCALE])
def test_without_genres_before_each_one_begins_as_the_whole(family):
    base, bigger = more(family, 0, 3)
    for genre in ([1.0, 0, 0], [0, 0, 1.0]):
        for before, after in zip(answers(base, None), answers(bigger, genre), strict=True):
            torch.testing.assert_close(before, after)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A run of two genres that has trained an epoch."""
    folder = tmp_path_factory.mktemp("base") / "run"
    recipe = tiny_recipe(data={"genres": True}, training={"epochs": 1})
    run = create_run(folder, recipe, genre_set(4), seed=1)
    Session(run, CPU).train()
    return run


def test_other_genres_join_those_of_the_base(base, tmp_path, monkeypatch):
    monkeypatch.setattr("midigan.training.exporting.export.convert", convert_at_once)
    new = all_of_genre(pattern_set(4), "Elevens", base.config.genres)
    run = begin(tmp_path / "run", load_base(str(base.folder)), new, 1, epochs=1)
    assert run.config.genres == ("fives", "sevens", "Elevens")
    Session(open_run(run.folder), CPU).train()
    export_run(run, run.generator)


def test_a_shipped_base_keeps_its_genres(base, tmp_path, monkeypatch):
    monkeypatch.setattr("midigan.training.exporting.export.convert", convert_at_once)
    write_shipped(base, tmp_path / "shipped", "CC0")
    shipped = load_base(str(tmp_path / "shipped"))
    assert shipped.genres == ("fives", "sevens")
    run = begin(tmp_path / "run", shipped, genre_set(4), 1, epochs=1)
    assert run.config.genres == ("fives", "sevens")
    assert run.recipe.data.genres
    Session(run, CPU)


def test_a_base_without_genres_gets_some_if_asked(trained, tmp_path):
    plain = load_base(str(trained.folder))
    assert begin(tmp_path / "one", plain, genre_set(4), 1, epochs=1).config.genres == ()
    run = begin(tmp_path / "two", plain, genre_set(4), 1, epochs=1, genres=True)
    assert run.config.genres == ("fives", "sevens")
    Session(run, CPU).train()


def test_songs_without_a_genre_are_refused_with_what_to_do(base, tmp_path):
    with pytest.raises(MidiganError, match=r"4 of 4 .*--genre; .* knows fives, sevens"):
        begin(tmp_path / "run", load_base(str(base.folder)), pattern_set(4), 1)
    named = all_of_genre(pattern_set(2), " FIVES ", base.config.genres)
    assert named.names == ("fives/song 0", "fives/song 1")
    for name in ("", "a/b"):
        with pytest.raises(MidiganError, match="a name that a folder could have"):
            all_of_genre(pattern_set(2), name, ())
