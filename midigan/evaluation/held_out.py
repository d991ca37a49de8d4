"""Which songs a generator was kept from: what `evaluate` compares it with.

An exported generator names them in its own description; the recipe beside a generator that was
exported before it did names those that were chosen by hand.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from midigan.errors import MidiganError
from midigan.files.split import split_by_name
from midigan.generator import Generator
from midigan.sets.phrase_set import PhraseSet


def held_out_songs(generator: Generator) -> tuple[str, ...]:
    """Names of the songs of its source that a generator has not seen; () where it says none."""
    if generator.info.held_out_songs:
        return generator.info.held_out_songs
    recipe = generator.path.with_name("recipe.toml")
    try:
        values = tomllib.loads(recipe.read_text("utf-8"))
        return tuple(str(name) for name in values["data"]["held_out_songs"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def own_phrases(generator: Generator) -> Path | None:
    """The phrases of the run that a generator lies in, its held-out songs among them, if any."""
    path = generator.path.with_name("phrases.npz")
    return path if path.is_file() else None


def split_like_training(generator: Generator, phrases: PhraseSet) -> tuple[PhraseSet, PhraseSet]:
    """The songs that a generator learned from, and those it was kept from: (training, held out).

    Songs that begin with the melody of a held-out one are in neither, see `split_by_name`.
    Raises MidiganError where the generator names no held-out songs, or none of them is there.
    """
    names = held_out_songs(generator)
    if not names:
        raise MidiganError(
            f"{generator.path} names no held-out songs: give songs that it has not seen with "
            "--reference, and its training music with --training"
        )
    training, held_out = split_by_name(phrases, names)
    if held_out is None:
        raise MidiganError(
            f"none of the {len(names)} songs that {generator.path} was kept from is there "
            f"({names[0]} is the first): give the source that it was trained on"
        )
    return training, held_out
