"""A small data set with rules that can be learnt in seconds: for the check of the tool chain."""
import gzip
import json
import random
from pathlib import Path

from .corpus import SPLITS

_WORDS = ["order", "customer", "price", "region", "status", "notes", "known", "yesterday", "größe", "税"]


def _prior(r: random.Random) -> dict:
    rows, share = r.randrange(10), r.randrange(10)
    gain = min(9, max(0, (rows + 9 - share) // 2))
    odds = {str(g): 0.1 for g in (gain - 1, gain + 1) if 0 <= g <= 9}
    odds[str(gain)] = 1 - 0.1 * len(odds)
    answer = json.dumps({"gain": gain}, separators=(",", ":"))
    return {
        "prompt": f"prior {r.choice(_WORDS)}_{r.choice(_WORDS)} rows={rows} share={share}",
        "answer": answer,
        "soft": [{"at": 8, "choices": odds}],
        "rules": '{"gain":5}',
    }


def _yes_no(task: str, key: str, r: random.Random) -> dict:
    a, b = r.choice(_WORDS), r.choice(_WORDS)
    value = "yes" if a > b else "no"
    other = "no" if a > b else "yes"
    return {
        "prompt": f"{task} {a} then {b}",
        "answer": json.dumps({key: value}, separators=(",", ":")),
        "soft": [{"at": len(key) + 5, "choices": {value: 0.95, other: 0.05}}],
        "rules": json.dumps({key: "no"}, separators=(",", ":")),
    }


def _opinion(r: random.Random) -> dict:
    kind = r.randrange(3)
    opinion = ["accept", "reject", "counter"][kind]
    reason = ["fits", "sensitive_data", "type_mismatch"][kind]
    word = ["amount DECIMAL", "e-mail VARCHAR", "amount VARCHAR"][kind]
    answer = json.dumps({"opinion": opinion, "reason": reason}, separators=(",", ":"))
    return {
        "prompt": f"opinion on {r.choice(_WORDS)}.{r.choice(_WORDS)}: {word}",
        "answer": answer,
        "soft": [
            {"at": 12, "choices": {opinion: 1.0}},
            {"at": len('{"opinion":"","reason":"') + len(opinion), "choices": {reason: 1.0}},
        ],
        "rules": '{"opinion":"accept","reason":"fits"}',
    }


def write_toy(folder: Path, count: int = 4000, seed: int = 7) -> None:
    """Writes train (count examples), validation and test (a tenth each)."""
    r = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    makers = {
        "prior": _prior,
        "confidence": lambda r: _yes_no("confidence", "pays", r),
        "opinion": _opinion,
        "adversarial": lambda r: _yes_no("adversarial", "adversarial", r),
    }
    for split in SPLITS:
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as file:
            for i in range(count if split == "train" else count // 10):
                task = list(makers)[i % len(makers)]
                example = {"id": f"{split}-{i}", "task": task, "family": f"{split}-toy", **makers[task](r)}
                file.write(json.dumps(example, ensure_ascii=False) + "\n")
