"""One level of the multiscale generator as ONNX nodes: choices as numbers, tables looked up.

What a step hears and says are rows of steps, all phrases of a batch in one: `(n * length, ...)`.
A track's choice is a symbol: 0 is silence, 1 the lowest pitch. Products of one-hot cells with
weights are rows of tables here, worked out once. Logits have a column for each symbol, and one
more, never chosen, for what must go nowhere.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from torch import nn

from midigan.training.exporting.onnx_graph import Graph
from midigan.training.networks.entries import INSISTENCE
from midigan.training.networks.layers import SLOPE
from midigan.training.networks.level import TABLE_SCALE, WIDEST_INTERVAL, Level

Floats = NDArray[np.float32]

#: What the logit is that is never chosen: beside others nothing is left of its share.
NEVER = -1e4

#: Per step: the choices before (two) and after (two), of which the inner ones are next to it.
NEIGHBOURS, NEXT = 4, (1, 2)


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

    def hear(self, style: str, near: str | None) -> str:
        """What each turn makes of what a step hears, `(n * length, turns * own)`, not yet leaky.

        style: `(n, 1, context)`; near: symbols of the neighbours, `(n * length, 4 * tracks)`,
        None on the first level.
        """
        graph, level = self.graph, self.level
        context = level.place.shape[1]
        placed = graph.add("Add", style, graph.constant(array(level.place)[None]))
        hidden = graph.reshape(placed, -1, context)
        if near is not None and level.hear is not None:
            width = NEIGHBOURS * self.tracks * self.vectors.shape[1]
            heard = graph.add("Gather", graph.constant(self.vectors), near, axis=0)
            weight = graph.constant(array(level.hear.weight).T)
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
            size = len(enter[turn].bias)
            bias[turn * size : (turn + 1) * size] += array(layer.bias)
        return graph.add("Gemm", hidden, graph.constant(weight), graph.constant(bias))

    def tables(self, near: str) -> str:
        """What tables and biases say of each turn: `(n * length, turns * columns)`."""
        graph, level = self.graph, self.level
        columns = [side * self.tracks + track for side in NEXT for track in level.order]
        table = np.stack(
            [
                self.interval_table(turn, side)
                for side in range(len(NEXT))
                for turn in range(self.tracks)
            ]
        )
        rows = graph.add("Gather", graph.constant(table), graph.constant(self.apart()), axis=1)
        bias = [self.write_bias(track) for track in level.order]
        bias += [np.zeros_like(row) for row in bias]
        rows = graph.add("Add", rows, graph.constant(np.stack(bias)[:, None]))
        rows = graph.reshape(rows, -1, self.columns)
        own = graph.add("Gather", near, graph.constant(np.array(columns)), axis=1)
        place = graph.add("Add", own, graph.constant(self.symbols * np.arange(len(columns))))
        found = graph.add("Gather", rows, place, axis=0)
        found = graph.reshape(found, -1, len(NEXT), self.tracks * self.columns)
        return graph.add("ReduceSum", found, graph.constant(np.array([1])), keepdims=0)

    def insist(self, due: str, tables: str | None) -> str:
        """What tables say, and that a pitch must be chosen: `(n * length, turns * columns)`.

        due: 1 where it must, `(n * length, tracks)`.
        """
        weight = np.zeros((self.tracks, self.tracks, self.columns))
        for turn, track in enumerate(self.level.order):
            weight[track, turn, 1 : self.symbols] = INSISTENCE
        inputs = [due, self.graph.constant(weight.reshape(self.tracks, -1))]
        return self.graph.add("Gemm", *inputs, *([tables] if tables else []))

    def choose_together(self, own: str, tables: str | None, heights: str) -> tuple[str, str]:
        """What `write_level` returns, where tracks hear only what lies around."""
        graph, order = self.graph, self.level.order
        size = len(cast(nn.Linear, self.level.enter[0]).bias)
        heard = graph.split(self.leaky(own), [size] * self.tracks, axis=1)
        said = [graph.constant(self.write_bias(track)) for track in order]
        if tables is not None:
            said = graph.split(tables, [self.columns] * self.tracks, axis=1)
        found = {
            track: graph.add(
                "Gemm", heard[turn], graph.constant(self.write_weight(track)), said[turn]
            )
            for turn, track in enumerate(order)
        }
        logits = graph.concat([found[track] for track in sorted(found)], axis=1)
        each = graph.reshape(logits, -1, self.tracks, self.columns)
        symbols = self.pick(each, graph.reshape(heights, -1, self.tracks, 1), keepdims=0)
        return logits, symbols

    def pick(self, logits: str, height: str, *, keepdims: int) -> str:
        """The symbol at a height of the distribution along the last axis."""
        graph = self.graph
        share = graph.add("Softmax", logits, axis=-1)
        passed = graph.add("CumSum", share, graph.constant(np.array(-1)))
        # All that lie above are as high then, and the first of them is taken.
        return graph.add("ArgMax", graph.add("Min", passed, height), axis=-1, keepdims=keepdims)

    def leaky(self, value: str) -> str:
        """The activation of all layers."""
        return self.graph.add("LeakyRelu", value, alpha=SLOPE)

    def _normal(self, value: str, layer: nn.LayerNorm) -> str:
        scale, bias = (self.graph.constant(array(x)) for x in (layer.weight, layer.bias))
        return self.graph.add("LayerNormalization", value, scale, bias, epsilon=layer.eps)

    def write_weight(self, track: int) -> Floats:
        """From what a track makes of what it hears to logits: `(own, columns)`."""
        weight = array(cast(nn.Linear, self.level.write[track]).weight).T
        return np.pad(weight, ((0, 0), (1, 1))) / self.temperature

    def write_bias(self, track: int) -> Floats:
        """What is added to these logits: `(columns,)`."""
        bias = array(cast(nn.Linear, self.level.write[track]).bias) / self.temperature
        return np.pad(bias - INSISTENCE * self.never[track], 1, constant_values=(0, NEVER))

    def told(self, turn: int, offset: int) -> tuple[str, list[int]]:
        """What a choice tells all later turns, a row a symbol, and how long the parts of a row are.

        First what each of them makes of it, then what its table says: the row of number `offset`
        in it. Kept as products and tables of intervals, from which ONNX Runtime makes the rows
        when it opens the file.
        """
        graph, later = self.graph, range(turn + 1, self.tracks)
        weights = [self.answer_weight(other, turn) for other in later]
        hear = graph.constant(np.concatenate(weights, axis=1))
        heard = graph.add("MatMul", graph.constant(self.vectors), hear)
        table = np.stack([self.interval_table(other, offset) for other in later])
        said = graph.add("Gather", graph.constant(table), graph.constant(self.apart()), axis=1)
        said = graph.add("Transpose", said, perm=[1, 0, 2])
        said = graph.reshape(said, self.symbols, len(later) * self.columns)
        sizes = [weight.shape[1] for weight in weights] + [self.columns] * len(later)
        return graph.concat([heard, said], axis=1), sizes

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
