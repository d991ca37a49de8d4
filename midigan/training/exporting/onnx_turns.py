"""The turns of a level as ONNX nodes: the choice of one group of tracks after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from midigan.training.exporting.onnx_level import NEIGHBOURS, NEXT, LevelWriter
from midigan.training.exporting.onnx_motion import Motion


class Chosen(NamedTuple):
    """What a level chose.

    logits: silence first, `(n, length, turns, columns)`; symbols: `(n, length, turns)`.
    """

    logits: str
    symbols: str


def write_level(
    level: LevelWriter, begun: str, near: str | None, heights: Sequence[str], due: str | None
) -> Chosen:
    """Write the nodes by which a level's tracks choose.

    begun: `(n, length, context)`; near: places of the neighbours `(n, length * 4, turns)`, None on
    the first level; heights: of each group, `(n, length * group)`, where all choose at once
    `(n, turns * length)`; due: 1 where silence is no choice, `(n * length, turns)`, None if it is
    one anywhere.
    """
    own = level.hear(begun, near)
    around = None
    if near is not None:
        around = level.graph.reshape(near, -1, NEIGHBOURS * level.tracks)
    if level.by_turn and around is not None:
        return _choose_together(level, own, around, heights[0], due)
    return _choose_in_turn(level, own, around, heights, due)


def _choose_together(
    level: LevelWriter, own: str, around: str, heights: str, due: str | None
) -> Chosen:
    """Where tracks hear only what lies around: all of a turn's steps, then those of the next.

    own: what all turns hear; around: places of the neighbours, `(n * length, 4 * turns)`.
    """
    graph, turns, length = level.graph, level.tracks, level.level.length
    written = level.all_logits(level.leaky(own))
    sides = graph.split(graph.add("Transpose", around, perm=[1, 0]), [turns] * NEIGHBOURS, axis=0)
    logits = graph.total([level.tables([sides[i] for i in NEXT]), written])
    if due is not None:
        must = graph.reshape(graph.add("Transpose", due, perm=[1, 0]), turns, -1, 1)
        more = graph.add("Mul", must, graph.constant(level.insistence()))
        logits = graph.add("Add", logits, more)
    by_turn = graph.reshape(heights, -1, turns, length)
    by_turn = graph.add("Transpose", by_turn, perm=[1, 0, 2])
    rows = graph.reshape(logits, -1, level.columns)
    symbols = graph.reshape(level.pick(rows, graph.reshape(by_turn, -1, 1)), turns, -1, length)
    logits = graph.reshape(logits, turns, -1, length, level.columns)
    return Chosen(
        graph.add("Transpose", logits, perm=[1, 2, 0, 3]),
        graph.add("Transpose", symbols, perm=[1, 2, 0]),
    )


def _choose_in_turn(
    level: LevelWriter, own: str, around: str | None, heights: Sequence[str], due: str | None
) -> Chosen:
    """Where each group hears those before it; arguments as those of `_choose_together`."""
    graph, groups = level.graph, level.groups
    motion = Motion(level, around) if around is not None and len(level.level.motions) else None
    tables = _tables(level, around, heights[0], due)
    counts = [len(group) for group in groups]
    each_heard = graph.split(own, [level.own * count for count in counts], axis=1)
    each_said = graph.split(tables, [level.columns * count for count in counts], axis=1)
    # Of the later groups all is in a row, so that they are told of a choice at once.
    rows = [part for pair in zip(each_heard, each_said, strict=True) for part in pair]
    (heard, said), left = rows[:2], graph.concat(rows[2:], axis=1) if len(groups) > 1 else ""
    logits: list[str] = []
    symbols: list[str] = []
    for number, group in enumerate(groups):
        if number:
            later = groups[number:]
            sizes = [level.own * len(group), level.columns * len(group)]
            after = (level.own + level.columns) * sum(map(len, later[1:]))
            added = graph.add("Add", left, _told(level, groups[number - 1], symbols[-1], later))
            heard, said, *rest = graph.split(added, [*sizes, *[after] * bool(after)], axis=1)
            left = rest[0] if rest else ""
            if motion is not None:
                said = motion.move(group, symbols[-1], said)
        logits.append(level.logits(group, level.leaky(heard), said))
        symbols.append(_picked(level, len(group), logits[-1], heights[number]))
    shape = -1, level.level.length, level.tracks
    return Chosen(
        graph.reshape(graph.concat(logits, axis=1), *shape, level.columns),
        graph.reshape(graph.concat(symbols, axis=1), *shape),
    )


def _picked(level: LevelWriter, count: int, logits: str, heights: str) -> str:
    """The symbols of a group of so many, `(n * length, count)`."""
    graph, heights = level.graph, level.graph.reshape(heights, -1, 1)
    if count == 1:
        return level.pick(logits, heights)
    rows = graph.reshape(logits, -1, level.columns)
    return graph.reshape(level.pick(rows, heights), -1, count)


def _tables(level: LevelWriter, around: str | None, heights: str, due: str | None) -> str:
    """What tables and biases say to all turns, `(n * length, turns * columns)`."""
    graph, width = level.graph, level.tracks * level.columns
    if around is None:
        # As many rows as there are steps.
        rows = graph.reshape(heights, -1, len(level.groups[0]))
        none = graph.constant(np.zeros((len(level.groups[0]), width)))
        said = graph.add("Gemm", rows, none, graph.constant(level.write_biases()))
    else:
        sides = graph.split(around, [level.tracks] * NEIGHBOURS, axis=1)
        said = graph.reshape(level.tables([sides[i] for i in NEXT]), -1, width)
    if due is not None:
        must = graph.constant(np.kron(np.eye(level.tracks), level.insistence()))
        said = graph.add("Gemm", due, must, said)
    return said


def _told(level: LevelWriter, group: range, symbols: str, later: Sequence[range]) -> str:
    """What a group's choices tell those of later ones, in sum: a row a step."""
    graph, rows = level.graph, level.told(group, later)
    if len(group) == 1:
        return graph.add("GatherND", rows, symbols)
    first = graph.constant(level.first_places()[: len(group)])
    told = graph.add("Gather", rows, graph.add("Add", symbols, first), axis=0)
    return graph.add("ReduceSum", told, graph.constant(np.array([1])), keepdims=0)
