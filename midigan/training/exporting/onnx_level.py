"""One level of the multiscale generator as ONNX nodes: choices as numbers, tables looked up.

What a step hears and says are rows of steps, all phrases of a batch in one: `(n * length, ...)`.
A track's choice is a symbol: 0 is silence, 1 the lowest pitch of its compass. Products of one-hot
cells with weights are rows of tables here, worked out once. The symbols of all turns in one table
are its places: those of the first turn, then those of the second, and so on. Logits have a column
for each symbol, and where motion is told of, one more, never chosen, for what must go nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

from midigan.training.exporting.onnx_graph import Graph
from midigan.training.networks.compass import NEVER
from midigan.training.networks.entries import INSISTENCE
from midigan.training.networks.layers import SLOPE
from midigan.training.networks.level import TABLE_SCALE, WIDEST_INTERVAL, Level

Floats = NDArray[np.float32]

#: By how much shares are taken for more than they are: what rounding takes from their sum would
#: leave the highest of heights to a pitch that nobody expects.
ROUNDING = 2e-6

#: What a height lies above a sum of shares, so many times, is 1 or more if it is anything at all.
STEEP = 2.0**26

#: Per step: the choices before (two) and after (two), of which the inner ones are next to it.
NEIGHBOURS, NEXT = 4, (1, 2)


class LevelWriter:
    """Writes the nodes of a level of tracks that all sound one pitch at a time at most.

    vectors: `(symbols, embedding)`, what the pitch map makes of each.
    pitches: those of the compass.
    never: bool `(tracks,)`, which tracks are always silent.
    moving: whether logits have the column that is never chosen.
    """

    def __init__(
        self,
        graph: Graph,
        level: Level,
        vectors: Floats,
        temperature: float,
        pitches: range,
        never: NDArray[np.bool_],
        moving: bool,
    ) -> None:
        self.graph, self.level, self.vectors, self.never = graph, level, vectors, never
        self.temperature, self.pitches = temperature, pitches
        self.symbols, self.columns = len(vectors), len(vectors) + moving
        self.tracks = len(level.order)
        ends = np.cumsum(level.at_once).tolist()
        #: Which turns choose at once.
        self.groups = [
            range(end - size, end) for end, size in zip(ends, level.at_once, strict=True)
        ]
        #: How much each track makes of what it hears.
        self.own = len(cast(nn.Linear, level.enter[0]).bias)

    def first_places(self) -> NDArray[np.int64]:
        """The place of each turn's silence, `(turns,)`."""
        return self.symbols * np.arange(self.tracks)

    @property
    def by_turn(self) -> bool:
        """Whether heights name all steps of a turn before those of the next: those of one group."""
        return self.level.together and self.level.hear is not None

    def cells(self, steps: Sequence[int], group: range) -> NDArray[np.int64]:
        """Step and turn of each cell of a group, in the order of its heights: `(cells, 2)`."""
        every = np.stack(np.meshgrid(steps, group, indexing="ij"), axis=-1)
        return (every.swapaxes(0, 1) if self.by_turn else every).reshape(-1, 2)

    def hear(self, begun: str, near: str | None) -> str:
        """What each turn makes of what a step hears, `(n * length, turns * own)`, not yet leaky.

        begun: what it hears of all else, `(n, length, context)`; near: places of the neighbours,
        `(n, length * 4, turns)`, None on the first level.
        """
        graph, level = self.graph, self.level
        hidden = graph.reshape(begun, -1, level.place.shape[1])
        if near is not None and level.hear is not None:
            width = NEIGHBOURS * self.tracks * self.vectors.shape[1]
            vectors = np.tile(self.vectors, (self.tracks, 1))
            heard = graph.add("Gather", graph.constant(vectors), near, axis=0)
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
        for turn, layer in enumerate(level.answer, start=level.at_once[0]):
            bias[turn * self.own : (turn + 1) * self.own] += array(layer.bias)
        return graph.add("Gemm", hidden, graph.constant(weight), graph.constant(bias))

    def tables(self, sides: Sequence[str]) -> str:
        """What tables and biases say: to places `(...)` of the two next steps `(..., columns)`."""
        graph, said = self.graph, []
        for side, places in enumerate(sides):
            table = np.stack([self.interval_table(turn, side) for turn in range(self.tracks)])
            every = graph.add("Gather", graph.constant(table), graph.constant(self.apart()), axis=1)
            if side == 0:
                bias = self.write_biases().reshape(self.tracks, 1, -1)
                every = graph.add("Add", every, graph.constant(bias))
            every = graph.reshape(every, -1, self.columns)
            said.append(graph.add("Gather", every, places, axis=0))
        return graph.total(said)

    def insistence(self) -> Floats:
        """What is added to the logits of a track that must sound, `(columns,)`."""
        return np.pad(
            np.full(self.symbols - 1, INSISTENCE, np.float32), (1, self.columns - self.symbols)
        )

    def logits(self, group: range, heard: str, said: str) -> str:
        """The logits of a group's turns, `(n * length, group * columns)`.

        heard: what they hear, `(n * length, group * own)`; said: what tables say, like the logits.
        """
        graph, count = self.graph, len(group)
        weights = np.stack([self._write_weight(turn) for turn in group])
        if count == 1:
            return graph.add("Gemm", heard, graph.constant(weights[0]), said)
        # Each turn's weights stand in a block of their own, put there when the file is opened.
        blocks = graph.add(
            "Mul",
            graph.constant(weights[:, :, None]),
            graph.constant(np.eye(count)[:, None, :, None]),
        )
        blocks = graph.reshape(blocks, count * self.own, count * self.columns)
        return graph.add("Gemm", heard, blocks, said)

    def all_logits(self, heard: str) -> str:
        """What all turns write, `(turns, n * length, columns)`, heard `(n * length, turns * own)`.

        To it comes what tables say.
        """
        graph = self.graph
        weights = np.stack([self._write_weight(turn) for turn in range(self.tracks)])
        each = graph.reshape(heard, -1, self.tracks, self.own)
        each = graph.add("Transpose", each, perm=[1, 0, 2])
        return graph.add("MatMul", each, graph.constant(weights))

    def _write_weight(self, turn: int) -> Floats:
        weight = array(cast(nn.Linear, self.level.write[self.level.order[turn]]).weight).T
        weight = weight[:, self.pitches] / self.temperature
        return np.pad(weight, ((0, 0), (1, self.columns - self.symbols)))

    def pick(self, logits: str, heights: str) -> str:
        """The symbols at heights -1..1, `(m, 1)`, of distributions `(m, columns)`: `(m, 1)`."""
        graph = self.graph
        share = graph.add("Softmax", logits, axis=-1)
        # How far each sum of shares, less the sum of the others, lies below the height: the first
        # that does not is taken, at the latest that of the highest pitch.
        sums = 1 - (2 + ROUNDING) * np.triu(np.ones((self.columns, self.columns)))
        sums[:, self.symbols - 1 :] = -2
        below = graph.add("Gemm", share, graph.constant(sums), heights)
        if not self.by_turn:
            return graph.add("ArgMin", graph.add("Relu", below), axis=-1, keepdims=1)
        # Among many rows it is quicker to count those before it.
        passed = graph.add("HardSigmoid", below, alpha=STEEP, beta=0.0)
        count = graph.add("ReduceSum", passed, graph.constant(np.array([1])), keepdims=1)
        return graph.whole(count)

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
            bias = bias[self.pitches]
            bias = np.pad(bias - INSISTENCE * self.never[track], (1, 0))
            spare = self.columns - self.symbols
            found.append(np.pad(bias, (0, spare), constant_values=NEVER))
        return np.concatenate(found)

    def told(self, group: range, later: Sequence[range]) -> str:
        """What the choices of a group tell the turns of later ones, `(group's places, ...)`.

        A row a place: group by group what their tracks make of it, then what their tables say. Kept
        as products and tables of intervals, from which ONNX Runtime makes the rows when it opens
        the file.
        """
        return self.graph.concat([self._told(turn, later) for turn in group], axis=0)

    def _told(self, turn: int, later: Sequence[range]) -> str:
        graph, rows = self.graph, []
        # A table's first rows are those of the steps before and after, where there are any.
        row = turn if self.level.hear is None else len(NEXT) + turn
        for group in later:
            for other in group:
                hear = graph.constant(self.answer_weight(other, turn))
                rows.append(graph.add("MatMul", graph.constant(self.vectors), hear))
            for other in group:
                table = graph.constant(self.interval_table(other, row))
                rows.append(graph.add("Gather", table, graph.constant(self.apart()), axis=0))
        return graph.concat(rows, axis=1)

    def interval_table(self, turn: int, row: int) -> Floats:
        """What a turn's table says of each interval, and last the 0 for silence."""
        table = array(self.level.intervals[str(turn)])[row]
        return np.append(TABLE_SCALE * table / self.temperature, 0)

    def apart(self) -> NDArray[np.int64]:
        """Where in such a table a symbol and a column find what it says of them."""
        apart = self.level.apart.numpy()[: self.symbols - 1, : self.symbols - 1]
        spare = self.columns - self.symbols
        return np.pad(apart, ((1, 0), (1, spare)), constant_values=2 * WIDEST_INTERVAL + 2)

    def answer_weight(self, turn: int, before: int) -> Floats:
        """From the vector of a symbol chosen in an earlier turn to what a turn makes of it.

        Float32 `(embedding, own)`.
        """
        size = self.vectors.shape[1]
        weight = array(cast(nn.Linear, self.level.answer[turn - self.level.at_once[0]]).weight)
        return weight[:, before * size : (before + 1) * size].T


def array(tensor: Any) -> Floats:
    """A parameter as float32 of its shape."""
    return np.asarray(tensor.detach().cpu().float().numpy())
