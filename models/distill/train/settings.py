"""What a training can be told, with the defaults of the shipped student."""
import argparse
from dataclasses import asdict, dataclass, fields


@dataclass
class Settings:
    """All settings of model and training; each is an option of the command (--learning-rate …)."""

    # Model: llama architecture. Q8_0 wants `width` and `hidden` divisible by 32.
    vocabulary: int = 2048
    context: int = 512
    width: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 6
    hidden: int = 512
    rope_base: float = 10_000.0
    norm_epsilon: float = 1e-5
    tied: bool = True

    # Training.
    batch_tokens: int = 1024
    learning_rate: float = 2e-3
    warmup_share: float = 0.03
    final_share: float = 0.02
    weight_decay: float = 0.05
    gradient_norm: float = 1.0
    frequencies: str = "opinion=3,adversarial=2"
    minutes: float = 60.0
    epochs: float = 3.0
    prompt_weight: float = 0.1
    prompt_share: float = 0.25
    soft_weight: float = 0.7
    choice_weight: float = 4.0
    temperature: float = 2.0
    smoothing: float = 0.03
    noise: float = 0.08
    noisy_tasks: str = "adversarial"
    validate_every: int = 400
    validation_examples: int = 1500
    patience: int = 8
    threads: int = 1
    seed: int = 1
    device: str = "auto"

    def as_dict(self) -> dict:
        return asdict(self)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds one option a setting; booleans take true or false."""
    for field in fields(Settings):
        kind = field.type if isinstance(field.type, type) else type(field.default)
        convert = (lambda text: text.lower() == "true") if kind is bool else kind
        parser.add_argument(
            "--" + field.name.replace("_", "-"), type=convert, default=None, metavar=str(field.default)
        )


def read_options(arguments: argparse.Namespace, base: Settings) -> Settings:
    """The settings of `base` with what was given on the command line laid over them."""
    given = {
        field.name: getattr(arguments, field.name)
        for field in fields(Settings)
        if getattr(arguments, field.name, None) is not None
    }
    return Settings(**{**base.as_dict(), **given})
