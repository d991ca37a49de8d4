"""The genres of phrases that are to be trained on, and how networks grow for more of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from midigan.errors import MidiganError
from midigan.genres import count_genres, genre_of, labels_of
from midigan.sets.phrase_set import PhraseSet
from midigan.training.networks.models import Tensors
from midigan.training.recipes.recipe import DataRecipe

#: More labels than these are no genres: folders of artists or albums, most likely.
MOST_GENRES = 64


def genres_in(phrases: PhraseSet, recipe: DataRecipe) -> tuple[str, ...]:
    """The genres of phrases by name, sorted; () if the recipe wants none.

    Raises MidiganError where the songs lie in fewer than two sub-folders, in too many, or some
    of them in none.
    """
    if not recipe.genres:
        return ()
    found = tuple(refuse_without_genre(phrases))
    if len(found) < 2:
        raise MidiganError(
            f"genres are sub-folders, but all songs lie in one, {found[0]!r}: give the folder "
            "above two or more of them, or train without --genres"
        )
    if len(found) > MOST_GENRES:
        raise MidiganError(
            f"{len(found)} sub-folders are more than the {MOST_GENRES} genres that can be told "
            "apart: sort the songs into fewer"
        )
    return found


def may_be_genres(songs: Sequence[str]) -> bool:
    """Whether all songs lie in sub-folders, in two or more, and no more than can be told apart."""
    counts = count_genres(songs)
    return "" not in counts and 2 <= len(counts) <= MOST_GENRES


def refuse_without_genre(phrases: PhraseSet) -> dict[str, int]:
    """How many songs each genre has. Raises MidiganError if a song lies in no sub-folder."""
    counts = count_genres(phrases.names)
    without = [name for name in phrases.names if not genre_of(name)]
    if without:
        raise MidiganError(
            f"genres are sub-folders, but {len(without)} of {len(phrases.names)} songs lie in "
            f"none, {without[0]!r} the first: move them into some"
        )
    return counts


def all_of_genre(phrases: PhraseSet, genre: str, known: Sequence[str]) -> PhraseSet:
    """The phrases with all songs moved into the folder of a genre, one of the known or a new one.

    Raises MidiganError for a name that no folder has.
    """
    if not genre.strip() or "/" in genre:
        raise MidiganError(f"genre {genre!r}: give it a name that a folder could have")
    same = [name for name in known if name.casefold() == genre.strip().casefold()]
    folder = (*same, genre.strip())[0]
    return replace(phrases, names=tuple(f"{folder}/{name}" for name in phrases.names))


def genre_shares(phrases: PhraseSet, genres: tuple[str, ...]) -> tuple[float, ...]:
    """The share of the phrases that each genre has, 0..1; () for no genres."""
    labels = labels_of(phrases.names, genres)[phrases.song_of_phrase()]
    counts = np.bincount(labels[labels >= 0], minlength=len(genres))
    total = counts.sum()
    shares = counts / total if total else np.full(len(genres), 1 / max(len(genres), 1))
    return tuple(round(float(share), 6) for share in shares)


def grown(tensors: Tensors, like: Tensors, old: int, new: int) -> Tensors:
    """Weights for `old` genres as weights for `new` ones, of which the first are the old ones.

    A new genre begins as the mean of the old ones; where there were none, labels begin by
    saying nothing, so that each genre starts as the whole. like: weights of networks for `new`
    genres, for their shapes; labels come last in whatever takes them, or in each of its equal
    parts.
    """
    return {
        name: _grown(tensors[name], weights, old, new) if name in tensors else weights * 0
        for name, weights in like.items()
    }


def _grown(weights: Tensor, like: Tensor, old: int, new: int) -> Tensor:
    axes = [a for a in range(min(weights.dim(), like.dim())) if weights.shape[a] != like.shape[a]]
    if len(axes) != 1 or new == old or weights.dim() != like.dim():
        return weights  # of the same shape, or of other networks, which loading will say
    (axis,) = axes
    parts = (like.shape[axis] - weights.shape[axis]) // (new - old)
    if parts <= 0 or weights.shape[axis] % parts:
        return weights
    own = weights.shape[axis] // parts
    shape = list(weights.shape)
    split = weights.reshape(*shape[:axis], parts, own, *shape[axis + 1 :])
    mean = split.narrow(axis + 1, own - max(old, 1), max(old, 1)).float().mean(axis + 1, True)
    more = (mean * (old > 0)).to(split.dtype).repeat_interleave(new - old, axis + 1)
    return torch.cat([split, more], dim=axis + 1).reshape(like.shape)
