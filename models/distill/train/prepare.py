"""From a data set's folder to a run's folder: fields, tokenizer, encoded splits."""
import json
from dataclasses import asdict
from pathlib import Path
from typing import List

from .corpus import SPLITS, Field, find_fields, read_examples
from .encode import encode_split
from .settings import Settings
from .tokenizer import load_tokenizer, train_tokenizer, value_tokens


def prepare(data: Path, run: Path, settings: Settings) -> None:
    """Writes fields.json, tokenizer.* and <split>.npz; what is there already is kept."""
    run.mkdir(parents=True, exist_ok=True)
    if all((run / f"{split}.npz").exists() for split in SPLITS):
        return
    examples = list(read_examples(data, "train"))
    fields = find_fields(examples)
    (run / "fields.json").write_text(json.dumps([asdict(f) for f in fields], indent=1))
    if not (run / "tokenizer.model").exists():
        train_tokenizer(examples, fields, settings.vocabulary, run)
    del examples
    for split in SPLITS:
        encode_split(data, split, run, fields, settings.context)


def load_fields(run: Path) -> List[Field]:
    return [Field(**entry) for entry in json.loads((run / "fields.json").read_text())]


def field_tokens(run: Path) -> List[List[int]]:
    """Of every field the tokens of its values."""
    tokenizer = load_tokenizer(run)
    return [value_tokens(tokenizer, field) for field in load_fields(run)]
