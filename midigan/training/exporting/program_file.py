"""A generator as a PyTorch program, `.pt2`: it runs in PyTorch without midigan's code.

program = torch.export.load("x.pt2").module()
scores = program(chords, style, melody, groove)  # and genre, where it has genres
"""

from __future__ import annotations

import io

import torch
from torch import nn

from midigan.errors import MidiganError
from midigan.generator_info import METADATA_KEY
from midigan.training.exporting.onnx_file import CHECKED_BATCHES, Converted, Inputs, quiet

#: Of the same operations in the same library nothing but their fusion may differ.
LARGEST_DIFFERENCE = 1e-5


def to_program(network: nn.Module, inputs: Inputs, metadata: str) -> Converted:
    """A network in evaluation mode as a `.pt2`, its batch size left open, read back and checked.

    metadata: JSON, kept beside the program as the extra file `midigan`.
    Raises MidiganError if the program answers otherwise than the network.
    """
    network = network.eval().cpu()
    given = tuple(inputs(2))
    batch = torch.export.Dim("n")
    file = io.BytesIO()
    with quiet(), torch.no_grad():
        program = torch.export.export(
            network, given, dynamic_shapes=tuple({0: batch} for _ in given)
        )
        torch.export.save(program, file, extra_files={METADATA_KEY: metadata})
        file.seek(0)
        loaded = torch.export.load(file).module()
        difference = max(
            float((loaded(*noise) - network(*noise)).abs().max())
            for noise in map(inputs, CHECKED_BATCHES)
        )
    if not difference <= LARGEST_DIFFERENCE:
        raise MidiganError(
            f"the exported program differs from the network by {difference:.2g}, more than "
            f"{LARGEST_DIFFERENCE:.0e}: nothing was written"
        )
    return Converted(file.getvalue(), difference)
