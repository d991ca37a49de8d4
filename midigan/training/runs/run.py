"""A run folder: what is trained on what and how, and where its results lie.

recipe.toml  config.json  phrases.npz                 what is needed to go on, all in the folder
checkpoints/last.safetensors  best.safetensors        all state, and the best weights so far
metrics.csv  snapshots/step-*.mid                     the course of the training
generator.onnx  critic.onnx                           what is played
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import count
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from midigan import __version__
from midigan.errors import FormatError, MidiganError
from midigan.files.encoding.micro_timing import measure_micro_timing, rows_of
from midigan.layout import Layout
from midigan.saving import whole_file
from midigan.sets.mapped import map_set
from midigan.sets.phrase_set import PhraseSet
from midigan.training.recipes.recipe import Recipe
from midigan.training.runs.checkpoint import save_tensors
from midigan.training.runs.labels import genres_in
from midigan.training.runs.metrics_log import MetricsLog

#: Version of the folder's format. Readers refuse what is newer than they are.
FORMAT = 1


@dataclass(frozen=True)
class RunConfig:
    """What a run was begun with, besides its recipe.

    genres: names of the labels that it learns, () for none. source: what its phrases came from,
    for people. base: the generator it went on from, "" for none. versions: of the libraries that
    began it. late, spread: how its source is played beside the grid, see `micro_timing`; ()
    where it is not.
    """

    layout: Layout
    seed: int
    genres: tuple[str, ...] = ()
    source: str = ""
    base: str = ""
    songs: int = 0
    phrases: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    late: tuple[tuple[float, ...], ...] = ()
    spread: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Run:
    """An existing run folder."""

    folder: Path
    recipe: Recipe
    config: RunConfig

    @property
    def layout(self) -> Layout:
        """Layout of the phrases that the run trains on and generates."""
        return self.config.layout

    @property
    def last(self) -> Path:
        """The checkpoint to go on from."""
        return self.folder / "checkpoints" / "last.safetensors"

    @property
    def best(self) -> Path:
        """The weights that did best on held-out songs; missing where none are held out."""
        return self.folder / "checkpoints" / "best.safetensors"

    @property
    def generator(self) -> Path:
        """The exported generator."""
        return self.folder / "generator.onnx"

    @property
    def metrics(self) -> MetricsLog:
        """The log: one row each second or step, whichever is longer."""
        return MetricsLog(self.folder / "metrics.csv")

    def snapshot(self, step: int) -> Path:
        """Where the MIDI file of fixed noise at a step lies."""
        return self.folder / "snapshots" / f"step-{step:07d}.mid"

    def phrases(self) -> PhraseSet:
        """The run's own copy of its phrases, as they came; see `map_set`."""
        return map_set(self.folder / "phrases.npz")

    def with_limits(self, epochs: int | None, minutes: float | None) -> Run:
        """The same run with another length, kept in its recipe; None leaves a limit as it is."""
        recipe = with_limits(self.recipe, epochs, minutes)
        if recipe != self.recipe:
            _write_text(self.folder / "recipe.toml", recipe.to_toml())
        return replace(self, recipe=recipe)


def with_limits(recipe: Recipe, epochs: int | None, minutes: float | None) -> Recipe:
    """The recipe with another length; None leaves a limit as it is."""
    training = replace(
        recipe.training,
        epochs=recipe.training.epochs if epochs is None else epochs,
        minutes=recipe.training.minutes if minutes is None else minutes,
    )
    return replace(recipe, training=training)


def create_run(
    folder: Path,
    recipe: Recipe,
    phrases: PhraseSet,
    seed: int,
    source: str = "",
    base: str = "",
    weights: Mapping[str, Mapping[str, Tensor]] | None = None,
    genres: Sequence[str] | None = None,
) -> Run:
    """Begin a run in a folder that is new or empty.

    genres: names of the labels; None finds them in the phrases if the recipe wants any.
    weights: a first checkpoint, at step 0, to begin with: `average` and `critic`.
    Raises MidiganError where something is already, since a run is never overwritten.
    """
    refuse_used(folder)
    played = measure_micro_timing(source, phrases.layout) if source else None
    if genres is None:
        genres = genres_in(phrases, recipe.data)
    config = RunConfig(
        layout=phrases.layout,
        seed=seed,
        genres=tuple(genres),
        source=source,
        base=base,
        songs=len(phrases.names),
        phrases=len(phrases),
        versions={"midigan": __version__, "torch": torch.__version__, "numpy": np.__version__},
        late=rows_of(played.late) if played else (),
        spread=rows_of(played.spread) if played else (),
    )
    phrases.save(folder / "phrases.npz")
    _write_text(folder / "recipe.toml", recipe.to_toml())
    run = Run(folder, recipe, config)
    if weights is not None:
        save_tensors(run.last, weights, {"steps": 0})
    # Last, because it is what makes the folder a run.
    _write_text(folder / "config.json", json.dumps({"format": FORMAT, **asdict(config)}, indent=1))
    return run


def refuse_used(folder: Path) -> None:
    """Raise MidiganError if `folder` is not free for a new run."""
    if (folder / "config.json").exists():
        raise MidiganError(
            f"{folder} holds a run already: go on with 'midigan train --resume {folder}', "
            "or name another folder with -o"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MidiganError(f"{folder} is not empty: name a new folder with -o")


def open_run(folder: Path) -> Run:
    """Open a run folder. Raises FormatError if it is none, or a newer or a damaged one."""
    path = folder / "config.json"
    if not path.is_file():
        raise FormatError(f"{folder} is not a run folder: it has no config.json")
    try:
        values = json.loads(path.read_text("utf-8"))
        if values.pop("format") > FORMAT:
            raise FormatError("it was begun by a newer midigan: upgrade midigan")
        known = {f.name: values[f.name] for f in fields(RunConfig) if f.name in values}
        for table in ("late", "spread"):
            known[table] = tuple(tuple(row) for row in known.get(table, ()))
        known["genres"] = tuple(known.get("genres", ()))
        config = RunConfig(**{**known, "layout": Layout.from_dict(values["layout"])})
        recipe = Recipe.from_toml((folder / "recipe.toml").read_text("utf-8"))
    except FormatError as error:
        raise FormatError(f"run {folder}: {error}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"run {folder}: its config.json or recipe.toml is damaged") from error
    return Run(folder, recipe, config)


def free_folder(source: str) -> Path:
    """`runs/NAME` for a source, numbered if it is taken."""
    path = Path(source)
    named = path.parent if any(sign in path.name for sign in "*?[") else path
    name = named.resolve().stem or "run"
    tries = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(folder for folder in (Path("runs") / name for name in tries) if not folder.exists())


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as beside:
        beside.write_text(text, "utf-8")
