"""What a student gets right: loss and accuracy by choice, on examples it does not learn from."""
from collections import defaultdict
from typing import Dict, List, Tuple

import numpy
import torch

from .batches import iterate_batches
from .corpus import Field
from .encode import Encoded
from .loss import Choices, distillation_loss
from .model import Student


def take_evenly(data: Encoded, count: int) -> Encoded:
    """At most `count` examples, the same number of every task where there are enough."""
    tasks = sorted(set(data.tasks.tolist()))
    share = max(1, count // max(1, len(tasks)))
    random = numpy.random.default_rng(0)
    rows = []
    for task in tasks:
        own = numpy.nonzero(data.tasks == task)[0]
        rows.append(random.permutation(own)[:share])
    return select(data, numpy.sort(numpy.concatenate(rows)))


def select(data: Encoded, rows: numpy.ndarray) -> Encoded:
    """The examples at `rows` (ascending) as a split of their own."""
    keep = numpy.isin(data.rows, rows)
    lengths = data.lengths[rows]
    pieces = [data.tokens[data.starts[r] : data.starts[r + 1]] for r in rows]
    return Encoded(
        tokens=numpy.concatenate(pieces),
        starts=numpy.concatenate([[0], numpy.cumsum(lengths)]),
        answers=data.answers[rows],
        tasks=data.tasks[rows],
        rows=numpy.searchsorted(rows, data.rows[keep]).astype(numpy.int32),
        places=data.places[keep],
        kinds=data.kinds[keep],
        hard=data.hard[keep],
        soft=data.soft[keep],
        names=data.names,
        times=data.times[rows],
    )


@torch.no_grad()
def validate(
    student: Student, data: Encoded, choices: Choices, fields: List[Field], settings, device: torch.device
) -> Dict:
    """{loss, text, choice, accuracy: {task.field: share}}; loss as in training, answers only."""
    sums, weight = defaultdict(float), 0.0
    right, seen = defaultdict(int), defaultdict(int)
    for batch in iterate_batches(data, settings.batch_tokens):
        batch = batch.to(device)
        losses = distillation_loss(
            student, batch, choices, settings.soft_weight, settings.temperature, settings.choice_weight
        )
        share = float(batch.weights.sum()) + settings.choice_weight * len(batch.choice_at)
        for name in ("total", "text", "choice"):
            sums[name] += float(getattr(losses, name)) * share
        weight += share
        logits, kinds, hard = choice_logits(student, batch, choices)
        for kind, hit in zip(kinds.tolist(), (logits.argmax(-1) == hard).tolist()):
            seen[fields[kind].key] += 1
            right[fields[kind].key] += hit
    means = {name: sums[name] / max(weight, 1e-6) for name in ("total", "text", "choice")}
    accuracy = {key: round(right[key] / seen[key], 4) for key in sorted(seen)}
    loss = means.pop("total")
    return {"loss": loss, **means, "accuracy": accuracy}


def choice_logits(student: Student, batch, choices: Choices) -> Tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits among the values, the field and the right value's index of each choice of a batch."""
    states = student.hidden(batch.tokens).flatten(0, 1)[batch.choice_at]
    return choices.restrict(student.logits(states), batch.kinds), batch.kinds, batch.hard
