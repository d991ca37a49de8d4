"""Pairs of a phrase and its nearest neighbour in the training music, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.evaluation.neighbours import Nearest, shifted
from midigan.evaluation.rolls import Phrases
from midigan.sets.phrase_set import PhraseSet


@dataclass(frozen=True, eq=False)
class Pair:
    """A phrase and its nearest neighbour, moved to where it is nearest.

    phrase, neighbour: bool `(tracks, bars, steps, pitches)`. name, neighbour_name: for people.
    """

    similarity: float
    phrase: Phrases
    neighbour: Phrases
    name: str
    neighbour_name: str


def generated_pairs(
    generated: Phrases, nearest: Nearest, training: PhraseSet, rows: list[int]
) -> list[Pair]:
    """Generated phrases of these numbers, each with its nearest neighbour."""
    return [
        _pair(generated[row], f"composed, phrase {row + 1}", row, nearest, training) for row in rows
    ]


def held_out_pairs(
    reference: PhraseSet,
    index: NDArray[np.int64],
    nearest: Nearest,
    training: PhraseSet,
    rows: list[int],
) -> list[Pair]:
    """Held-out phrases, each with its nearest neighbour.

    index: which phrases of `reference` the rows of `nearest` are of.
    """
    return [
        _pair(
            reference.phrases(index[[row]])[0],
            f"held out, {place_of(reference, int(index[row]))}",
            row,
            nearest,
            training,
        )
        for row in rows
    ]


def closest_rows(phrases: Phrases, nearest: Nearest, count: int) -> list[int]:
    """The most similar phrases, of equally similar ones those with most onsets first.

    No two have the same neighbour.
    """
    onsets = (phrases[..., 1:, :] & ~phrases[..., :-1, :]).sum(axis=(1, 2, 3, 4))
    chosen: dict[int, int] = {}
    for row in np.lexsort((-onsets, -nearest.similarity)).tolist():
        chosen.setdefault(int(nearest.phrase[row]), row)
    return list(chosen.values())[:count]


def median_row(nearest: Nearest) -> int:
    """The phrase that is as similar as half of them are at least."""
    return int(np.argsort(nearest.similarity, kind="stable")[len(nearest.similarity) // 2])


def place_of(phrases: PhraseSet, number: int) -> str:
    """Where in its song a phrase of a set begins: song and bar, counted from 1."""
    song = int(phrases.song_of_phrase()[number])
    bar = int(phrases.windows[number] - phrases.first_bar[song]) + 1
    return f"{phrases.names[song]}, bar {bar}"


def _pair(phrase: Phrases, name: str, row: int, nearest: Nearest, training: PhraseSet) -> Pair:
    number, shift = int(nearest.phrase[row]), int(nearest.shift[row])
    neighbour = shifted(training.phrases(np.array([number])), shift, training.layout)[0]
    moved = f", {abs(shift)} semitones {'higher' if shift > 0 else 'lower'}" if shift else ""
    where = f"learned from, {place_of(training, number)}{moved}"
    return Pair(float(nearest.similarity[row]), phrase, neighbour, name, where)
