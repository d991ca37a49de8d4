"""A tiny critic, made without torch, beside which tiny generators can be played."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from midigan.layout import Layout


def write_critic(path: Path, layout: Layout, strictness: float = 1.0, pitches: int = 84) -> None:
    """A critic that likes few notes: minus the mean of all cells, so many times."""
    shape = ["n", *layout.shape[:-1], pitches]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["phrase"], ["mean"], axes=[1, 2, 3, 4], keepdims=0),
            helper.make_node("Mul", ["mean", "by"], ["score"]),
        ],
        "critic",
        [helper.make_tensor_value_info("phrase", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n"])],
        [numpy_helper.from_array(np.array(-strictness, np.float32), "by")],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))
