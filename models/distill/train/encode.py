"""Examples to arrays, once: tokens end to end, and where the choices are."""
import json
from dataclasses import dataclass
from pathlib import Path
from typing import List

import numpy

from .corpus import Field, field_of, read_examples, value_at
from .tokenizer import BEGIN, END, load_tokenizer, value_tokens

_CHUNK = 4096


@dataclass
class Encoded:
    """A split as arrays. n examples, c choices, v values of the widest field.

    tokens   uint16 [all tokens]: BOS prompt answer EOS, end to end
    starts   int64 [n + 1]: where each example starts in tokens
    answers  int32 [n]: offset of the answer's first token in its example
    tasks    uint8 [n]: index into `names`
    rows     int32 [c]: the example of a choice, ascending
    places   int32 [c]: offset of the choice's token in its example
    kinds    uint8 [c]: index into the fields
    hard     uint8 [c]: index of the right value in its field
    soft     float32 [c, v]: the teacher's distribution, zero beyond the field's values
    """

    tokens: numpy.ndarray
    starts: numpy.ndarray
    answers: numpy.ndarray
    tasks: numpy.ndarray
    rows: numpy.ndarray
    places: numpy.ndarray
    kinds: numpy.ndarray
    hard: numpy.ndarray
    soft: numpy.ndarray
    names: List[str]
    # float32 [n]: how many times an example counts in an epoch; 1 where the data set says nothing
    times: numpy.ndarray

    @property
    def lengths(self) -> numpy.ndarray:
        return numpy.diff(self.starts)


def encode_split(data: Path, split: str, run: Path, fields: List[Field], context: int) -> None:
    """Writes `<split>.npz` into the run's folder. Examples longer than `context` tokens are left out."""
    tokenizer = load_tokenizer(run)
    kinds = {(f.task, f.name): i for i, f in enumerate(fields)}
    for field in fields:
        value_tokens(tokenizer, field)
    width = max(len(f.values) for f in fields)
    lengths_of = [len(tokenizer.id_to_piece(i)) for i in range(tokenizer.get_piece_size())]
    names: List[str] = []
    tokens: List[int] = []
    starts, answers, tasks, times = [0], [], [], []
    rows, places, kind_of, hard, soft = [], [], [], [], []
    left_out = 0
    for chunk in _chunks(list(read_examples(data, split))):
        prompts = tokenizer.encode([e["prompt"] for e in chunk])
        replies = tokenizer.encode([e["answer"] for e in chunk])
        for example, prompt, reply in zip(chunk, prompts, replies):
            if len(prompt) + len(reply) + 2 > context:
                left_out += 1
                continue
            row = len(answers)
            if example["task"] not in names:
                names.append(example["task"])
            ends = numpy.cumsum([0] + [lengths_of[t] for t in reply])
            for choice in example["soft"]:
                kind = kinds[(example["task"], field_of(example["answer"], choice["at"]))]
                values = fields[kind].values
                place = int(numpy.searchsorted(ends, choice["at"]))
                if ends[place] != choice["at"]:
                    raise ValueError(f"{example['id']}: a token crosses the choice at {choice['at']}")
                rows.append(row)
                places.append(1 + len(prompt) + place)
                kind_of.append(kind)
                hard.append(values.index(value_at(example["answer"], choice["at"])))
                odds = [choice["choices"].get(v, 0.0) for v in values] + [0.0] * (width - len(values))
                soft.append(odds)
            answers.append(1 + len(prompt))
            tasks.append(names.index(example["task"]))
            times.append(example.get("weight", 1.0))
            tokens += [BEGIN, *prompt, *reply, END]
            starts.append(len(tokens))
    numpy.savez(
        run / f"{split}.npz",
        tokens=numpy.array(tokens, numpy.uint16),
        starts=numpy.array(starts, numpy.int64),
        answers=numpy.array(answers, numpy.int32),
        tasks=numpy.array(tasks, numpy.uint8),
        times=numpy.array(times, numpy.float32),
        rows=numpy.array(rows, numpy.int32),
        places=numpy.array(places, numpy.int32),
        kinds=numpy.array(kind_of, numpy.uint8),
        hard=numpy.array(hard, numpy.uint8),
        soft=numpy.array(soft, numpy.float32).reshape(-1, width),
        names=json.dumps(names),
    )
    print(f"{split}: {len(answers)} examples, {len(tokens)} tokens, {left_out} too long", flush=True)


def _chunks(examples: List[dict]):
    for start in range(0, len(examples), _CHUNK):
        yield examples[start : start + _CHUNK]


def load_split(run: Path, split: str) -> Encoded:
    arrays = numpy.load(run / f"{split}.npz")
    parts = {name: arrays[name] for name in arrays.files if name != "names"}
    if "times" not in parts:  # written before examples had weights
        parts["times"] = numpy.ones(len(parts["answers"]), numpy.float32)
    return Encoded(**parts, names=json.loads(str(arrays["names"])))
