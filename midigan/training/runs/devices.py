"""Where training runs: CPU or CUDA, on how many threads, and how precisely it multiplies."""

from __future__ import annotations

import torch

from midigan.errors import MidiganError


def choose_device(name: str) -> torch.device:
    """`cpu`, `cuda`, or with `auto` the GPU where there is one. Raises MidiganError if not."""
    if name == "cuda" and not torch.cuda.is_available():
        raise MidiganError("PyTorch finds no CUDA device here: use --device cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """What matrices are multiplied in: `float32`, `bfloat16`, or with `auto` what is faster.

    That is bfloat16 on GPUs that have it. Weights, sums and the losses stay float32 (automatic
    mixed precision, arXiv 1710.03740), and so does the file that is exported.
    """
    if name == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        name = "bfloat16" if fast else "float32"
    return torch.bfloat16 if name == "bfloat16" else torch.float32


def use_threads(count: int | None) -> None:
    """How many CPU threads PyTorch computes with; None leaves it to PyTorch."""
    if count is not None:
        torch.set_num_threads(count)
