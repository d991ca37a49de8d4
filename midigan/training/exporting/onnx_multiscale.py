"""The multiscale generator as an ONNX graph that plays fast: a few hundred nodes instead of 1,700.

PyTorch's tracer knows only the one-hot cells that training needs. Here choices are numbers,
what they mean to others is looked up, and steps and tracks stay in the order in which they are
chosen until all are. Tracks that choose each of their pitches apart have no such numbers: layouts
with one of them are traced.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from midigan.generator import GENRE
from midigan.latents import Latents
from midigan.training.exporting.onnx_graph import Axes, Graph
from midigan.training.exporting.onnx_level import NEIGHBOURS, LevelWriter, array
from midigan.training.exporting.onnx_turns import write_level
from midigan.training.networks.level import Level
from midigan.training.networks.multiscale import (
    CHORDS_SHARE,
    GENRE_SCALE,
    GROOVE_SHARE,
    MultiscaleGenerator,
)
from midigan.training.networks.voiced import VoicedGenerator


def written(generator: MultiscaleGenerator | VoicedGenerator, opset: int) -> onnx.ModelProto:
    """The model of a generator of mono tracks or of voices, with its batch size open."""
    graph = Graph()
    tracks = generator.tracks
    if isinstance(generator, VoicedGenerator):
        inner = generator.inner
        turned = array(generator.rotations)
        _choose(graph, inner, Voices(tracks, generator.track_of, turned), "voices")
        _join(graph, generator, "voices")
    else:
        inner = generator
        same = np.tile(np.eye(inner.melody_map.shape[1]), (tracks, 1, 1))
        _choose(graph, inner, Voices(tracks, range(tracks), same), "phrase")
    noise = inner.melody_map.shape[1]
    whole: Axes = ["n", noise]
    own: Axes = ["n", tracks, noise]
    phrase: Axes = ["n", tracks, inner.bars, inner.steps, inner.pitches]
    inputs = dict(zip(Latents._fields, (whole, whole, own, own), strict=True))
    if inner.genres:
        inputs[GENRE] = ["n", inner.genres]
    return graph.model(inputs, {"phrase": phrase}, opset)


class Voices(NamedTuple):
    """Which of so many tracks each voice belongs to, and how it hears that track's noise.

    turned: `(voices, noise, noise)`, by which the noise is multiplied.
    """

    tracks: int
    track_of: Sequence[int]
    turned: NDArray[Any]


def _choose(graph: Graph, generator: MultiscaleGenerator, voices: Voices, output: str) -> None:
    """All choices, from coarse to fine."""
    order = [step for steps in generator.entries.order for step in steps]
    levels = [level for _, level in generator._levels()]
    lengths = [level.length for level in levels]
    tracks = generator.tracks
    vectors = np.pad(array(generator.pitch.weight).T, ((1, 0), (0, 0)))
    vectors = vectors + array(generator.pitch.bias)
    never = generator.entries.never.numpy()

    heights = graph.split(_heights(graph, generator, order, voices), lengths, axis=1)
    begun = graph.split(_begun(graph, levels, generator.genres), lengths, axis=1)
    before = _silence(graph, tracks)
    chosen: list[str] = []
    logits: list[str] = []
    for number, level in enumerate(levels):
        near = None
        if number:
            before = graph.concat([before, chosen[-1]], axis=1)
            near = graph.constant(_neighbours(generator, number))
            near = graph.add("Gather", before, near, axis=1)
            near = graph.reshape(near, -1, NEIGHBOURS * tracks)
        writer = LevelWriter(graph, level, vectors, generator.temperature, never)
        own_heights = graph.reshape(heights[number], -1, tracks)
        due = _due(graph, generator, number, before)
        found, symbols = write_level(writer, begun[number], near, own_heights, due)
        logits.append(graph.reshape(found, -1, level.length, tracks * writer.columns))
        chosen.append(graph.reshape(symbols, -1, level.length, tracks))
    every = (graph.concat(logits, axis=1), graph.concat(chosen, axis=1))
    _scores(graph, generator, *every, order, output)


def _join(graph: Graph, generator: VoicedGenerator, scores: str) -> None:
    """The phrase from scores of voices: of each track the highest."""
    axis = graph.constant(np.array([1]))
    by_track = [
        own if count == 1 else graph.add("ReduceMax", own, axis, keepdims=1)
        for own, count in zip(
            graph.split(scores, generator.counts, axis=1), generator.counts, strict=True
        )
    ]
    graph.add("Concat", *by_track, axis=1, output="phrase")


def _neighbours(generator: MultiscaleGenerator, number: int) -> NDArray[np.int64]:
    """Where the neighbours of a level's steps lie among what was chosen before, four of each.

    Place 0 is the silence beyond either end.
    """
    steps, spacing = generator.entries.order, generator.spacings[number]
    before = [step for level in steps[:number] for step in level]
    place = {step: i for i, step in enumerate(before, start=1)}
    reach = (-3 * spacing, -spacing, spacing, 3 * spacing)
    return np.array([place.get(step + far, 0) for step in steps[number] for far in reach])


def _due(graph: Graph, generator: MultiscaleGenerator, number: int, known: str) -> str | None:
    """1 where a level may not be silent, `(n * length, tracks)`; None if it may anywhere.

    known: the symbols chosen before, in that order, after the silence beyond either end.
    """
    order, tracks = generator.entries.order, generator.tracks
    cells = generator.entries.cells[list(order[number])][:, generator.turns].numpy()
    if not cells.any():
        return None
    before = torch.tensor([step for steps in order[:number] for step in steps], dtype=torch.int64)
    together = generator.entries.same_bar(torch.tensor(order[number]), before).numpy()
    weight = graph.constant(np.pad(together, ((0, 0), (1, 0))).astype(np.float32))
    sounding = graph.add("MatMul", weight, graph.add("Cast", known, to=onnx.TensorProto.FLOAT))
    # Symbols are 0 for silence and above for pitches: nothing sums to -1.
    silent = graph.add("Equal", sounding, graph.constant(np.where(cells, 0.0, -1.0)))
    due = graph.add("Cast", silent, to=onnx.TensorProto.FLOAT)
    return graph.reshape(due, -1, tracks)


def _heights(
    graph: Graph, generator: MultiscaleGenerator, order: Sequence[int], voices: Voices
) -> str:
    """Each cell's height -1..1 in its distribution: `(n, steps, voices)`, both as chosen.

    The normal number under it is a sum of products with the noises, all weights worked out.
    """
    count, bars = generator.tracks, generator.bars
    on_beat = generator.on_beat.numpy()  # (length, 1)
    share = np.where(on_beat, CHORDS_SHARE, GROOVE_SHARE)
    melody = np.sqrt(1 - share) * array(generator.melody_map)
    groove = np.where(on_beat, 0, np.sqrt(share)) * np.tile(array(generator.groove_map), (bars, 1))
    noise = melody.shape[1]
    beats = array(generator.chords_map).reshape(-1, count, noise)
    beats = beats[generator.place_of_beat.numpy()]  # (length, voices, noise)
    chords = np.where(on_beat, np.sqrt(share), 0)[:, :, None] * beats
    weights = [chords.transpose(2, 0, 1)[None]]
    for shared in (melody, groove):
        # What each voice makes of its own track's noise, and nothing of the others'.
        own = np.zeros((voices.tracks, noise, len(order), count))
        for voice, track in enumerate(voices.track_of):
            own[track, :, :, voice] = voices.turned[voice] @ shared.T
        weights.append(own)
    weight = np.concatenate(weights)[:, :, list(order)][..., generator.turns] / math.sqrt(2)
    rows = [graph.reshape(name, -1, voices.tracks * noise) for name in ("melody", "groove")]
    every = graph.concat(["chords", *rows], axis=1)
    normal = graph.add("MatMul", every, graph.constant(weight.reshape(-1, len(order) * count)))
    return graph.reshape(graph.add("Erf", normal), -1, len(order), count)


def _begun(graph: Graph, levels: Sequence[Level], genres: int) -> str:
    """What each step hears of its place and of the style and its label: `(n, steps, context)`."""
    weights = np.concatenate([array(level.style.weight).T for level in levels], axis=1)
    weights[len(weights) - genres :] *= GENRE_SCALE
    # The product that is added to it has no bias of its own: that is here.
    biases = [
        array(level.style.bias) + (0 if level.hear is None else array(level.hear.bias))
        for level in levels
    ]
    bias = graph.constant(np.concatenate(biases))
    style = graph.concat(["style", GENRE][: 1 + bool(genres)], axis=1)
    styles = graph.add("Gemm", style, graph.constant(weights), bias)
    styles = graph.reshape(styles, -1, len(levels), len(biases[0]))
    level_of_step = np.repeat(np.arange(len(levels)), [level.length for level in levels])
    each = graph.add("Gather", styles, graph.constant(level_of_step), axis=1)
    places = np.concatenate([array(level.place) for level in levels])
    return graph.add("Add", each, graph.constant(places))


def _silence(graph: Graph, tracks: int) -> str:
    """A step on which all is silent, `(n, 1, tracks)`: what lies beyond either end."""
    n = graph.add("Shape", "chords", start=0, end=1)
    shape = graph.concat([n, graph.constant(np.array([1, tracks]))], axis=0)
    return graph.add("Expand", graph.constant(np.zeros((1, 1, 1), np.int64)), shape)


def _scores(
    graph: Graph,
    generator: MultiscaleGenerator,
    logits: str,
    known: str,
    order: Sequence[int],
    output: str,
) -> None:
    """The phrase: each choice above 0, all else below by as much as it is less likely."""
    tracks, symbols, length = generator.tracks, generator.pitches + 1, len(order)
    each = graph.reshape(logits, -1, length * tracks, symbols + 1)
    highest = graph.add("ReduceMax", each, graph.constant(np.array([-1])), keepdims=1)
    one = graph.add("Pow", highest, graph.constant(np.array(0.0)))
    below = graph.add("Sub", each, graph.add("Add", highest, one))
    chosen = graph.reshape(known, -1, length * tracks, 1)
    scores = graph.add("ScatterElements", below, chosen, one, axis=2)
    place = np.argsort(order)
    by_track = (place * tracks + np.argsort(generator.turns)[:, None]).reshape(-1)
    scores = graph.add("Gather", scores, graph.constant(by_track), axis=1)
    scores = graph.reshape(scores, -1, tracks, generator.bars, generator.steps, symbols + 1)
    pitches = [graph.constant(np.array([x])) for x in (1, symbols, 4)]
    graph.add("Slice", scores, *pitches, output=output)
