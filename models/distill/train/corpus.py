"""The data set's files: one JSON object a line, gzip."""
import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List

SPLITS = ("train", "validation", "test")

# What an answer is built of; each becomes one token.
SCAFFOLD = [
    '{"gain":',
    '{"pays":"',
    '{"opinion":"',
    '","reason":"',
    '{"adversarial":"',
    '"}',
    "}",
]

_KEY = re.compile(r'"(\w+)":"?$')


@dataclass(frozen=True)
class Field:
    """One choice of a task's answer: its name and every value it takes in the training set."""

    task: str
    name: str
    values: List[str]

    @property
    def key(self) -> str:
        return f"{self.task}.{self.name}"


def read_examples(folder: Path, split: str) -> Iterator[dict]:
    """The examples of a split in the order of the file."""
    with gzip.open(folder / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def field_of(answer: str, at: int) -> str:
    """The key whose value starts at offset `at` of an answer."""
    found = _KEY.search(answer[:at])
    if not found:
        raise ValueError(f"no key before offset {at} of {answer}")
    return found.group(1)


def value_at(answer: str, at: int) -> str:
    """The value that starts at offset `at`: up to the closing quote or brace."""
    return re.split(r'["},]', answer[at:], maxsplit=1)[0]


def find_fields(examples: List[dict]) -> List[Field]:
    """All choices of all tasks with their values, sorted."""
    values: dict = {}
    for example in examples:
        for choice in example["soft"]:
            name = (example["task"], field_of(example["answer"], choice["at"]))
            seen = values.setdefault(name, set())
            seen.add(value_at(example["answer"], choice["at"]))
            seen.update(choice["choices"])
    return [Field(task, name, sorted(seen)) for (task, name), seen in sorted(values.items())]
