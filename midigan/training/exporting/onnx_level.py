"""One level of the multiscale generator as ONNX nodes: choices as numbers, tables looked up.

What a step hears and says are rows of steps, all phrases of a batch in one: `(n * length, ...)`.
A track's choice is a symbol: 0 is silence, 1 the lowest pitch. Products of one-hot cells with
weights are rows of tables here, worked out once. Logits have a column for each symbol, and one
more, never chosen, for what must go nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto
from torch import nn

from midigan.training.exporting.onnx_graph import Graph
from midigan.training.networks.entries import INSISTENCE
from midigan.training.networks.layers import SLOPE
from midigan.training.networks.level import TABLE_SCALE, WIDEST_INTERVAL, Level

Floats = NDArray[np.float32]

#: What the logit is that is never chosen: beside others nothing is left of its share.
NEVER = -1e4

#: By how much shares are taken for more than they are: what rounding takes from their sum would
#: leave the highest of heights to a pitch that nobody expects.
ROUNDING = 2e-6

#: Per step: the choices before (two) and after (two), of which the inner ones are next to it.
NEIGHBOURS, NEXT = 4, (1, 2)


class Linear(NamedTuple):
    """Whole numbers that are sums of products with others: their weights, `(others, numbers)`.

    bias: `(numbers,)`. All stay below 2**24, so that they are exact in float32.
    """

    weight: NDArray[Any]
    bias: NDArray[Any]


def numbers(graph: Graph, others: str, asked: Sequence[Linear]) -> list[str]:
    """What was asked for, of int64 `others` `(m, others)`, as one product: each `(m, numbers)`."""
    weight = graph.constant(np.concatenate([1.0 * one.weight for one in asked], axis=1))
    bias = graph.constant(np.concatenate([1.0 * one.bias for one in asked]))
    given = graph.add("Cast", others, to=TensorProto.FLOAT)
    found = graph.add("Cast", graph.add("Gemm", given, weight, bias), to=TensorProto.INT64)
    return graph.split(found, [len(one.bias) for one in asked], axis=1)


class LevelWriter:
    """Writes the nodes of a level of tracks that all sound one pitch at a time at most.

    vectors: `(symbols, embedding)`, what the pitch map makes of each symbol.
    never: bool `(tracks,)`, which tracks are always silent.
    """

    def __init__(
        self,
        graph: Graph,
        level: Level,
        vectors: Floats,
        temperature: float,
        never: NDArray[np.bool_],
    ) -> None:
        self.graph, self.level, self.vectors, self.never = graph, level, vectors, never
        self.temperature = temperature
        self.symbols, self.columns = len(vectors), len(vectors) + 1
        self.tracks = len(level.order)
        #: How much each track makes of what it hears.
        self.own = len(cast(nn.Linear, level.enter[0]).bias)

    def hear(self, begun: str, near: str | None) -> str:
        """What each turn makes of what a step hears, `(n * length, turns * own)`, not yet leaky.

        begun: what it hears of all else, `(n, length, context)`; near: symbols of the neighbours,
        `(n * length, 4 * turns)`, None on the first level.
        """
        graph, level = self.graph, self.level
        hidden = graph.reshape(begun, -1, level.place.shape[1])
        if near is not None and level.hear is not None:
            width = NEIGHBOURS * self.tracks * self.vectors.shape[1]
            heard = graph.add("Gather", graph.constant(self.vectors), near, axis=0)
            hear = array(level.hear.weight).T.reshape(NEIGHBOURS, self.tracks, -1)
            weight = graph.constant(hear[:, level.order].reshape(width, -1))
            hidden = graph.add("Gemm", graph.reshape(heard, -1, width), weight, hidden)
        # One more channel, always 1, brings in the bias of the way out.
        mix = np.pad(array(level.mix.weight).T, ((0, 0), (0, 1)))
        mixed = graph.add(
            "Gemm",
            self._normal(hidden, level.norm),
            graph.constant(mix),
            graph.constant(np.append(array(level.mix.bias), 1)),
        )
        out = np.concatenate([array(level.exit.weight).T, array(level.exit.bias)[None]])
        hidden = graph.add("Gemm", self.leaky(mixed), graph.constant(out), hidden)
        return self._enter(self.leaky(self._normal(hidden, level.last_norm)))

    def _enter(self, hidden: str) -> str:
        graph, level = self.graph, self.level
        enter = [cast(nn.Linear, module) for module in level.enter]
        weight = np.concatenate([array(layer.weight).T for layer in enter], axis=1)
        bias = np.concatenate([array(layer.bias) for layer in enter])
        for turn, layer in enumerate(level.answer, start=1):
            bias[turn * self.own : (turn + 1) * self.own] += array(layer.bias)
        return graph.add("Gemm", hidden, graph.constant(weight), graph.constant(bias))

    def table_rows(self) -> list[Linear]:
        """Where `tables` looks, by the symbols of the neighbours: for each side a row a turn."""
        found = []
        for side in NEXT:
            weight = np.zeros((NEIGHBOURS, self.tracks, self.tracks))
            weight[side] = np.eye(self.tracks)
            bias = self.symbols * np.arange(self.tracks)
            found.append(Linear(weight.reshape(-1, self.tracks), bias))
        return found

    def tables(self, rows: Sequence[str]) -> str:
        """What tables and biases say of each turn: `(n * length, turns * columns)`.

        rows: what `table_rows` asks for.
        """
        graph, said = self.graph, []
        for side, row in enumerate(rows):
            table = np.stack([self.interval_table(turn, side) for turn in range(self.tracks)])
            every = graph.add("Gather", graph.constant(table), graph.constant(self.apart()), axis=1)
            if side == 0:
                bias = self.write_biases().reshape(self.tracks, 1, -1)
                every = graph.add("Add", every, graph.constant(bias))
            every = graph.reshape(every, -1, self.columns)
            said.append(graph.add("Gather", every, row, axis=0))
        return graph.reshape(graph.total(said), -1, self.tracks * self.columns)

    def insist(self, due: str, tables: str | None) -> str:
        """What tables and biases say, and that a pitch must be chosen: like `tables`.

        due: 1 where it must, `(n * length, turns)`.
        """
        must = np.pad(np.full(self.symbols - 1, INSISTENCE), 1)
        weight = self.graph.constant(np.kron(np.eye(self.tracks), must))
        if tables is None:
            tables = self.graph.constant(self.write_biases())
        return self.graph.add("Gemm", due, weight, tables)

    def biases(self, rows: str) -> str:
        """The biases of all turns, like `tables`, for as many rows as `(n * length, turns)` has."""
        none = self.graph.constant(np.zeros((self.tracks, self.tracks * self.columns)))
        every = self.graph.constant(self.write_biases())
        return self.graph.add("Gemm", rows, none, every)

    def choose_together(self, own: str, tables: str, heights: str) -> tuple[str, str]:
        """What `write_level` returns, where tracks hear only what lies around."""
        graph = self.graph
        heard = graph.split(self.leaky(own), [self.own] * self.tracks, axis=1)
        said = graph.split(tables, [self.columns] * self.tracks, axis=1)
        logits = graph.concat(list(map(self.logits, range(self.tracks), heard, said)), axis=1)
        rows = graph.reshape(logits, -1, self.columns)
        chosen = self.pick(rows, graph.reshape(heights, -1, 1))
        return logits, graph.reshape(chosen, -1, self.tracks)

    def logits(self, turn: int, heard: str, said: str) -> str:
        """The logits of a turn, `(n * length, columns)`, by what it hears and what tables say."""
        weight = array(cast(nn.Linear, self.level.write[self.level.order[turn]]).weight).T
        weight = np.pad(weight, ((0, 0), (1, 1))) / self.temperature
        return self.graph.add("Gemm", heard, self.graph.constant(weight), said)

    def pick(self, logits: str, height: str) -> str:
        """The symbol at a height -1..1, `(m, 1)`, of distributions `(m, columns)`: `(m, 1)`."""
        graph = self.graph
        share = graph.add("Softmax", logits, axis=-1)
        # How far each sum of shares, less the sum of the others, lies below the height: the first
        # that does not is taken, at the latest that of the highest pitch.
        sums = 1 - (2 + ROUNDING) * np.triu(np.ones((self.columns, self.columns)))
        sums[:, self.symbols - 1] = -2
        below = graph.add("Relu", graph.add("Gemm", share, graph.constant(sums), height))
        return graph.add("ArgMin", below, axis=-1, keepdims=1)

    def leaky(self, value: str) -> str:
        """The activation of all layers."""
        return self.graph.add("LeakyRelu", value, alpha=SLOPE)

    def _normal(self, value: str, layer: nn.LayerNorm) -> str:
        scale, bias = (self.graph.constant(array(x)) for x in (layer.weight, layer.bias))
        return self.graph.add("LayerNormalization", value, scale, bias, epsilon=layer.eps)

    def write_biases(self) -> Floats:
        """What is added to these logits, of all turns: `(turns * columns,)`."""
        found = []
        for track in self.level.order:
            bias = array(cast(nn.Linear, self.level.write[track]).bias) / self.temperature
            bias = bias - INSISTENCE * self.never[track]
            found.append(np.pad(bias, 1, constant_values=(0, NEVER)))
        return np.concatenate(found)

    def told(self, turn: int) -> str:
        """What a choice tells each later turn, `(symbols, ...)`: a row a symbol.

        What its track makes of it, then what its table says. Kept as products and tables of
        intervals, from which ONNX Runtime makes the rows when it opens the file.
        """
        graph, rows = self.graph, []
        # A table's first rows are those of the steps before and after, where there are any.
        row = turn if self.level.hear is None else len(NEXT) + turn
        for other in range(turn + 1, self.tracks):
            hear = graph.constant(self.answer_weight(other, turn))
            rows.append(graph.add("MatMul", graph.constant(self.vectors), hear))
            table = graph.constant(self.interval_table(other, row))
            rows.append(graph.add("Gather", table, graph.constant(self.apart()), axis=0))
        return graph.concat(rows, axis=1)

    def interval_table(self, turn: int, row: int) -> Floats:
        """What a turn's table says of each interval, and last the 0 for silence."""
        table = array(self.level.intervals[str(turn)])[row]
        return np.append(TABLE_SCALE * table / self.temperature, 0)

    def apart(self) -> NDArray[np.int64]:
        """Where in such a table a symbol and a column find what it says of them."""
        silence = 2 * WIDEST_INTERVAL + 2
        return np.pad(self.level.apart.numpy(), ((1, 0), (1, 1)), constant_values=silence)

    def answer_weight(self, turn: int, before: int) -> Floats:
        """From the vector of a symbol chosen in an earlier turn to what a turn makes of it.

        Float32 `(embedding, own)`.
        """
        size = self.vectors.shape[1]
        weight = array(cast(nn.Linear, self.level.answer[turn - 1]).weight)
        return weight[:, before * size : (before + 1) * size].T


def array(tensor: Any) -> Floats:
    """A parameter as float32 of its shape."""
    return np.asarray(tensor.detach().cpu().float().numpy())
