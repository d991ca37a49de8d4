"""Several processes that train one run together, as torchrun starts them.

    torchrun --nproc-per-node 2 -m midigan train FOLDER

Each process takes its share of every batch; gradients are averaged in one go before each update,
so that all keep the same weights. PyTorch's DistributedDataParallel is not used: it averages
within the backward pass, which a penalty on the critic's slope goes through twice. The first
process decides, writes and speaks for all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn

from midigan.errors import MidiganError


@dataclass(frozen=True)
class Group:
    """The processes of a run, seen from one of them. rank: 0..size - 1; 0 leads."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process decides, writes and speaks."""
        return self.rank == 0

    def share(self, batch: Tensor) -> Tensor:
        """What this process takes of a batch `(n, ...)`: every `size`-th, from its rank on."""
        return batch[self.rank :: self.size]

    def average_gradients(self, module: nn.Module, share: float) -> None:
        """Make gradients those of the whole batch, of which this process saw a share, 0..1."""
        gradients = [p.grad for p in module.parameters() if p.grad is not None]
        self._sum(gradients, share)

    def average_statistics(self, module: nn.Module) -> None:
        """Make what normalisations have counted the mean over the processes."""
        counted = [b for b in module.buffers() if b.is_floating_point()]
        self._sum(counted, 1 / self.size)

    def follow(self, values: Sequence[float]) -> list[float]:
        """The values that the leading process gives, in all processes."""
        if self.size == 1:
            return list(values)
        shared = torch.tensor(values, dtype=torch.float64)
        with _together():
            distributed.broadcast(shared, 0)
        return shared.tolist()

    def follow_text(self, text: str) -> str:
        """The text that the leading process gives, in all processes."""
        shared = [text]
        if self.size > 1:
            with _together():
                distributed.broadcast_object_list(shared, 0)
        return shared[0]

    def _sum(self, tensors: Sequence[Tensor], weight: float) -> None:
        """Replace tensors by their weighted sum over the processes: one exchange for all."""
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors]).mul_(weight)
        with _together():
            distributed.all_reduce(flat)
        sizes = [tensor.numel() for tensor in tensors]
        for tensor, summed in zip(tensors, torch.split(flat, sizes), strict=True):
            tensor.copy_(summed.view_as(tensor))


#: One process, which is what everybody has who does not ask for more.
ALONE = Group()


@contextmanager
def joined() -> Iterator[Group]:
    """The group that torchrun has put this process in, left at the end; `ALONE` without one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ALONE
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    # Decisions and noise travel between CPUs, gradients between whatever they are computed on.
    distributed.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo")
    try:
        yield Group(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


@contextmanager
def _together() -> Iterator[None]:
    """Within the block an exchange that breaks off is a plain line."""
    try:
        yield
    except RuntimeError as error:
        raise MidiganError("another process of this training ended: see what it said") from error
