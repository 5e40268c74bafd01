"""The training itself: batches, steps, validation, checkpoints, an end."""
import json
import time
from pathlib import Path
from typing import Dict, Optional

import torch

from .batches import draw_rows, make_batch, plan_batches
from .checkpoint import load, save_atomic
from .curves import draw_curves
from .device import choose_device
from .encode import load_split
from .loss import Choices, distillation_loss
from .model import Student
from .prepare import field_tokens, load_fields
from .schedule import learning_rate
from .settings import Settings
from .validate import take_evenly, validate

_LOG_EVERY = 20


class Training:
    """One run in one folder; `state` is all that a checkpoint holds besides weights and optimizer."""

    def __init__(self, run: Path, settings: Settings):
        self.run, self.settings = run, settings
        self.device = choose_device(settings.device, settings.threads)
        torch.manual_seed(settings.seed)
        self.fields = load_fields(run)
        self.choices = Choices(field_tokens(run), self.device)
        self.data = load_split(run, "train")
        self.held_out = take_evenly(load_split(run, "validation"), settings.validation_examples)
        self.student = Student(settings).to(self.device)
        matrices = [p for p in self.student.parameters() if p.dim() > 1]
        vectors = [p for p in self.student.parameters() if p.dim() <= 1]
        groups = [
            {"params": matrices, "weight_decay": settings.weight_decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(
            groups, lr=settings.learning_rate, betas=(0.9, 0.98), foreach=self.device.type != "mps"
        )
        self.state = {"step": 0, "epoch": 0, "batch": 0, "seconds": 0.0, "best": None, "stale": 0}

    def resume(self, path: Path) -> None:
        saved = load(path)
        self.student.load_state_dict(saved["model"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.state = saved["state"]
        # What was logged after the checkpoint is going to happen again.
        log = self.run / "log.jsonl"
        lines = log.read_text().splitlines(keepends=True)
        log.write_text("".join(l for l in lines if json.loads(l).get("step", 0) <= self.state["step"]))

    def save(self) -> None:
        save_atomic(
            {
                "model": self.student.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "state": self.state,
                "settings": self.settings.as_dict(),
            },
            self.run / "checkpoint.pt",
        )

    def log(self, event: str, **values) -> None:
        entry = {"event": event, **values}
        with open(self.run / "log.jsonl", "a") as file:
            file.write(json.dumps(entry) + "\n")
        print(json.dumps(entry), flush=True)

    def progress(self, batches: int) -> float:
        """Share of the budget used: minutes or epochs, whichever is further."""
        s, state = self.settings, self.state
        epochs = (state["epoch"] + state["batch"] / max(1, batches)) / s.epochs
        return max(epochs, state["seconds"] / (60 * s.minutes))

    def step(self, rows, rate: float):
        s = self.settings
        seed = s.seed * 1_000_003 + self.state["step"]
        batch = make_batch(
            self.data, rows, seed, s.prompt_weight, s.prompt_share, s.noise, s.noisy_tasks
        ).to(self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        losses = distillation_loss(
            self.student, batch, self.choices, s.soft_weight, s.temperature, s.choice_weight, s.smoothing
        )
        losses.total.backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), s.gradient_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return losses, batch

    def check(self) -> bool:
        """Validates, keeps the best weights; false when nothing was gained `patience` times."""
        found = validate(self.student, self.held_out, self.choices, self.fields, self.settings, self.device)
        state = self.state
        self.log("validation", step=state["step"], seconds=round(state["seconds"], 1), **found)
        if state["best"] is None or found["loss"] < state["best"] - 1e-5:
            state["best"], state["stale"] = found["loss"], 0
            weights = {"model": self.student.state_dict(), "settings": self.settings.as_dict()}
            save_atomic({**weights, "validation": found, "state": dict(state)}, self.run / "best.pt")
        else:
            state["stale"] += 1
        return state["stale"] < self.settings.patience


def train(run: Path, settings: Settings, initial: Optional[Dict] = None) -> None:
    """Trains in the folder `run` until minutes or epochs are used or validation stops falling.

    Goes on from the folder's checkpoint where there is one; `initial` gives first weights (a state
    dict) instead of random ones.
    """
    training = Training(run, settings)
    state = training.state
    if (run / "checkpoint.pt").exists():
        training.resume(run / "checkpoint.pt")
        state = training.state
    elif initial:
        training.student.load_state_dict(initial)
    training.log(
        "start", parameters=training.student.parameter_count(), step=state["step"], settings=settings.as_dict()
    )
    if initial and state["step"] == 0:
        training.check()  # what is refined is kept unless something better is found
    running = True
    while running:
        seed = settings.seed + state["epoch"]
        rows = draw_rows(training.data, settings.frequencies, seed)
        batches = plan_batches(training.data.lengths, rows, settings.batch_tokens, seed)
        while running and state["batch"] < len(batches):
            begun = time.monotonic()
            progress = training.progress(len(batches))
            if progress >= 1:
                running = False
                break
            rate = learning_rate(
                progress, settings.learning_rate, settings.warmup_share, settings.final_share
            )
            losses, batch = training.step(batches[state["batch"]], rate)
            state["step"] += 1
            state["batch"] += 1
            state["seconds"] += time.monotonic() - begun
            if state["step"] % _LOG_EVERY == 0:
                padded = batch.tokens.numel()
                training.log(
                    "step", step=state["step"], epoch=state["epoch"], progress=round(progress, 4), rate=rate,
                    loss=float(losses.total), text=float(losses.text), choice=float(losses.choice),
                    tokens_per_second=round(batch.token_count / (time.monotonic() - begun)),
                    padding=round(1 - batch.token_count / padded, 3),
                )
            if state["step"] % settings.validate_every == 0:
                begun = time.monotonic()
                running = training.check()
                state["seconds"] += time.monotonic() - begun
                training.save()
                draw_curves(run / "log.jsonl", run / "loss.svg")
        if running:
            state["epoch"] += 1
            state["batch"] = 0
            running = training.progress(1) < 1
    training.check()
    training.save()
    training.log("end", step=state["step"], seconds=round(state["seconds"], 1), best=state["best"])
    draw_curves(run / "log.jsonl", run / "loss.svg")
