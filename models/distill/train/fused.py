"""Norm, rotation and gate with hand-written gradients.

On a CPU these small operations cost as much as the matrix products when autograd chains them of
many steps; written as one step each they keep fewer intermediates and touch memory less often.
"""
import torch
from torch.nn import functional as F


class _Normalize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, epsilon):
        scale = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_()
        scale = scale.div_(x.shape[-1]).add_(epsilon).rsqrt_()
        unit = x * scale
        ctx.save_for_backward(unit, scale, weight)
        return unit * weight

    @staticmethod
    def backward(ctx, grad):
        unit, scale, weight = ctx.saved_tensors
        rows = unit.flatten(0, -2)
        # d weight by column: a sum over all rows, as one product-and-sum.
        d_weight = (grad.flatten(0, -2) * rows).sum(0)
        g = grad * weight
        mean = (g * unit).mean(-1, keepdim=True)
        return torch.addcmul(g, unit, mean, value=-1).mul_(scale), d_weight, None


class _Gate(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        gated, up = x.chunk(2, dim=-1)
        active = F.silu(gated)
        ctx.save_for_backward(x)
        return active.mul_(up)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        gated, up = x.chunk(2, dim=-1)
        result = torch.empty_like(x)
        d_gated, d_up = result.chunk(2, dim=-1)
        sigmoid = torch.sigmoid(gated)
        active = gated * sigmoid
        torch.mul(grad, active, out=d_up)
        # silu' = sigmoid + silu (1 - sigmoid)
        slope = torch.addcmul(sigmoid, active, 1 - sigmoid)
        torch.mul(slope.mul_(grad), up, out=d_gated)
        return result


class _Rotate(torch.autograd.Function):
    @staticmethod
    def turn(x, cos, sin):
        result = torch.empty_like(x)
        first, second = x.chunk(2, dim=-1)
        to_first, to_second = result.chunk(2, dim=-1)
        torch.mul(first, cos, out=to_first).addcmul_(second, sin, value=-1)
        torch.mul(second, cos, out=to_second).addcmul_(first, sin)
        return result

    @staticmethod
    def forward(ctx, x, cos, sin):
        ctx.save_for_backward(cos, sin)
        return _Rotate.turn(x, cos, sin)

    @staticmethod
    def backward(ctx, grad):
        cos, sin = ctx.saved_tensors
        return _Rotate.turn(grad, cos, -sin), None, None


def normalize(x: torch.Tensor, weight: torch.Tensor, epsilon: float) -> torch.Tensor:
    """RMSNorm over the last dimension: x / sqrt(mean x² + epsilon) · weight."""
    return _Normalize.apply(x, weight, epsilon)


def gate(x: torch.Tensor) -> torch.Tensor:
    """SwiGLU's gate: [..., 2n] (gate, up) to silu(gate) · up, [..., n]."""
    return _Gate.apply(x)


def rotate(x: torch.Tensor, rope: torch.Tensor) -> torch.Tensor:
    """Turns component i of a head with component i + size / 2.

    x is [batch, length, heads, size], rope [2, length, 1, size / 2]: cosine and sine.
    """
    return _Rotate.apply(x, rope[0], rope[1])
