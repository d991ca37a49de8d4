"""Phrases for training: songs held out, keys prepared, and a batch for each step.

The batch of a step follows from the seed and the step's number alone, so that a run which is
taken up again needs to remember nothing but how far it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from midigan.errors import MidiganError
from midigan.files.split import split_by_name, split_by_song
from midigan.genres import labels_of
from midigan.harmony.keys import transpose
from midigan.notes import Phrases
from midigan.sets.phrase_set import PhraseSet
from midigan.training.recipes.recipe import DataRecipe

#: The key, or its relative minor, that songs are moved to where a recipe asks for one key.
KEY = "C major"

#: Transpositions by which one song becomes one in each key.
ALL_SHIFTS = range(-6, 6)


class Batches:
    """Shuffled epochs of phrases in batches, a pure function of the seed and the step.

    A batch is float32 `(batch, tracks, bars, steps, pitches)`, -1 silent and +1 sounding. An
    epoch holds as many whole batches as there are; the few phrases that are left over are
    others in each epoch. With fewer phrases than a batch, they repeat within it.

    genres: names of the labels, () for none. A batch has them in the data's proportions: each
    phrase comes once an epoch, so that the songs of a small genre are not learned by heart
    before a large one is learned at all, and what all have in common is learned from all.
    """

    def __init__(
        self,
        phrases: PhraseSet,
        recipe: DataRecipe,
        batch: int,
        seed: int,
        genres: Sequence[str] = (),
    ) -> None:
        if len(phrases) == 0:
            raise MidiganError("there is no phrase to train on: every bar is silent")
        self.layout = phrases.layout
        self.count = len(phrases)
        self.batch = batch
        self.seed = seed
        self.epoch_steps = max(1, self.count // batch)
        self._repeats = recipe.repeats
        self._shifts = np.array(ALL_SHIFTS if recipe.transposition == "all" else (0,))
        self._phrases = phrases
        self._genres = labels_of(phrases.names, genres)[phrases.song_of_phrase()]
        self._one_hot = torch.eye(len(genres))
        self._epoch = -1
        self._order: NDArray[np.int64] = np.empty(0, np.int64)

    def draw(self, step: int) -> Phrases:
        """The phrases of a step, counted from 0: bool `(batch, tracks, bars, steps, pitches)`."""
        return self._render(self._index(step))

    def tensor(self, step: int, device: torch.device) -> Tensor:
        """The phrases of a step as the networks take them: -1/+1, shaped as `draw` has them."""
        return to_tensor(self.draw(step), device)

    def labels(self, step: int, device: torch.device) -> Tensor | None:
        """The genres of a step's phrases, one-hot `(batch, genres)`; None where there are none."""
        return self._labels(self._index(step), device)

    def draw_first(self, most: int, device: torch.device) -> Tensor:
        """At most so many phrases, evenly spread over the set: for a first look at it.

        Returns -1/+1 of shape `(at most most, tracks, bars, steps, pitches)`.
        """
        return to_tensor(self._render(self._first(most)), device)

    def first_labels(self, most: int, device: torch.device) -> Tensor | None:
        """The genres of what `draw_first` gives, as `labels` has them."""
        return self._labels(self._first(most), device)

    def _index(self, step: int) -> NDArray[np.int64]:
        epoch, position = divmod(step, self.epoch_steps)
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._shuffled(epoch)
        return self._order[position * self.batch : (position + 1) * self.batch]

    def _first(self, most: int) -> NDArray[np.int64]:
        total = self.count * len(self._shifts)
        return np.arange(0, total, -(-total // most))

    def _labels(self, index: NDArray[np.int64], device: torch.device) -> Tensor | None:
        if not len(self._one_hot):
            return None
        return self._one_hot[torch.from_numpy(self._genres[index % self.count])].to(device)

    def _render(self, index: NDArray[np.int64]) -> Phrases:
        """Phrases in their keys: phrase i by the shift of number s is `s * count + i`."""
        shift, phrase = np.divmod(index, self.count)
        return self._phrases.phrases(phrase, self._repeats, self._shifts[shift])

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        """Every phrase once (in a small set as often as fills a batch), each in a drawn key."""
        rng = np.random.default_rng([self.seed, epoch])
        wanted = max(self.count, self.batch)
        rounds = [rng.permutation(self.count) for _ in range(-(-wanted // self.count))]
        order = np.concatenate(rounds)[:wanted]
        return order + self.count * rng.integers(len(self._shifts), size=wanted)


def to_tensor(phrases: Phrases, device: torch.device) -> Tensor:
    """Bool phrases as float32 -1/+1 of the same shape on a device."""
    cells = torch.from_numpy(phrases).to(device)
    return cells.to(torch.float32).mul_(2).sub_(1)


def transposed(phrases: PhraseSet, shifts: Iterable[int]) -> PhraseSet:
    """All songs by the first shift, then all by the next: phrase i by shift s is s * n + i."""
    songs = [
        replace(song, notes=transpose(song.notes, shift, phrases.layout))
        for shift in shifts
        for song in phrases.songs()
    ]
    return PhraseSet.from_songs(songs, phrases.layout, phrases.hop)


def prepare(
    phrases: PhraseSet, recipe: DataRecipe, seed: int
) -> tuple[PhraseSet, PhraseSet | None]:
    """What is trained on, and what is held out for comparison, in the recipe's keys.

    Of either the phrases that sound from end to end, see `PhraseSet.within_songs`: a generator
    whose phrases follow one another is not to learn the rests before and after songs.
    Where each phrase is to be trained on in any key, `Batches` sees to it; the held-out ones
    are all in all keys.
    """
    if recipe.held_out_songs:
        training, held_out = split_by_name(phrases, recipe.held_out_songs)
    else:
        training, held_out = split_by_song(phrases, recipe.held_out, seed, by_genre=recipe.genres)
    if recipe.transposition == "key":
        training, held_out = training.in_key(KEY), held_out and held_out.in_key(KEY)
    elif recipe.transposition == "all" and held_out is not None:
        held_out = transposed(held_out, ALL_SHIFTS)
    return training.within_songs(), held_out and held_out.within_songs()
