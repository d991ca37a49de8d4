"""A PyTorch network as an ONNX file that plays without PyTorch: converted, checked, described."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from midigan.errors import MidiganError
from midigan.generator_info import METADATA_KEY
from midigan.saving import whole_file
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.voiced import VoicedGenerator

#: Opset and file format that every ONNX Runtime since 1.14 reads.
OPSET, IR_VERSION = 18, 8

#: Batches that both runtimes answer, and how far apart they may be in any cell.
CHECKED_BATCHES = (1, 3, 64)
LARGEST_DIFFERENCE = 1e-4

#: Draws the inputs of a network for a batch of `n`, in their order.
Inputs = Callable[[int], Sequence[Tensor]]

#: How far inputs are nudged, and how often, to find out whether an answer is on the edge of another
#: choice, how large a change of it gives such a choice away, and what share of all answers may be
#: on one: of those that are chosen by a thousand numbers each, rounding decides one in a hundred.
NUDGE, NUDGES, EDGE, MOST_ON_AN_EDGE = 1e-2, 16, 0.1, 0.125


@dataclass(frozen=True)
class Converted:
    """An ONNX model that answers as the network it was made from does.

    content: of the file. largest_difference: of any output cell, over `CHECKED_BATCHES`.
    """

    content: bytes
    largest_difference: float

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all. Raises MidiganError if it cannot be written."""
        with whole_file(path) as beside:
            beside.write_bytes(self.content)


def convert(
    network: nn.Module, inputs: Inputs, names: Sequence[str], output: str, metadata: str
) -> Converted:
    """Convert a network in evaluation mode, its batch size left open, and check the result.

    names: of the inputs. metadata: the JSON entry that players read.
    Raises MidiganError if ONNX Runtime's answers differ from PyTorch's by too much.
    """
    import onnx

    network = network.eval().cpu()
    model = _written(network) or _traced(network, inputs, names, output)
    if not all(given.type.tensor_type.shape.dim[0].dim_param for given in model.graph.input):
        raise MidiganError(f"the network of {output} fixes its batch size: it cannot be exported")
    _strip(model)
    model.ir_version = IR_VERSION
    onnx.helper.set_model_props(model, {METADATA_KEY: metadata})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    difference = _difference(content, network, inputs, names)
    if not difference <= LARGEST_DIFFERENCE:
        raise MidiganError(
            f"the exported {output} differs from PyTorch's by {difference:.2g}, more than "
            f"{LARGEST_DIFFERENCE:.0e}: nothing was written"
        )
    return Converted(content, difference)


def _written(network: nn.Module) -> Any:
    """The model of a network that has one written by hand; None for others, which are traced."""
    from midigan.training.exporting.onnx_multiscale import written

    if isinstance(network, VoicedGenerator):
        return written(network, OPSET)
    if isinstance(network, MultiscaleGenerator) and all(network.mono):
        return written(network, OPSET)
    return None


def _traced(network: nn.Module, inputs: Inputs, names: Sequence[str], output: str) -> Any:
    """The model as PyTorch's exporter writes it, its batch size left open if that is possible."""
    batch = torch.export.Dim("n")
    with quiet(), torch.no_grad():
        program = torch.onnx.export(
            network,
            tuple(inputs(2)),
            input_names=list(names),
            output_names=[output],
            dynamic_shapes=tuple({0: batch} for _ in names),
            dynamo=True,
            external_data=False,
            opset_version=OPSET,
            verbose=False,
        )
    if program is None:
        raise MidiganError("PyTorch did not export the network: is its version at least 2.5?")
    return program.model_proto


def _difference(content: bytes, network: nn.Module, inputs: Inputs, names: Sequence[str]) -> float:
    """The largest difference of any output cell between ONNX Runtime and PyTorch.

    A network that chooses may be on the edge between two choices, where rounding decides. So of
    the answers that differ by too much those are left out that PyTorch itself changes when its
    inputs change by little; many of them are a difference without limit.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    differences, on_an_edge = [0.0], 0
    for n in CHECKED_BATCHES:
        given = inputs(n)
        with torch.no_grad():
            expected = network(*given).numpy()
        feed = {name: tensor.numpy() for name, tensor in zip(names, given, strict=True)}
        (found,) = session.run(None, feed)
        if found.shape != expected.shape:
            return float("inf")
        difference = np.abs(found - expected).reshape(n, -1).max(axis=1)
        for number in np.flatnonzero(difference > LARGEST_DIFFERENCE).tolist():
            if _on_an_edge(network, [tensor[number] for tensor in given], expected[number]):
                difference[number] = 0
                on_an_edge += 1
        differences.append(float(difference.max()))
    few = on_an_edge <= MOST_ON_AN_EDGE * sum(CHECKED_BATCHES)
    return float(np.max(differences)) if few else float("inf")


@torch.no_grad()
def _on_an_edge(network: nn.Module, given: Sequence[Tensor], answer: NDArray[np.float32]) -> bool:
    """Whether PyTorch itself changes an answer by much when the inputs change by little."""
    rng = torch.Generator().manual_seed(0)
    nudged = network(
        *(tensor + NUDGE * torch.randn((NUDGES, *tensor.shape), generator=rng) for tensor in given)
    )
    return bool(np.abs(nudged.numpy() - answer).max() >= EDGE)


def _strip(model: Any) -> None:
    """Take out where in the source each node came from: paths of the machine that exported it."""
    graph = model.graph
    for part in (graph, *graph.node, *graph.input, *graph.output, *graph.value_info):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    for tensor in graph.initializer:
        tensor.ClearField("doc_string")
        tensor.ClearField("metadata_props")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Within the block the exporter keeps notes on its internals and on packages to itself."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    # Child loggers that torch has set up before have levels of their own.
    logging.disable(logging.WARNING)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
        logger.setLevel(level)
