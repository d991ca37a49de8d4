"""Parallel motion as ONNX nodes: what moving as another track moves gains, looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.training.exporting.onnx_level import (
    NEIGHBOURS,
    NEXT,
    Floats,
    LevelWriter,
    Linear,
    array,
)
from midigan.training.networks.bar_generators import OCTAVE
from midigan.training.networks.level import TABLE_SCALE

#: A goal is less than that many times as many as there are symbols, counted from one times below.
GOALS = 4


class Pair(NamedTuple):
    """A turn whose track may move in parallel with that of an earlier one.

    side: whether from the step before or to the one after, as `NEXT` has them.
    """

    turn: int
    side: int
    before: int


class Motion:
    """Writes the nodes of the tables of parallel motion.

    A place is a symbol, but that of silence leads every goal out of the range of pitches, which is
    where the column is that is never chosen.
    """

    def __init__(self, level: LevelWriter) -> None:
        self.level, self.graph = level, level.graph
        #: Of each turn but the first: its pairs, their amounts, and what the goals are apart from.
        self.pairs = [
            [Pair(turn, side, before) for side in range(len(NEXT)) for before in range(turn)]
            for turn in range(1, level.tracks)
        ]
        self.amounts: list[str] = []
        self.apart: list[str] = []
        self.places: list[str] = []

    def asked(self) -> list[Linear]:
        """What must be known of the symbols around.

        The row of each pair's amount; and for each turn what must be added to the partners' new
        places to get where `_columns` has the goals.
        """
        symbols, every = self.level.symbols, [pair for own in self.pairs for pair in own]
        first = [symbols * symbols * i for i in range(len(every))]
        return [
            self._linear(every, symbols, 1, first),
            *(
                self._linear(own, GOALS * symbols + 1, -1, [symbols] * len(own))
                for own in self.pairs
            ),
        ]

    def _linear(self, pairs: Sequence[Pair], own: int, other: int, bias: Sequence[int]) -> Linear:
        """For each pair so many times its own symbol, and its partner's, and so much."""
        tracks = self.level.tracks
        weight = np.zeros((len(pairs), NEIGHBOURS, tracks))
        for i, pair in enumerate(pairs):
            weight[i, NEXT[pair.side], [pair.turn, pair.before]] = own, other
        return Linear(weight.reshape(len(pairs), -1).T, np.array(bias))

    def begin(self, rows: str, *apart: str) -> None:
        """Look up what each move gains, by what was asked for."""
        graph = self.graph
        pairs = [pair for own in self.pairs for pair in own]
        tables = graph.constant(np.stack([self._amounts(pair) for pair in pairs]))
        every = graph.add("Gather", tables, graph.constant(self._apart()), axis=1)
        amounts = graph.add("Gather", graph.reshape(every, -1), rows, axis=0)
        self.amounts = graph.split(amounts, [len(own) for own in self.pairs], axis=1)
        self.apart = list(apart)

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

    def move(self, turn: int, symbol: str, said: str) -> str:
        """What tables say to a turn, `(n * length, columns)`, with the amounts of parallel motion.

        symbol: what the turn before it has chosen.
        """
        graph, symbols = self.graph, self.level.symbols
        places = graph.constant(np.array([2 * symbols, *range(1, symbols)]))
        self.places.append(graph.add("Gather", places, symbol, axis=0))
        # One place alone is added to all that is apart from it.
        now = graph.concat(self.places * (len(NEXT) if turn > 1 else 1), axis=1)
        goal = graph.add("Add", self.apart[turn - 1], now)
        column = graph.add("Gather", graph.constant(self._columns()), goal, axis=0)
        amount = self.amounts[turn - 1]
        return graph.add("ScatterElements", said, column, amount, axis=1, reduction="add")
