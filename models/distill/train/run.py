"""A whole run: prepare, train, calibrate."""
import argparse
import json
from pathlib import Path
from typing import Optional

from .calibrate import fit_temperatures
from .checkpoint import load
from .device import choose_device
from .encode import load_split
from .loss import Choices
from .model import Student
from .prepare import field_tokens, load_fields, prepare
from .settings import Settings, read_options
from .train import train


def run_all(data: Path, run: Path, initial: Optional[Path], arguments: argparse.Namespace) -> None:
    """The settings of a run are written at its first start; later starts may change single ones.

    `initial`, a GGUF of ours, gives the first weights, the architecture and the tokenizer instead:
    that refines a shipped student on new data.
    """
    run.mkdir(parents=True, exist_ok=True)
    stored = run / "settings.json"
    base = Settings(**json.loads(stored.read_text())) if stored.exists() else Settings()
    settings = read_options(arguments, base)
    weights = None
    if initial and not stored.exists():
        from export.restore import restore

        restored = restore(initial, run)
        weights = restored["model"]
        settings = Settings(**{**settings.as_dict(), **restored["settings"]})
    stored.write_text(json.dumps(settings.as_dict(), indent=1) + "\n")
    prepare(data, run, settings)
    train(run, settings, weights)
    calibrate(run, settings)


def calibrate(run: Path, settings: Settings) -> None:
    """Fits a temperature a choice for the best weights, into calibration.json."""
    best = load(run / "best.pt")
    device = choose_device(settings.device, settings.threads)
    student = Student(Settings(**best["settings"])).to(device)
    student.load_state_dict(best["model"])
    choices = Choices(field_tokens(run), device)
    found = fit_temperatures(
        student, load_split(run, "validation"), choices, load_fields(run), settings.batch_tokens, device
    )
    (run / "calibration.json").write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({"event": "calibration", **found}), flush=True)
