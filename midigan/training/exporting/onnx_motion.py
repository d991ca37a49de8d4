"""Parallel motion as ONNX nodes: what moving as another track moves gains, looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from midigan.training.exporting.onnx_level import NEIGHBOURS, NEXT, Floats, LevelWriter, array
from midigan.training.networks.bar_generators import OCTAVE
from midigan.training.networks.level import TABLE_SCALE

#: A goal is less than that many times as many as there are symbols, counted from one times below.
GOALS = 4


class Linear(NamedTuple):
    """Whole numbers that are sums of products with symbols: their weights, `(symbols, numbers)`.

    bias: `(numbers,)`. All stay below 2**24, so that they are exact in float32.
    """

    weight: NDArray[Any]
    bias: NDArray[Any]


class Pair(NamedTuple):
    """A turn whose track may move in parallel with that of an earlier one.

    side: whether from the step before or to the one after, as `NEXT` has them.
    """

    turn: int
    side: int
    before: int


class Motion:
    """Writes the nodes of the tables of parallel motion.

    A goal leads from a track's own symbol as its partner moves. That of silence leads it out of the
    range of pitches, which is where the column is that is never chosen.

    around: places of the neighbours, `(n * length, 4 * turns)`.
    """

    def __init__(self, level: LevelWriter, around: str) -> None:
        self.level, self.graph = level, level.graph
        #: Of each turn that hears others: its pairs, their amounts, and what the goals are apart
        #: from.
        self.pairs = [
            [Pair(turn, side, before) for side in range(len(NEXT)) for before in range(count)]
            for turn, count in enumerate(level.level.heard)
            if count
        ]
        rows, *self.apart = self._numbers(around)
        self.amounts = self._looked_up(rows)
        self.moved: list[str] = []

    def _numbers(self, around: str) -> list[str]:
        """What must be known of the symbols around, as one product: each `(n * length, numbers)`.

        The row of each pair's amount; and for each turn what must be added to where the partners
        have moved to get where `_columns` has the goals.
        """
        symbols, every = self.level.symbols, [pair for own in self.pairs for pair in own]
        first = [symbols * symbols * i for i in range(len(every))]
        asked = [
            self._linear(every, symbols, 1, first),
            *(
                self._linear(own, GOALS * symbols + 1, -1, [symbols] * len(own))
                for own in self.pairs
            ),
        ]
        graph = self.graph
        weight = np.concatenate([one.weight for one in asked], axis=1)
        # What lies around are places.
        bias = np.concatenate([one.bias for one in asked])
        bias = bias - np.tile(self.level.first_places(), NEIGHBOURS) @ weight
        given = graph.add("Cast", around, to=TensorProto.FLOAT)
        found = graph.add("Gemm", given, graph.constant(weight), graph.constant(1.0 * bias))
        return graph.split(graph.whole(found), [len(one.bias) for one in asked], axis=1)

    def _linear(self, pairs: Sequence[Pair], own: int, other: int, bias: Sequence[int]) -> Linear:
        """For each pair so many times its own symbol, and its partner's, and so much."""
        tracks = self.level.tracks
        weight = np.zeros((len(pairs), NEIGHBOURS, tracks))
        for i, pair in enumerate(pairs):
            weight[i, NEXT[pair.side], [pair.turn, pair.before]] = own, other
        return Linear(weight.reshape(len(pairs), -1).T, np.array(bias))

    def _looked_up(self, rows: str) -> list[str]:
        """What each move gains: of each turn that hears others, `(n * length, pairs)`."""
        graph = self.graph
        pairs = [pair for own in self.pairs for pair in own]
        tables = graph.constant(np.stack([self._amounts(pair) for pair in pairs]))
        every = graph.add("Gather", tables, graph.constant(self._apart()), axis=1)
        amounts = graph.add("Gather", graph.reshape(every, -1), rows, axis=0)
        return graph.split(amounts, [len(own) for own in self.pairs], axis=1)

    def _amounts(self, pair: Pair) -> Floats:
        """What a goal gains by the interval to its partner, and last the 0 for silence."""
        table = array(self.level.level.motions[str(pair.turn)])[pair.side, pair.before]
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

    def move(self, group: range, symbols: str, said: str) -> str:
        """What tables say to a group, with the amounts of motion: `(n * length, group * columns)`.

        symbols: what the group before it has chosen, `(n * length, its turns)`; said: without them.
        """
        graph, count = self.graph, self.level.symbols
        places = graph.constant(np.array([2 * count, *range(1, count)]))
        self.moved.append(graph.add("Gather", places, symbols, axis=0))
        # One place alone is added to all that is apart from it.
        now = graph.concat(self.moved * (len(NEXT) if group.start > 1 else 1), axis=1)
        parts = graph.split(said, [self.level.columns] * len(group), axis=1)
        return graph.concat(
            [self._moved(*part, now) for part in zip(group, parts, strict=True)], axis=1
        )

    def _moved(self, turn: int, said: str, now: str) -> str:
        graph, number = self.graph, turn - len(self.level.groups[0])
        goal = graph.add("Add", self.apart[number], now)
        column = graph.add("Gather", graph.constant(self._columns()), goal, axis=0)
        amount = self.amounts[number]
        return graph.add("ScatterElements", said, column, amount, axis=1, reduction="add")
