"""A second device, for tests: what lies there must not meet what lies on the CPU.

As on a GPU, an operation whose tensors lie in both places fails, but numbers are not changed:
beneath, everything is computed on the CPU. PyTorch calls the device "meta", its own one that
holds nothing and needs no driver.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.optim import optimizer
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_leaves, tree_map

HOME, SECOND = torch.device("cpu"), torch.device("meta")

_ATEN = torch.ops.aten
#: What may have tensors on both devices.
_CROSSES = (_ATEN._to_copy.default, _ATEN.copy_.default)
#: What may be given its indices from the CPU.
_INDEXES = (_ATEN.index.Tensor, _ATEN.index_put.default, _ATEN.index_put_.default)


class There(torch.Tensor):
    """A tensor on the second device; `held` has its numbers."""

    held: torch.Tensor
    #: Else PyTorch warns that checkpoints could not be copied there.
    is_meta = False
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> There:
        strides, offset = held.stride(), held.storage_offset()
        made = torch.Tensor._make_wrapper_subclass(
            cls, held.shape, strides, offset, dtype=held.dtype, device=SECOND
        )
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return _computed(operation, args, kwargs or {})

    def __getitem__(self, index):
        # Of a list PyTorch would make a tensor of its own on that device, which holds nothing.
        parts = index if isinstance(index, tuple) else (index,)
        return super().__getitem__(tuple(torch.tensor(i) if type(i) is list else i for i in parts))

    def tolist(self):
        return self.held.tolist()


class _Devices(TorchDispatchMode):
    """Also what makes tensors on that device makes them so."""

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        return _computed(operation, args, kwargs or {})


def _computed(operation: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    given = [x for x in tree_leaves((args, kwargs)) if isinstance(x, torch.Tensor)]
    there = any(isinstance(x, There) for x in given)
    if there and operation not in _CROSSES:
        looked_at = given[:1] if operation in _INDEXES else given
        if any(x.dim() and not isinstance(x, There) for x in looked_at):
            raise RuntimeError(f"{operation} was given tensors of both devices")
    if kwargs.get("device") is not None:
        there = torch.device(kwargs["device"]) == SECOND
        kwargs = {**kwargs, "device": HOME}
    held, options = tree_map(lambda x: x.held if isinstance(x, There) else x, (args, kwargs))
    found = operation(*held, **options)
    if operation is _ATEN.copy_.default:
        return args[0]
    if not there or operation is _ATEN._local_scalar_dense.default:
        return found
    found = tree_map(lambda x: There(x) if isinstance(x, torch.Tensor) else x, found)
    return return_and_correct_aliasing(operation, args, kwargs, found)


@contextlib.contextmanager
def second_device() -> Iterator[torch.device]:
    """That device, while it is there."""
    tensor, autocast = torch.tensor, torch.autocast
    fused = optimizer._get_fused_kernels_supported_devices()

    def tensor_on(data, *, device=None, **options):
        made = tensor(data, **options)
        return made if device is None else made.to(device)

    def autocast_on(kind, *args, **options):
        if kind == SECOND.type:
            return contextlib.nullcontext()
        return autocast(kind, *args, **options)

    overwrites = torch.__future__.get_overwrite_module_params_on_conversion()
    with pytest.MonkeyPatch.context() as patch, _Devices():
        # Not even by these does PyTorch compute on a device that holds nothing.
        patch.setattr(torch, "tensor", tensor_on)
        patch.setattr(torch, "autocast", autocast_on)
        patch.setattr(
            optimizer, "_get_fused_kernels_supported_devices", lambda: [*fused, SECOND.type]
        )
        # Else a module that moves there would keep its parameters.
        torch.__future__.set_overwrite_module_params_on_conversion(True)
        try:
            yield SECOND
        finally:
            torch.__future__.set_overwrite_module_params_on_conversion(overwrites)
