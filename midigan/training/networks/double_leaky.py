"""A leaky ReLU whose slope can be differentiated at half the cost, for gradient penalties.

A penalty on a critic's slope differentiates its backward pass. The derivative of a leaky ReLU
is constant on either side of 0, so that nothing of this reaches what it was applied to; PyTorch's
own returns zeros there, and sends them through the whole forward pass again.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def double_leaky(hidden: Tensor, slope: float) -> Tensor:
    """`leaky_relu_(hidden, slope)`, in place; slope above 0."""
    if torch.is_grad_enabled():
        return _Leaky.apply(hidden, slope)  # type: ignore[no-untyped-call]
    return functional.leaky_relu_(hidden, slope)


class _Leaky(torch.autograd.Function):
    """In place, because the sign of the result tells the side of 0."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, slope: float) -> Tensor:
        result = functional.leaky_relu_(hidden, slope)
        ctx.mark_dirty(hidden)
        ctx.save_for_backward(result)
        ctx.set_materialize_grads(False)  # what nothing reaches stays nothing, not zeros
        ctx.slope = slope
        return result

    @staticmethod
    def backward(ctx: Any, gradient: Tensor | None) -> tuple[Tensor | None, None]:
        if gradient is None:
            return None, None
        (result,) = ctx.saved_tensors
        return _Slope.apply(gradient, result, ctx.slope), None  # type: ignore[no-untyped-call]


class _Slope(torch.autograd.Function):
    """A gradient times 1 or `slope`: linear in it, and its own derivative."""

    @staticmethod
    def forward(ctx: Any, gradient: Tensor, result: Tensor, slope: float) -> Tensor:
        ctx.save_for_backward(result)
        ctx.slope = slope
        return torch.ops.aten.leaky_relu_backward(gradient, result, slope, True)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (result,) = ctx.saved_tensors
        return _Slope.apply(gradient, result, ctx.slope), None, None  # type: ignore[no-untyped-call]
