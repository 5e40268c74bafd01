"""What the trainer computes for examples: the other side of the parity check with llama.cpp."""
import json
from pathlib import Path

import torch

from train.checkpoint import load
from train.corpus import read_examples
from train.model import Student
from train.prepare import field_tokens, load_fields
from train.settings import Settings
from train.tokenizer import BEGIN, load_tokenizer


@torch.no_grad()
def write_reference(data: Path, run: Path, out: Path, count: int) -> None:
    """One JSON a line: {prompt, answer, tokens, choices: [{at, field, tokens, logits, probabilities}]}.

    tokens: BOS prompt answer; at: index of the token before the choice; logits of the field's
    values, probabilities over the whole vocabulary, both at that place.
    """
    torch.set_num_threads(1)
    best = load(run / "best.pt")
    student = Student(Settings(**best["settings"]))
    student.load_state_dict(best["model"])
    tokenizer, fields, tokens_of = load_tokenizer(run), load_fields(run), field_tokens(run)
    examples = list(read_examples(data, "test"))
    stride = max(1, len(examples) // count)
    with open(out, "w", encoding="utf-8") as file:
        for example in examples[::stride][:count]:
            prompt, answer = tokenizer.encode(example["prompt"]), tokenizer.encode(example["answer"])
            tokens = [BEGIN, *prompt, *answer]
            logits = student.logits(student.hidden(torch.tensor([tokens])))[0]
            choices = []
            for kind, field in enumerate(fields):
                if field.task != example["task"]:
                    continue
                places = [p for p in range(1 + len(prompt), len(tokens)) if tokens[p] in tokens_of[kind]]
                if not places:
                    continue
                row = logits[places[0] - 1]
                odds = torch.softmax(row, -1)
                choices.append({
                    "at": places[0] - 1,
                    "field": field.key,
                    "tokens": tokens_of[kind],
                    "logits": row[tokens_of[kind]].tolist(),
                    "probabilities": odds[tokens_of[kind]].tolist(),
                })
            entry = {"prompt": example["prompt"], "answer": example["answer"]}
            entry.update(tokens=tokens, choices=choices)
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
