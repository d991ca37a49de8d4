"""From a multiscale generator's choices to the phrase, as ONNX nodes: scores of every pitch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from midigan.training.exporting.onnx_graph import Graph
from midigan.training.networks.compass import NEVER
from midigan.training.networks.multiscale import MultiscaleGenerator


class Choices(NamedTuple):
    """All choices of a phrase.

    logits: `(n, steps, turns, columns)`, silence first; symbols: `(n, steps, turns)`; order: the
    steps in the order in which they were chosen.
    """

    logits: str
    symbols: str
    order: Sequence[int]


def write_scores(
    graph: Graph, generator: MultiscaleGenerator, choices: Choices, counts: Sequence[int]
) -> None:
    """The phrase: each choice above 0, all else below by as much as it is less likely.

    A track's scores are the highest of its voices'. counts: how many of them each track has.
    """
    steps, tracks = len(choices.order), len(counts)
    turns = np.argsort(generator.turns)  # of each voice
    highest = graph.add("ReduceMax", choices.logits, graph.constant(np.array([-1])), keepdims=1)
    beside = graph.add("Add", highest, graph.constant(np.array(1.0)))
    scores = graph.add("Sub", choices.logits, beside)
    if tracks < len(turns):
        scores, row_of_track = _joined(graph, scores, turns, counts), np.arange(tracks)
        symbols = _of_tracks(graph, choices, turns, counts)
    else:
        row_of_track = turns
        symbols = graph.reshape(choices.symbols, 0, steps * tracks, 1)
    scores = graph.reshape(scores, 0, steps * tracks, -1)
    number = graph.add("Cast", symbols, to=TensorProto.FLOAT)
    one = graph.constant(np.array(1.0))
    ones = graph.add("Clip", number, one, one)
    scores = graph.add("ScatterElements", scores, symbols, ones, axis=2)
    rows = np.argsort(choices.order) * tracks + row_of_track[:, None]
    scores = graph.add("Gather", scores, graph.constant(rows.reshape(-1)), axis=1)
    scores = graph.reshape(scores, 0, tracks, generator.bars, generator.steps, -1)
    _write_phrase(graph, scores, generator.compass.inside(), generator.pitches)


def _joined(graph: Graph, scores: str, turns: NDArray[np.int64], counts: Sequence[int]) -> str:
    """Scores of voices `(n, steps, turns, columns)` as those of tracks, in their order."""
    if counts[-1] == 1:
        # The last voice chooses first.
        last, *others = graph.split(scores, [1, *counts[:-1]], axis=2)
        parts = [*others, last]
    else:
        scores = graph.add("Gather", scores, graph.constant(turns), axis=2)
        parts = graph.split(scores, counts, axis=2)
    axis = graph.constant(np.array([2]))
    by_track = [
        part if count == 1 else graph.add("ReduceMax", part, axis, keepdims=1)
        for part, count in zip(parts, counts, strict=True)
    ]
    return graph.concat(by_track, axis=2)


def _of_tracks(
    graph: Graph, choices: Choices, turns: NDArray[np.int64], counts: Sequence[int]
) -> str:
    """What the voices of each track chose, `(n, steps * tracks, voices)`.

    Tracks with fewer voices than others name some of theirs again.
    """
    steps, voices = len(choices.order), np.split(turns, np.cumsum(counts)[:-1])
    each = np.stack([np.resize(own, max(counts)) for own in voices])
    cells = np.arange(steps)[:, None, None] * len(turns) + each
    symbols = graph.reshape(choices.symbols, 0, -1)
    return graph.add("Gather", symbols, graph.constant(cells.reshape(-1, max(counts))), axis=1)


def _write_phrase(graph: Graph, scores: str, inside: range, pitches: int) -> None:
    """The phrase, of scores `(n, tracks, bars, steps, columns)` that begin with silence's."""
    cut = [graph.constant(np.array([x])) for x in (1, 1 + len(inside), 4)]
    if len(inside) == pitches:
        graph.add("Slice", scores, *cut, output="phrase")
        return
    outside = graph.constant(
        np.array([0, 0, 0, 0, inside.start, 0, 0, 0, 0, pitches - inside.stop])
    )
    never = graph.constant(np.array(NEVER))
    graph.add("Pad", graph.add("Slice", scores, *cut), outside, never, output="phrase")
