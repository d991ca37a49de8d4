"""Where training runs: CPU or CUDA, and on how many threads."""

from __future__ import annotations

import torch

from midigan.errors import MidiganError


def choose_device(name: str) -> torch.device:
    """`cpu`, `cuda`, or with `auto` the GPU where there is one. Raises MidiganError if not."""
    if name == "cuda" and not torch.cuda.is_available():
        raise MidiganError("PyTorch finds no CUDA device here: use --device cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def use_threads(count: int | None) -> None:
    """How many CPU threads PyTorch computes with; None leaves it to PyTorch."""
    if count is not None:
        torch.set_num_threads(count)
