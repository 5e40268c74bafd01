"""Checkpoints that are whole or absent: written beside, synced, then renamed."""
import os
from pathlib import Path

import torch


def save_atomic(value: dict, path: Path) -> None:
    beside = path.with_suffix(path.suffix + ".part")
    with open(beside, "wb") as file:
        torch.save(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def load(path: Path) -> dict:
    return torch.load(path, map_location="cpu")
