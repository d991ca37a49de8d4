"""How good a generator is while it trains: how like songs it has never seen its phrases are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from midigan.evaluation.metrics import measure
from midigan.evaluation.overlap import compare_values
from midigan.evaluation.rolls import Values
from midigan.genres import labels_of
from midigan.harmony.choosing import choose
from midigan.layout import Layout
from midigan.notes import Phrases
from midigan.sets.phrase_set import PhraseSet
from midigan.training.networks.noise import draw_noise, generator_of

#: How many phrases are drawn, and at most how many held-out ones they are compared with; and
#: how many are drawn of each of many genres.
DRAWN, COMPARED, FEWEST_DRAWN = 256, 2000, 64


class HeldOut:
    """Songs kept from training, as a judge: the mean overlapping area of the field's metrics.

    The same noise is drawn every time, so that two scores differ by the generators alone. Each
    genre is judged by its own songs, those of which songs are held out, and counts alike.
    """

    def __init__(self, phrases: PhraseSet, genres: Sequence[str] = ()) -> None:
        self.layout = phrases.layout
        every = np.random.default_rng(0).permutation(len(phrases))[:COMPARED]
        values = measure(phrases.phrases(every), self.layout)
        self._references: list[tuple[Tensor | None, dict[str, Values]]] = [(None, values)]
        if genres:
            labels = labels_of(phrases.names, genres)[phrases.song_of_phrase()][every]
            self._references = [
                (label, {name: own[labels == number] for name, own in values.items()})
                for number, label in enumerate(torch.eye(len(genres)))
                if np.any(labels == number)
            ]

    def score(self, generator: nn.Module, device: torch.device) -> float:
        """Mean overlapping area, 0..1; 1 is as alike as the held-out songs are to themselves."""
        found, each = [], max(FEWEST_DRAWN, DRAWN // len(self._references))
        for label, reference in self._references:
            genre = None if label is None else label.expand(each, -1)
            drawn = sample(generator, self.layout, each, device, genre)
            values = measure(drawn, self.layout)
            found.append(compare_values(values, reference).mean_overlap)
        return float(np.mean(found))

    def ceiling(self, phrases: PhraseSet, genres: Sequence[str] = ()) -> float:
        """What real phrases of the same kind score, 0..1: those that are learned from, say."""
        found = []
        labels = labels_of(phrases.names, genres)[phrases.song_of_phrase()] if genres else None
        every = np.random.default_rng(0).permutation(len(phrases))
        for label, reference in self._references:
            if label is None or labels is None:
                own = every
            else:
                own = every[labels[every] == int(label.argmax())]
            values = measure(phrases.phrases(own[:COMPARED]), self.layout)
            found.append(compare_values(values, reference).mean_overlap)
        return float(np.mean(found))


@torch.no_grad()
def sample(
    generator: nn.Module, layout: Layout, n: int, device: torch.device, genre: Tensor | None = None
) -> Phrases:
    """The first `n` phrases of fixed noise: bool `(n, tracks, bars, steps, pitches)`.

    generator: in evaluation mode. Its scores are chosen from as a player does. genre: their
    labels, `(n, genres)`, if it has any.
    """
    drawn = []
    for first in range(0, n, 64):
        rng = generator_of(0, first)
        noise = draw_noise(rng, min(64, n - first), len(layout.tracks), device)
        own = None if genre is None else genre[first : first + 64].to(device)
        drawn.append(choose(generator(*noise, own).cpu().numpy(), layout))
    return np.concatenate(drawn)
