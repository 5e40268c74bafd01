"""Throughput of training on this machine."""
import time

import torch

from .model import Student
from .settings import Settings

_LENGTH, _STEPS = 64, 6


def measure_speed(settings: Settings, threads: int) -> dict:
    """Tokens a second of forward, backward and update on batches of the settings' size."""
    torch.set_num_threads(threads)
    student = Student(settings)
    optimizer = torch.optim.AdamW(student.parameters(), foreach=True)
    tokens = torch.randint(0, settings.vocabulary, (max(1, settings.batch_tokens // _LENGTH), _LENGTH))
    begun = time.monotonic()
    for step in range(_STEPS + 2):
        if step == 2:
            begun = time.monotonic()
        states = student.hidden(tokens).flatten(0, 1)[::4]
        torch.nn.functional.cross_entropy(student.logits(states), tokens.flatten()[::4]).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    seconds = (time.monotonic() - begun) / _STEPS
    return {
        "threads": threads,
        "parameters": student.parameter_count(),
        "tokens_per_second": round(tokens.numel() / seconds),
    }
