"""What fine-tuning can go on from: a run, or a generator that ships, with how it was trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from midigan.errors import FormatError, MidiganError
from midigan.files.encoding.choose import find_layout
from midigan.files.encoding.encode import is_phrase_set
from midigan.layout import Layout
from midigan.sets.mapped import map_set
from midigan.shipped import DEFAULT_GENERATOR, find_generator, shipped_generators
from midigan.training.exporting.export import kept_weights
from midigan.training.networks.models import Tensors
from midigan.training.recipes.recipe import Recipe
from midigan.training.runs.checkpoint import load_tensors
from midigan.training.runs.run import open_run


@dataclass(frozen=True)
class Base:
    """A generator and a critic to go on from, and how they were trained.

    genres: names of the labels that they know, () for none.
    """

    name: str
    layout: Layout
    genres: tuple[str, ...]
    recipe: Recipe
    generator: Tensors
    critic: Tensors


def load_base(name: str | None) -> Base:
    """The base meant by a run folder, a shipped name, a folder like a shipped one, or None.

    Raises FormatError if there is none, or if it is for playing only.
    """
    if name is not None and (Path(name) / "config.json").is_file():
        return _from_run(Path(name))
    folder = find_generator(name).parent
    if (folder / "config.json").is_file():
        return _from_run(folder)
    files = [folder / f for f in ("generator.safetensors", "critic.safetensors", "recipe.toml")]
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        raise FormatError(
            f"{folder} can be played but not trained on: it has no {', '.join(missing)}; "
            "name a run folder or a shipped generator with --base"
        )
    generator, values = load_tensors(files[0])
    critic, _ = load_tensors(files[1])
    try:
        layout = Layout.from_dict(values["layout"])
        recipe = Recipe.from_toml(files[2].read_text("utf-8"))
        genres = tuple(values.get("genres", ()))
        weights = generator["generator"], critic["critic"]
        return Base(folder.name, layout, genres, recipe, *weights)
    except (KeyError, TypeError) as error:
        raise FormatError(f"the weights in {folder} are damaged: install midigan again") from error


def choose_base(source: str, jobs: int = 0) -> tuple[Base, str]:
    """The shipped base whose tracks suit a folder or a phrase set, and why it is that one.

    Where none does, a folder gets the default one, on whose tracks its music is put; with a
    phrase set that cannot be done. jobs: how many processes look at files, see `encode`. Raises
    MidiganError if there is none for a phrase set, FormatError if the set is damaged.
    """
    path = Path(source)
    encoded = is_phrase_set(path)
    if encoded:
        layout = map_set(path).layout
        reason = f"the phrases have its layout {layout.name}"
    else:
        layout, reason = find_layout([source], jobs)
    default = load_base(None)
    others = (name for name in shipped_generators() if name != DEFAULT_GENERATOR)
    for base in (default, *map(load_base, others)):
        if base.layout.name == layout.name:
            return base, reason
    lacking = f"none that ships is for layout {layout.name}"
    if encoded:
        raise MidiganError(
            f"no base for {source}: {lacking}; name a run of that layout with --base, or begin "
            "anew with 'midigan train'"
        )
    return default, f"{lacking}, with which 'midigan train' begins anew"


def _from_run(folder: Path) -> Base:
    run = open_run(folder)
    kept = kept_weights(run)
    genres = run.config.genres
    return Base(str(folder), run.layout, genres, run.recipe, kept.generator, kept.critic)
