"""Temperature scaling after training (Guo et al. 2017): one number a choice, fitted on validation.

Fitted to the teacher's distribution, not to its likeliest value: where the outcome is uncertain a
student that always agreed with the likeliest value would be right less often than it agrees. A
measured outcome is a distribution of one value.
"""
from collections import defaultdict
from typing import Dict, List

import torch
from torch.nn import functional as F

from .batches import iterate_batches
from .corpus import Field
from .encode import Encoded
from .loss import Choices
from .model import Student
from .validate import choice_logits

_STEPS = 60


@torch.no_grad()
def fit_temperatures(
    student: Student, data: Encoded, choices: Choices, fields: List[Field], batch_tokens: int, device
) -> Dict[str, float]:
    """{task.field: temperature}: the values' logits divided by it give the least surprise."""
    rows, labels = defaultdict(list), defaultdict(list)
    for batch in iterate_batches(data, batch_tokens):
        batch = batch.to(device)
        logits, kinds, _ = choice_logits(student, batch, choices)
        for kind in kinds.unique().tolist():
            rows[kind].append(logits[kinds == kind].cpu())
            labels[kind].append(batch.soft[kinds == kind].cpu())
    return {
        fields[kind].key: round(_best_temperature(torch.cat(rows[kind]), torch.cat(labels[kind])), 4)
        for kind in sorted(rows)
    }


def _best_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """Golden-section search over log T in [1/20, 20]: the loss is convex in 1 / T."""
    ratio = (5**0.5 - 1) / 2
    low, high = -3.0, 3.0
    for _ in range(_STEPS):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if _surprise(logits, labels, a) < _surprise(logits, labels, b):
            high = b
        else:
            low = a
    return float(torch.tensor((low + high) / 2).exp())


def _surprise(logits: torch.Tensor, labels: torch.Tensor, log_temperature: float) -> float:
    temperature = float(torch.tensor(log_temperature).exp())
    return float(F.cross_entropy(logits / temperature, labels))
