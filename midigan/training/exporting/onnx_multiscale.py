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
from midigan.training.exporting.onnx_level import LevelWriter, array
from midigan.training.exporting.onnx_scores import Choices, write_scores
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
        choices = _choose(graph, inner, Voices(tracks, generator.track_of, turned))
        write_scores(graph, inner, choices, generator.counts)
    else:
        inner = generator
        same = np.tile(np.eye(inner.melody_map.shape[1]), (tracks, 1, 1))
        choices = _choose(graph, inner, Voices(tracks, range(tracks), same))
        write_scores(graph, inner, choices, [1] * tracks)
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


def _choose(graph: Graph, generator: MultiscaleGenerator, voices: Voices) -> Choices:
    """All choices, from coarse to fine."""
    levels = [level for _, level in generator._levels()]
    pitches = generator.compass.inside()
    vectors = np.pad(array(generator.pitch.weight).T[pitches], ((1, 0), (0, 0)))
    vectors = vectors + array(generator.pitch.bias)
    never = generator.entries.never.numpy()
    moving = any(len(level.motions) for level in levels)
    writers = [
        LevelWriter(graph, level, vectors, generator.temperature, pitches, never, moving)
        for level in levels
    ]
    first = writers[0].first_places()

    heights = _heights(graph, generator, writers, voices)
    lengths = [level.length for level in levels]
    begun = graph.split(_begun(graph, levels, generator.genres), lengths, axis=1)
    before = _silence(graph, first)
    logits: list[str] = []
    symbols: list[str] = []
    for number, writer in enumerate(writers):
        near = None
        if number:
            places = graph.add("Add", symbols[-1], graph.constant(first))
            before = graph.concat([before, places], axis=1)
            near = graph.constant(_neighbours(generator, number))
            near = graph.add("Gather", before, near, axis=1)
        due = _due(graph, generator, number, before, first)
        found = write_level(writer, begun[number], near, heights[number], due)
        logits.append(found.logits)
        symbols.append(found.symbols)
    every = graph.concat(logits, axis=1), graph.concat(symbols, axis=1)
    return Choices(*every, [step for steps in generator.entries.order for step in steps])


def _neighbours(generator: MultiscaleGenerator, number: int) -> NDArray[np.int64]:
    """Where the neighbours of a level's steps lie among what was chosen before, four of each.

    Place 0 is the silence beyond either end.
    """
    steps, spacing = generator.entries.order, generator.spacings[number]
    before = [step for level in steps[:number] for step in level]
    place = {step: i for i, step in enumerate(before, start=1)}
    reach = (-3 * spacing, -spacing, spacing, 3 * spacing)
    return np.array([place.get(step + far, 0) for step in steps[number] for far in reach])


def _due(
    graph: Graph,
    generator: MultiscaleGenerator,
    number: int,
    known: str,
    first: NDArray[np.int64],
) -> str | None:
    """1 where a level may not be silent, `(n * length, tracks)`; None if it may anywhere.

    known: the places chosen before, in that order, after the silence beyond either end; first: that
    of each turn's silence.
    """
    order, tracks = generator.entries.order, generator.tracks
    cells = generator.entries.cells[list(order[number])][:, generator.turns].numpy()
    if not cells.any():
        return None
    before = torch.tensor([step for steps in order[:number] for step in steps], dtype=torch.int64)
    together = generator.entries.same_bar(torch.tensor(order[number]), before).numpy()
    weight = graph.constant(np.pad(together, ((0, 0), (1, 0))).astype(np.float32))
    sounding = graph.add("MatMul", weight, graph.add("Cast", known, to=onnx.TensorProto.FLOAT))
    # Places of pitches are above those of silence, and none is below 0: nothing sums to -1.
    silence = 1.0 * together.sum(axis=1)[:, None] * first
    silent = graph.add("Equal", sounding, graph.constant(np.where(cells, silence, -1.0)))
    due = graph.add("Cast", silent, to=onnx.TensorProto.FLOAT)
    return graph.reshape(due, -1, tracks)


def _heights(
    graph: Graph,
    generator: MultiscaleGenerator,
    writers: Sequence[LevelWriter],
    voices: Voices,
) -> list[list[str]]:
    """Each cell's height -1..1 in its distribution, as each level's groups choose: `(n, cells)`.

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
        own = np.zeros((voices.tracks, noise, len(on_beat), count))
        for voice, track in enumerate(voices.track_of):
            own[track, :, :, voice] = voices.turned[voice] @ shared.T
        weights.append(own)
    every = np.concatenate(weights)[..., generator.turns].reshape(-1, len(on_beat), count)
    groups = [
        writer.cells(list(steps), group)
        for writer, steps in zip(writers, generator.entries.order, strict=True)
        for group in writer.groups
    ]
    step, turn = np.concatenate(groups).T
    rows = [graph.reshape(name, -1, voices.tracks * noise) for name in ("melody", "groove")]
    weight = graph.constant(every[:, step, turn] / math.sqrt(2))
    normal = graph.add("MatMul", graph.concat(["chords", *rows], axis=1), weight)
    heights = graph.add("Erf", normal)
    each = iter(graph.split(heights, list(map(len, groups)), axis=1))
    return [[next(each) for _ in writer.groups] for writer in writers]


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


def _silence(graph: Graph, first: NDArray[np.int64]) -> str:
    """A step on which all is silent, `(n, 1, tracks)`: what lies beyond either end."""
    n = graph.add("Shape", "chords", start=0, end=1)
    shape = graph.concat([n, graph.constant(np.array([1, len(first)]))], axis=0)
    return graph.add("Expand", graph.constant(first[None, None]), shape)
