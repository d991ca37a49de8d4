"""The turns of a level as ONNX nodes: one track's choice after the other, and parallel motion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from midigan.training.exporting.onnx_level import NEIGHBOURS, NEXT, Floats, LevelWriter, array
from midigan.training.networks.bar_generators import OCTAVE
from midigan.training.networks.level import TABLE_SCALE

#: A goal is less than that many times as many as there are symbols, counted from one times below.
GOALS = 4


def write_level(
    level: LevelWriter, style: str, near: str | None, heights: str, due: str | None
) -> tuple[str, str]:
    """Write the nodes by which a level's tracks choose.

    style: `(n, 1, context)`; near: symbols of the neighbours `(n * length, 4 * tracks)`, None
    on the first level; heights: `(n * length, tracks)`; due: 1 where silence is no choice, like
    heights, None if it is one anywhere. Returns the logits, silence first,
    `(n * length, tracks * columns)`, and the symbols `(n * length, tracks)`.
    """
    own = level.hear(style, near)
    tables = None if near is None else level.tables(near)
    if due is not None:
        tables = level.insist(due, tables)
    if level.level.together:
        return level.choose_together(own, tables, heights)
    return Turns(level, own, tables, near, heights).choose()


class Turns:
    """Writes the nodes by which the tracks of a level choose one after the other."""

    def __init__(
        self, level: LevelWriter, own: str, tables: str | None, near: str | None, heights: str
    ) -> None:
        graph, tracks = level.graph, level.tracks
        self.level, self.graph = level, graph
        sizes = [len(cast(nn.Linear, module).bias) for module in level.level.enter]
        # For each turn, the parts that sum to what its track hears, and to what tables say.
        self.heard = [[part] for part in graph.split(own, sizes, axis=1)]
        self.said: list[list[str]] = [[] for _ in range(tracks)]
        if tables is not None:
            parts = graph.split(tables, [level.columns] * tracks, axis=1)
            self.said = [[part] for part in parts]
        self.heights = graph.split(heights, [1] * tracks, axis=1)
        self.first = near is None
        self.motion = Motion(level, near) if near is not None and tracks > 1 else None

    def choose(self) -> tuple[str, str]:
        """Logits `(n * length, tracks * columns)` and symbols `(n * length, tracks)` by track."""
        order = self.level.level.order
        logits, symbols = {}, {}
        for turn, track in enumerate(order):
            logits[track] = self._logits(turn, track)
            symbols[track] = self.level.pick(logits[track], self.heights[track], keepdims=1)
            if turn + 1 < len(order):
                self._tell(turn, symbols[track])
        return tuple(  # type: ignore[return-value]
            self.graph.concat([found[track] for track in sorted(found)], axis=1)
            for found in (logits, symbols)
        )

    def _logits(self, turn: int, track: int) -> str:
        graph, level = self.graph, self.level
        heard = level.leaky(graph.total(self.heard[turn]))
        bias = graph.constant(level.write_bias(track))
        said = graph.total(self.said[turn]) if self.said[turn] else bias
        if self.motion is not None and turn:
            said = self.motion.move(turn, said)
        elif self.first and self.said[turn]:
            said = graph.add("Add", said, bias)
        return graph.add("Gemm", heard, graph.constant(level.write_weight(track)), said)

    def _tell(self, turn: int, symbol: str) -> None:
        """Let the tracks of later turns hear a choice: one look-up, `(n * length, ...)`."""
        graph, level = self.graph, self.level
        later = range(turn + 1, level.tracks)
        rows, sizes = level.told(turn, turn if self.motion is None else len(NEXT) + turn)
        parts = graph.split(graph.add("GatherND", rows, symbol), sizes, axis=1)
        for other, to_hear, to_say in zip(later, parts, parts[len(later) :], strict=False):
            self.heard[other].append(to_hear)
            self.said[other].append(to_say)
        if self.motion is not None:
            self.motion.tell(symbol)


class Motion:
    """Writes the nodes of the tables of parallel motion.

    A place is a symbol, but that of silence leads every goal out of the range of pitches, which is
    where the column is that is never chosen.
    """

    def __init__(self, level: LevelWriter, near: str) -> None:
        self.level, graph = level, level.graph
        self.graph = graph
        self.places: list[str] = []
        tracks = level.tracks
        pairs = [
            (side, turn, before)
            for turn in range(1, tracks)
            for side in range(len(NEXT))
            for before in range(turn)
        ]
        tables = graph.constant(np.stack([self._amounts(*pair) for pair in pairs]))
        apart = graph.constant(self._apart())
        rows = graph.reshape(graph.add("Gather", tables, apart, axis=1), -1)
        sizes = [len(NEXT) * turn for turn in range(1, tracks)]
        index, *self.apart = self._numbers(near, pairs, [len(pairs), *sizes])
        amounts = graph.add("Gather", rows, index, axis=0)
        self.amounts = graph.split(amounts, sizes, axis=1)

    def _numbers(
        self, near: str, pairs: Sequence[tuple[int, int, int]], sizes: Sequence[int]
    ) -> list[str]:
        """All that follows from the symbols around, as one product, whole numbers all of them.

        The row of each pair's amount; and what must be added to the partner's new place to get
        where `_columns` has the goal.
        """
        graph, symbols, tracks = self.graph, self.level.symbols, self.level.tracks
        order, count = self.level.level.order, len(pairs)
        weight = np.zeros((NEIGHBOURS * tracks, 2 * count))
        for i, (side, turn, before) in enumerate(pairs):
            own, other = (NEXT[side] * tracks + order[which] for which in (turn, before))
            weight[own, [i, count + i]] = symbols, GOALS * symbols + 1
            weight[other, [i, count + i]] = 1, -1
        bias = np.append(symbols * symbols * np.arange(count), np.full(count, 1.0 * symbols))
        given = graph.add("Cast", near, to=TensorProto.FLOAT)
        numbers = graph.add("Gemm", given, graph.constant(weight), graph.constant(bias))
        return graph.split(graph.add("Cast", numbers, to=TensorProto.INT64), sizes, axis=1)

    def _amounts(self, side: int, turn: int, before: int) -> Floats:
        """What a goal gains by the interval to its partner, and last the 0 for silence."""
        table = array(self.level.level.motions[str(turn)])[side, before]
        return np.append(TABLE_SCALE * table / self.level.temperature, 0)

    def _apart(self) -> NDArray[np.int64]:
        """Where to find that, by the symbols of the track itself and of its partner there."""
        pitches = np.arange(1, self.level.symbols)
        apart = (pitches[:, None] - pitches) % OCTAVE
        return np.pad(apart, ((1, 0), (1, 0)), constant_values=OCTAVE)

    def _columns(self) -> NDArray[np.int64]:
        """Where each goal's amount goes, by the track's own symbol there: that many rows of goals.

        A goal is counted from `symbols` below silence. What leaves the range goes nowhere, and
        so does what stays where it is, since its partner does.
        """
        symbols = self.level.symbols
        goal = np.arange(GOALS * symbols) - symbols
        column = np.where((goal > 0) & (goal < symbols), goal, symbols)
        return np.where(goal == np.arange(symbols)[:, None], symbols, column).reshape(-1)

    def tell(self, symbol: str) -> None:
        """Remember where a track goes."""
        symbols = self.level.symbols
        places = np.array([2 * symbols, *range(1, symbols)])
        self.places.append(self.graph.add("Gather", self.graph.constant(places), symbol, axis=0))

    def move(self, turn: int, said: str) -> str:
        """What tables say, with the amounts of parallel motion: `(n * length, columns)`."""
        graph, amount = self.graph, self.amounts[turn - 1]
        now = graph.concat(self.places * len(NEXT), axis=1)
        goal = graph.add("Add", self.apart[turn - 1], now)
        column = graph.add("Gather", graph.constant(self._columns()), goal, axis=0)
        return graph.add("ScatterElements", said, column, amount, axis=1, reduction="add")
