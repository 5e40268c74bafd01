"""What can be checked without data: gradients, batches, temperatures, quantization."""
from types import SimpleNamespace

import numpy
import torch

from .batches import draw_rows, plan_batches
from .fused import gate, normalize, rotate
from .loss import soften
from .schedule import learning_rate


def self_test() -> None:
    """Raises AssertionError at the first thing that is wrong."""
    make = torch.Generator().manual_seed(1)

    def random(*shape):
        return torch.randn(*shape, dtype=torch.double, generator=make, requires_grad=True)

    x, w = random(2, 3, 4, 8), random(8)
    angle = torch.randn(3, 1, 4, dtype=torch.double, generator=make)
    rope = torch.stack([angle.cos(), angle.sin()])
    assert torch.autograd.gradcheck(lambda a, b: normalize(a, b, 1e-5), (x, w))
    assert torch.autograd.gradcheck(gate, (x,))
    assert torch.autograd.gradcheck(lambda a: rotate(a, rope), (x,))
    assert torch.allclose(rotate(x, rope).norm(), x.norm()), "a rotation keeps lengths"

    lengths = numpy.random.default_rng(1).integers(5, 80, 5000)
    batches = plan_batches(lengths, numpy.arange(5000), 2048, seed=3)
    assert sorted(numpy.concatenate(batches).tolist()) == list(range(5000)), "every example once"
    padded = [len(rows) * int(lengths[rows].max()) for rows in batches]
    assert max(padded) <= 2048 and 1 - lengths.sum() / sum(padded) < 0.1, "little padding"

    weighed = SimpleNamespace(
        names=["a", "b"], tasks=numpy.array([0] * 2000 + [1]), times=numpy.array([0.5] * 2000 + [4.0])
    )
    drawn = draw_rows(weighed, "b=2", seed=1)
    assert (drawn == 2000).sum() == 8 and 900 < (drawn < 2000).sum() < 1100, "weights are frequencies"

    odds = torch.tensor([[0.7, 0.2, 0.1, 0.0]])
    assert torch.allclose(soften(odds, 1.0), odds)
    soft = soften(odds, 2.0)[0].tolist()
    assert soft[0] < 0.7 and soft[2] > 0.1 and soft[3] == 0 and abs(sum(soft) - 1) < 1e-6

    rates = [learning_rate(p / 100, 1.0, 0.1, 0.05) for p in range(101)]
    assert max(rates) == rates[10] and abs(rates[-1] - 0.05) < 1e-9
    print("self-test: gradients, batches, temperatures and schedule are right", flush=True)
