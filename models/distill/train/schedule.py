"""The learning rate over the share of the budget that is used, 0 to 1."""
import math


def learning_rate(progress: float, highest: float, warmup_share: float, final_share: float) -> float:
    """Linear warm-up, then a cosine from `highest` down to `final_share` of it."""
    if progress < warmup_share:
        return highest * max(0.01, progress / warmup_share)
    rest = min(1.0, (progress - warmup_share) / max(1e-9, 1 - warmup_share))
    return highest * (final_share + (1 - final_share) * 0.5 * (1 + math.cos(math.pi * rest)))
