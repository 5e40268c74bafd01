"""Knowledge distillation with temperature (Hinton, Vinyals, Dean 2015) at the choices,
cross-entropy elsewhere."""
from dataclasses import dataclass
from typing import List

import torch
from torch.nn import functional as F

from .batches import Batch
from .model import Student


class Choices:
    """The tokens of every field's values, [fields, v], with a mask of those that exist."""

    def __init__(self, tokens: List[List[int]], device: torch.device):
        width = max(len(row) for row in tokens)
        padded = [row + [0] * (width - len(row)) for row in tokens]
        exists = [[i < len(row) for i in range(width)] for row in tokens]
        self.tokens = torch.tensor(padded, device=device)
        self.missing = ~torch.tensor(exists, device=device)

    def restrict(self, logits: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        """Logits [c, vocabulary] to those of the choices' values [c, v]; -1e9 where there is none."""
        return logits.gather(1, self.tokens[kinds]).masked_fill(self.missing[kinds], -1e9)


@dataclass
class Losses:
    total: torch.Tensor
    text: torch.Tensor
    choice: torch.Tensor


def soften(odds: torch.Tensor, temperature: float) -> torch.Tensor:
    """The teacher's distribution at a temperature: odds^(1/T), normalized."""
    raised = odds.clamp_min(0) ** (1.0 / temperature)
    return raised / raised.sum(-1, keepdim=True)


def distillation_loss(
    student: Student,
    batch: Batch,
    choices: Choices,
    soft_weight: float,
    temperature: float,
    choice_weight: float,
    smoothing: float = 0.0,
) -> Losses:
    """(1 - a) · CE of the right token + a · T² · KL(teacher || student) among the values at choices,
    CE of the other tokens; a weighted mean over all.

    `smoothing` of the teacher's distribution goes to all values alike, so that a certain teacher
    does not ask for boundless logits.
    """
    states = student.hidden(batch.tokens).flatten(0, 1)
    logits = student.logits(states[torch.cat([batch.at, batch.choice_at])])
    text_logits, choice_logits = logits.split([len(batch.at), len(batch.choice_at)])
    text = (F.cross_entropy(text_logits, batch.targets, reduction="none") * batch.weights).sum()

    count = len(batch.choice_at)
    chosen = choices.tokens[batch.kinds, batch.hard]
    hard = F.cross_entropy(choice_logits, chosen, reduction="sum")
    among = choices.restrict(choice_logits, batch.kinds)
    exists = (~choices.missing[batch.kinds]).float()
    even = exists / exists.sum(-1, keepdim=True)
    teacher = soften((1 - smoothing) * batch.soft + smoothing * even, temperature)
    given = F.log_softmax(among / temperature, dim=-1)
    divergence = temperature**2 * F.kl_div(given, teacher, reduction="sum")
    choice = (1 - soft_weight) * hard + soft_weight * divergence

    weight = batch.weights.sum() + choice_weight * count
    return Losses(
        total=(text + choice_weight * choice) / weight.clamp_min(1e-6),
        text=text.detach() / batch.weights.sum().clamp_min(1e-6),
        choice=choice.detach() / max(1, count),
    )
