"""Batches of examples of like length, as arrays of one shape."""
from dataclasses import dataclass
from typing import Iterator, List

import numpy
import torch

from .encode import Encoded

# How many batches are sorted by length together: large enough for little padding, small enough
# that an epoch is not one walk from short to long.
_POOL = 40


@dataclass
class Batch:
    """tokens int64 [b, l]; the rest names positions of the flattened [b · l] states.

    at, targets, weights: positions whose next token counts, that token, and how much it counts.
    choice_at, kinds, hard, soft: the choices, as in Encoded.
    """

    tokens: torch.Tensor
    at: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    choice_at: torch.Tensor
    kinds: torch.Tensor
    hard: torch.Tensor
    soft: torch.Tensor
    token_count: int

    def to(self, device: torch.device) -> "Batch":
        moved = {k: v.to(device) if torch.is_tensor(v) else v for k, v in vars(self).items()}
        return Batch(**moved)


def draw_rows(data: Encoded, frequencies: str, seed: int) -> numpy.ndarray:
    """The examples of an epoch, as often as `frequencies` says ("opinion=3,prior=0.5") times
    their own weight.

    A task that is not named comes once. Of a fraction, other examples are drawn in every epoch.
    """
    times = numpy.ones(len(data.names))
    for part in filter(None, frequencies.split(",")):
        task, count = part.split("=")
        if task in data.names:
            times[data.names.index(task)] = float(count)
    each = times[data.tasks] * data.times
    drawn = numpy.random.default_rng(seed).random(len(each)) < each % 1
    return numpy.repeat(numpy.arange(len(each)), (each // 1 + drawn).astype(numpy.int64))


def plan_batches(
    lengths: numpy.ndarray, rows: numpy.ndarray, batch_tokens: int, seed: int
) -> List[numpy.ndarray]:
    """One epoch: each of `rows` once, in batches of at most `batch_tokens` padded tokens."""
    random = numpy.random.default_rng(seed)
    order = random.permutation(rows)
    pool = max(1, int(_POOL * batch_tokens / max(1.0, float(lengths.mean()))))
    batches: List[numpy.ndarray] = []
    for start in range(0, len(order), pool):
        part = order[start : start + pool]
        part = part[numpy.argsort(lengths[part], kind="stable")]
        first = 0
        for i in range(len(part) + 1):
            full = i < len(part) and lengths[part[i]] * (i - first + 1) > batch_tokens
            if i == len(part) or (full and i > first):
                if i > first:
                    batches.append(part[first:i])
                first = i
    random.shuffle(batches)
    return batches


def add_noise(tokens: numpy.ndarray, prompt: numpy.ndarray, share: float, seed: int) -> numpy.ndarray:
    """Tokens with a random `share` of those in `prompt` replaced by others of the batch: a student
    that cannot rely on single words learns free text by more than one of them."""
    random = numpy.random.default_rng(seed)
    hit = prompt & (random.random(tokens.shape) < share)
    return numpy.where(hit, random.choice(tokens[prompt], tokens.shape), tokens)


def make_batch(
    data: Encoded,
    rows: numpy.ndarray,
    seed: int = 0,
    prompt_weight: float = 0.0,
    prompt_share: float = 0.0,
    noise: float = 0.0,
    noisy_tasks: str = "",
) -> Batch:
    """The arrays of a batch. Of the prompts' tokens a random `prompt_share` is learnt, weighted so
    that their sum counts as if all were. Prompts of `noisy_tasks` get `noise`; what is to be learnt
    stays as it is."""
    lengths = data.lengths[rows]
    longest = int(lengths.max())
    columns = numpy.arange(longest)
    inside = columns[None, :] < lengths[:, None]
    index = numpy.minimum(data.starts[rows][:, None] + columns[None, :], len(data.tokens) - 1)
    tokens = numpy.where(inside, data.tokens[index], 0).astype(numpy.int64)

    # Position p predicts the token at p + 1.
    predicts = inside[:, 1:]
    in_answer = columns[None, 1:] >= data.answers[rows][:, None]
    wanted = predicts & in_answer
    weight = wanted.astype(numpy.float32)
    if prompt_weight > 0 and prompt_share > 0:
        drawn = numpy.random.default_rng(seed).random(predicts.shape) < prompt_share
        sampled = predicts & ~in_answer & drawn
        weight[sampled] = prompt_weight / prompt_share
        wanted = wanted | sampled

    first = numpy.searchsorted(data.rows, rows, side="left")
    last = numpy.searchsorted(data.rows, rows, side="right")
    choices = numpy.concatenate([numpy.arange(a, b) for a, b in zip(first, last)]).astype(numpy.int64)
    owner = numpy.repeat(numpy.arange(len(rows)), last - first)
    before = data.places[choices] - 1
    weight[owner, before] = 0.0  # choices have a loss of their own
    wanted[owner, before] = False

    given = tokens
    noisy = [data.names.index(task) for task in noisy_tasks.split(",") if task in data.names]
    if noise > 0 and noisy:
        prompt = (columns[None, :] > 0) & (columns[None, :] < data.answers[rows][:, None])
        prompt &= numpy.isin(data.tasks[rows], noisy)[:, None]
        if prompt.any():
            given = add_noise(tokens, prompt, noise, seed + 1)

    r, c = numpy.nonzero(wanted)
    return Batch(
        tokens=torch.from_numpy(given),
        at=torch.from_numpy(r * longest + c),
        targets=torch.from_numpy(tokens[r, c + 1]),
        weights=torch.from_numpy(weight[r, c]),
        choice_at=torch.from_numpy(owner * longest + before),
        kinds=torch.from_numpy(data.kinds[choices].astype(numpy.int64)),
        hard=torch.from_numpy(data.hard[choices].astype(numpy.int64)),
        soft=torch.from_numpy(data.soft[choices]),
        token_count=int(lengths.sum()),
    )


def iterate_batches(data: Encoded, batch_tokens: int) -> Iterator[Batch]:
    """All examples once in a fixed order, answers only: for validation."""
    for rows in plan_batches(data.lengths, numpy.arange(len(data.lengths)), batch_tokens, seed=0):
        yield make_batch(data, rows)
