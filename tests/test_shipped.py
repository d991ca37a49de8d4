import tomllib
from pathlib import Path

import pytest

from midigan.errors import FormatError
from midigan.generator import Generator
from midigan.shipped import (
    DEFAULT_GENERATOR,
    find_generator,
    shipped_folder,
    shipped_generators,
)


def test_the_default_generator_ships_and_plays():
    assert DEFAULT_GENERATOR in shipped_generators()
    generator = Generator.load(find_generator(None))
    assert generator.phrases(generator.draw(1, 1)).any()


@pytest.mark.parametrize("name", shipped_generators())
def test_what_ships_is_complete_and_small(name):
    folder = shipped_folder("export") / name
    files = {path.name for path in folder.iterdir()}
    assert files >= {
        "README.md",
        "recipe.toml",
        "generator.onnx",
        "critic.onnx",
        "generator.safetensors",
        "critic.safetensors",
    }
    assert sum(path.stat().st_size for path in folder.iterdir()) < 16e6
    info = Generator.load(folder / "generator.onnx").info
    assert info.licence
    assert info.key
    assert "/" not in str(info.training["source"]), "where it was made is nobody's business"


@pytest.mark.parametrize("name", shipped_generators())
def test_a_card_says_how_it_was_made_from_what_and_how_good_it_is(name):
    folder = shipped_folder("export") / name
    card = (folder / "README.md").read_text("utf-8")
    recipe = tomllib.loads((folder / "recipe.toml").read_text("utf-8"))
    assert recipe["training"]["measure_epochs"] > 0, "what is kept must not depend on the clock"
    assert card.startswith(f"# {name}: ")
    assert f"--recipe export/{name}/recipe.toml" in card
    assert f"midigan evaluate {name} --reference" in card
    for title in ("What it learned from", "How it was made", "How good it is", "Terms"):
        assert f"\n## {title}\n" in card
    # Songs are held out by name, and the file knows which were.
    info = Generator.load(folder / "generator.onnx").info
    assert info.held_out_songs
    if name != DEFAULT_GENERATOR:  # which knows those of the same tune, too
        assert set(info.held_out_songs) <= set(recipe["data"]["held_out_songs"])


def test_the_readme_lists_every_generator_that_ships():
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    for name in shipped_generators():
        assert f"| `{name}` |" in readme


def test_a_generator_is_a_file_or_a_run_folder(tiny_generator, tmp_path):
    assert find_generator(str(tiny_generator)) == tiny_generator
    (tmp_path / "generator.onnx").write_bytes(tiny_generator.read_bytes())
    assert find_generator(str(tmp_path)) == tmp_path / "generator.onnx"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(FormatError, match=DEFAULT_GENERATOR):
        find_generator("polkas")


def test_a_run_without_a_generator_says_how_to_make_it(tmp_path):
    with pytest.raises(FormatError, match="midigan export"):
        find_generator(str(tmp_path))
