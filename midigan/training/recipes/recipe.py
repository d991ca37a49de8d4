"""Recipes: everything that decides how a run trains, in a plain TOML file.

Two ship with midigan, `midigan` (ours) and `book` (the published MuseGAN); a file of one's own
has the same keys. What a recipe leaves out has the default of the dataclasses here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from midigan.errors import FormatError
from midigan.training.recipes.values import build, check, to_toml

DEFAULT_RECIPE = "midigan"


@dataclass(frozen=True)
class NetworkRecipe:
    """Which networks, and their sizes by the names that their constructors have for them."""

    family: Literal["book", "multiscale"] = "multiscale"
    generator: Mapping[str, float] = field(default_factory=dict)
    critic: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class LossRecipe:
    """Which losses of critic and generator, and how much else the generator learns from.

    penalty_interval: the penalty enters every so many steps, that much heavier.
    likelihood_weight: of the nats a phrase by which real phrases surprise the generator, for
        networks that know it (`multiscale`); 0 leaves all teaching to the critic.
    adversarial_from: the share of the planned length, 0..1, after which the critic joins.
    """

    family: Literal["wasserstein", "relativistic"] = "relativistic"
    penalty_weight: float = 1.0
    penalty_interval: int = 1
    likelihood_weight: float = 0.0
    adversarial_from: float = 0.0


@dataclass(frozen=True)
class OptimizerRecipe:
    """Adam for both networks, with weight decay decoupled from the rates' history (AdamW).

    The learning rate rises over `warmup_steps`, and with the schedule `cosine` falls to
    nearly nothing over what of the planned length comes after the share `flat`.
    """

    generator_rate: float = 2e-4
    critic_rate: float = 2e-4
    betas: tuple[float, float] = (0.0, 0.99)
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine"] = "constant"
    flat: float = 0.0
    warmup_steps: int = 0


@dataclass(frozen=True)
class TrainingRecipe:
    """How long and how: a run ends at `epochs` or `minutes`, whichever comes first; 0 is no limit.

    ema_halflife: after how many phrases a weight counts half in the running average that is
        exported; 0 exports the weights as they are.
    save_seconds: how often a run is saved and leaves a snapshot, by the clock.
    measure_epochs: after how many epochs, or what part of one, a run meets its held-out songs
        and the best state is kept, so that every machine meets and keeps the same ones; it does
        at the end, too. 0 is whenever it is saved, which suits short runs.
    patience: after how many such meetings without progress a run ends; 0 is never.
    """

    batch: int = 128
    critic_steps: int = 1
    epochs: int = 0
    minutes: float = 0.0
    ema_halflife: float = 0.0
    save_seconds: float = 60.0
    measure_epochs: float = 0.0
    patience: int = 0


@dataclass(frozen=True)
class DataRecipe:
    """What of the phrases is trained on.

    transposition: "none" leaves songs in their keys, "all" draws a key for each phrase,
        "key" moves every song to C major or A minor, by its most likely key.
    repeats: whether a pitch that is struck again is held in the roll or leaves a gap.
    held_out: the share of songs that are kept from training, to measure quality by.
    held_out_songs: names of the songs to keep from training instead of a drawn share; songs
        whose first track begins with the melody of one of them are kept from it too.
    genres: whether the first sub-folder that a song lies in is its genre, a label to learn.
    """

    transposition: Literal["none", "all", "key"] = "none"
    repeats: Literal["held", "gap"] = "held"
    held_out: float = 0.0
    held_out_songs: tuple[str, ...] = ()
    genres: bool = False


#: Steps of training for which one round of calibration, and one step of a critic, are worth it,
#: and how many phrases for directions one step of training is worth.
STEPS_A_ROUND, STEPS_A_CRITIC_STEP, PHRASES_A_STEP = 60, 4, 4


@dataclass(frozen=True)
class FinishRecipe:
    """What is done once, before export, for networks that are taught by example (`multiscale`).

    rounds: of counting what the generator does and moving its tables until it does it as often
        as songs do; critic_steps: of teaching the critic, alone, to tell its phrases from real
        ones; phrases: by which directions for attributes are found. 0 leaves any of them out.
    rests: how often all voices are to pause, as a share of how often songs do, above 0 to 1: of
        the phrases in which they do, that share is calibrated by and shown to the critic.
    """

    rounds: int = 0
    critic_steps: int = 0
    phrases: int = 0
    rests: float = 1.0

    def after(self, steps: int) -> FinishRecipe:
        """What is done after a run of so many steps: less after a short one.

        Nobody who trains for a minute waits for two more, and there is little to calibrate.
        """
        return replace(
            self,
            rounds=min(self.rounds, -(-steps // STEPS_A_ROUND)),
            critic_steps=min(self.critic_steps, -(-steps // STEPS_A_CRITIC_STEP)),
            phrases=min(self.phrases, steps * PHRASES_A_STEP),
        )


@dataclass(frozen=True)
class Recipe:
    """All of a recipe; equal recipes with equal phrases and seeds give equal runs.

    Raises FormatError for a value outside its range.
    """

    networks: NetworkRecipe = field(default_factory=NetworkRecipe)
    loss: LossRecipe = field(default_factory=LossRecipe)
    optimizer: OptimizerRecipe = field(default_factory=OptimizerRecipe)
    training: TrainingRecipe = field(default_factory=TrainingRecipe)
    data: DataRecipe = field(default_factory=DataRecipe)
    finish: FinishRecipe = field(default_factory=FinishRecipe)

    def __post_init__(self) -> None:
        training, data, optimizer = self.training, self.data, self.optimizer
        check(training.batch >= 2, "batch", training.batch, "at least 2")
        check(training.critic_steps >= 1, "critic_steps", training.critic_steps, "at least 1")
        interval = self.loss.penalty_interval
        check(interval >= 1, "penalty_interval", interval, "at least 1")
        check(0 <= data.held_out <= 0.5, "held_out", data.held_out, "0 to 0.5")
        joins = self.loss.adversarial_from
        check(0 <= joins <= 1, "adversarial_from", joins, "0 to 1")
        check(0 <= optimizer.flat < 1, "flat", optimizer.flat, "0 to below 1")
        lengths = ("epochs", "minutes", "ema_halflife", "save_seconds", "measure_epochs")
        for name in (*lengths, "patience"):
            value = getattr(training, name)
            check(value >= 0, name, value, "0 and above")
        for name in ("rounds", "critic_steps", "phrases"):
            value = getattr(self.finish, name)
            check(value >= 0, name, value, "0 and above")
        check(0 < self.finish.rests <= 1, "rests", self.finish.rests, "above 0 to 1")
        for name in ("generator_rate", "critic_rate"):
            value = getattr(optimizer, name)
            check(value > 0, name, value, "above 0")
        check(
            training.epochs > 0 or training.minutes > 0,
            "epochs and minutes",
            0,
            "one of them above 0, so that training ends",
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """Build a recipe from plain values. Raises FormatError for what is not legal."""
        recipe: Recipe = build(cls, values, "a recipe")
        return recipe

    @classmethod
    def from_toml(cls, text: str) -> Recipe:
        """Read a recipe's TOML. Raises FormatError for what is not legal."""
        try:
            return cls.from_dict(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise FormatError(f"not valid TOML: {error}") from error

    def to_toml(self) -> str:
        """The recipe as TOML, complete; `from_toml` reads it back."""
        lines = []
        for section, values in asdict(self).items():
            lines += [f"[{section}]", *(f"{k} = {to_toml(v)}" for k, v in values.items()), ""]
        return "\n".join(lines)


def shipped_recipes() -> list[str]:
    """Names of the recipes that come with midigan, sorted."""
    folder = resources.files("midigan.training.recipes")
    files = (file.name for file in folder.iterdir())
    return sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml"))


def load_recipe(name: str) -> Recipe:
    """A shipped recipe by name, or one read from a TOML file by path.

    Raises FormatError if there is neither, or if the file is not a recipe.
    """
    if name in shipped_recipes():
        folder = resources.files("midigan.training.recipes")
        return Recipe.from_toml((folder / f"{name}.toml").read_text("utf-8"))
    path = Path(name)
    if not path.is_file():
        known = ", ".join(shipped_recipes())
        raise FormatError(f"no recipe {name!r}: name one of {known}, or a TOML file")
    try:
        return Recipe.from_toml(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"cannot read recipe {name}: {error}") from error
    except FormatError as error:
        raise FormatError(f"recipe {name}: {error}") from error
