"""Going on from a trained generator and critic towards the music of one's own folder."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from midigan.errors import FormatError, MidiganError
from midigan.files.split import split_by_song
from midigan.sets.phrase_set import PhraseSet
from midigan.training.bases import Base
from midigan.training.networks.models import build_networks
from midigan.training.networks.multiscale import without_limits
from midigan.training.recipes.recipe import Recipe
from midigan.training.runs.labels import genres_in, grown, refuse_without_genre
from midigan.training.runs.run import Run, create_run

#: How long it goes on at most where nothing is said, how often it meets the held-out songs, and
#: after how many such meetings without progress it ends.
MINUTES = 10.0
SAVE_SECONDS = 15.0
PATIENCE = 10

#: The share of songs that are held out.
HELD_OUT = 0.15

#: How often a generator that is taught by example meets each phrase, and in how many steps at
#: least; what comes after that it learns by heart.
PASSES, FEWEST_STEPS = 50, 150

#: The share of the base's learning rates that is used where a critic alone teaches.
SLOWER = 0.5


def begin(
    folder: Path,
    base: Base,
    phrases: PhraseSet,
    seed: int,
    source: str = "",
    *,
    epochs: int | None = None,
    minutes: float | None = None,
    genres: bool = False,
) -> Run:
    """Begin a run whose first checkpoint is the base; `Session` trains it on.

    It keeps the base's networks, losses, keys and genres; sub-folders of other names become
    new genres. genres: give them to a base without any, too. Raises FormatError if the phrases
    are of another layout, MidiganError if the folder is not free, or if songs have no genre that
    need one.
    """
    if phrases.layout != base.layout:
        raise FormatError(
            f"these phrases have the layout {phrases.layout.name}, {base.name} was trained on "
            f"{base.layout.name}: give the MIDI files, or a phrase set of that layout"
        )
    by_genre = genres or bool(base.genres)
    learned, _ = split_by_song(phrases, HELD_OUT, seed, by_genre=by_genre)
    recipe = finetuning(base.recipe, len(learned), epochs, minutes)
    recipe = replace(recipe, data=replace(recipe.data, genres=by_genre))
    labels = _all_genres(base, phrases, recipe)
    old, new = len(base.genres), len(labels)
    like = [module.state_dict() for module in build_networks(recipe.networks, base.layout, 0, new)]
    weights = {
        "average": grown(without_limits(base.generator), like[0], old, new),
        "critic": grown(base.critic, like[1], old, new),
    }
    return create_run(folder, recipe, phrases, seed, source, base.name, weights, labels)


def _all_genres(base: Base, phrases: PhraseSet, recipe: Recipe) -> tuple[str, ...]:
    """The base's genres, then those that are new in the phrases."""
    if not base.genres:
        return genres_in(phrases, recipe.data)
    try:
        found = refuse_without_genre(phrases)
    except MidiganError as error:
        raise MidiganError(
            f"{error}, or name one for all with --genre; {base.name} knows {', '.join(base.genres)}"
        ) from error
    return (*base.genres, *(name for name in found if name not in base.genres))


def finetuning(
    recipe: Recipe, phrases: int, epochs: int | None = None, minutes: float | None = None
) -> Recipe:
    """A recipe turned into one for fine-tuning on so many phrases, judged by held-out songs.

    A generator that is taught by example goes on at its own rates, which fall to nearly nothing
    by the end: slower ones only keep what is unlike the new songs. Against a critic it goes
    on slowly, until it comes no closer.
    """
    rates, by_example = recipe.optimizer, recipe.loss.likelihood_weight > 0
    if minutes is None:
        minutes = 0.0 if epochs else MINUTES
    if epochs is None:
        epochs = planned_epochs(phrases, recipe.training.batch) if by_example else 0
    slower = 1.0 if by_example else SLOWER
    optimizer = replace(
        rates,
        generator_rate=slower * rates.generator_rate,
        critic_rate=slower * rates.critic_rate,
        schedule="cosine" if by_example else "constant",
    )
    training = replace(
        recipe.training,
        epochs=epochs,
        minutes=minutes,
        save_seconds=SAVE_SECONDS,
        measure_epochs=0.0,
        patience=PATIENCE,
    )
    data = replace(recipe.data, held_out=HELD_OUT, held_out_songs=())
    finish = replace(recipe.finish, rests=1.0)  # the new songs pause as often as they do
    return replace(recipe, optimizer=optimizer, training=training, data=data, finish=finish)


def planned_epochs(phrases: int, batch: int) -> int:
    """For how many epochs so many phrases are worth learning from."""
    steps = max(FEWEST_STEPS, math.ceil(PASSES * phrases / batch))
    return math.ceil(steps / max(1, phrases // batch))
