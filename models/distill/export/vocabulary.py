"""The tokenizer's entries as GGUF metadata."""
import json
from pathlib import Path
from typing import Dict

from train.tokenizer import BEGIN, END, UNKNOWN, load_tokenizer

# Token types of llama.cpp.
_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _BYTE = 1, 2, 3, 4, 6


def vocabulary_metadata(run: Path) -> Dict:
    """tokenizer.ggml.*: pieces, scores, types, and how text is brought to the tokenizer."""
    tokenizer = load_tokenizer(run)
    symbols = set(json.loads((run / "tokenizer.json").read_text())["symbols"])
    pieces, scores, types = [], [], []
    for token in range(tokenizer.get_piece_size()):
        piece = tokenizer.id_to_piece(token)
        pieces.append(piece)
        scores.append(float(tokenizer.get_score(token)))
        if tokenizer.is_unknown(token):
            types.append(_UNKNOWN)
        elif tokenizer.is_control(token):
            types.append(_CONTROL)
        elif tokenizer.is_byte(token):
            types.append(_BYTE)
        else:
            types.append(_USER_DEFINED if piece in symbols else _NORMAL)
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": pieces,
        "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.bos_token_id": BEGIN,
        "tokenizer.ggml.eos_token_id": END,
        "tokenizer.ggml.unknown_token_id": UNKNOWN,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_eos_token": False,
        "tokenizer.ggml.add_space_prefix": False,
    }
