"""Writes an ONNX graph node by node, for networks whose traced graph would be slow to play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

#: A float32 axis whose length is open, or its length.
Axes = Sequence[int | str]


class Graph:
    """Nodes and constants of a graph that grows, each value known by its name."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], Any] = {}

    def constant(self, values: NDArray[Any]) -> str:
        """A constant: float32, or int64 where whole numbers are given; equal ones are kept once."""
        kind = np.int64 if np.issubdtype(values.dtype, np.integer) else np.float32
        array = np.ascontiguousarray(values, kind)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            self._constants[key] = numpy_helper.from_array(array, name)
        return str(self._constants[key].name)

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Append a node with one output, and return its name."""
        (name,) = self._append(kind, inputs, [output or f"v{len(self._nodes)}"], attributes)
        return name

    def split(self, value: str, sizes: Sequence[int], axis: int) -> list[str]:
        """A value in parts along an axis; one part costs nothing."""
        if len(sizes) == 1:
            return [value]
        names = [f"v{len(self._nodes)}.{part}" for part in range(len(sizes))]
        lengths = self.constant(np.array(sizes))
        return self._append("Split", (value, lengths), names, {"axis": axis})

    def reshape(self, value: str, *shape: int) -> str:
        """One axis may be -1: what is left over."""
        return self.add("Reshape", value, self.constant(np.array(shape)))

    def concat(self, values: Sequence[str], axis: int) -> str:
        """Values in a row; one of them costs nothing."""
        return values[0] if len(values) == 1 else self.add("Concat", *values, axis=axis)

    def whole(self, value: str) -> str:
        """Float32 numbers that are whole, as int64."""
        return self.add("Cast", value, to=TensorProto.INT64)

    def total(self, values: Sequence[str]) -> str:
        """The sum of values of one shape; one of them costs nothing."""
        if len(values) == 1:
            return values[0]
        return self.add("Add" if len(values) == 2 else "Sum", *values)

    def model(
        self, inputs: Mapping[str, Axes], outputs: Mapping[str, Axes], opset: int
    ) -> onnx.ModelProto:
        """The finished model; names and axes of what goes in and comes out, all float32."""
        given, made = (
            [
                helper.make_tensor_value_info(n, TensorProto.FLOAT, list(axes))
                for n, axes in x.items()
            ]
            for x in (inputs, outputs)
        )
        graph = helper.make_graph(
            self._nodes, "midigan", given, made, list(self._constants.values())
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])

    def _append(
        self, kind: str, inputs: Sequence[str], outputs: list[str], attributes: dict[str, Any]
    ) -> list[str]:
        self._nodes.append(helper.make_node(kind, list(inputs), outputs, **attributes))
        return outputs
