"""From a shipped GGUF back to a run: weights, settings and tokenizer. Refinement starts from here."""
import json
import struct
from pathlib import Path
from typing import Dict, List

import numpy
import torch

from train.settings import Settings

from .read_gguf import read_gguf

# SentencePiece and GGUF number the types of pieces alike: 1 normal, 2 unknown, 3 control,
# 4 user-defined, 6 byte.
_USER_DEFINED = 4


def restore(path: Path, run: Path) -> Dict:
    """Writes tokenizer.model and tokenizer.json into `run`; returns {model, settings} of the student.

    `settings` holds what the file says of the architecture, by name.
    """
    metadata, tensors = read_gguf(path)
    kinds = metadata["tokenizer.ggml.token_type"]
    pieces = metadata["tokenizer.ggml.tokens"]
    model = _sentencepiece_model(pieces, metadata["tokenizer.ggml.scores"], kinds)
    (run / "tokenizer.model").write_bytes(model)
    symbols = [piece for piece, kind in zip(pieces, kinds) if kind == _USER_DEFINED]
    (run / "tokenizer.json").write_text(json.dumps({"symbols": symbols}, ensure_ascii=False))
    settings = {
        "vocabulary": len(pieces),
        "context": metadata["llama.context_length"],
        "width": metadata["llama.embedding_length"],
        "layers": metadata["llama.block_count"],
        "heads": metadata["llama.attention.head_count"],
        "kv_heads": metadata["llama.attention.head_count_kv"],
        "hidden": metadata["llama.feed_forward_length"],
        "rope_base": metadata["llama.rope.freq_base"],
        "norm_epsilon": metadata["llama.attention.layer_norm_rms_epsilon"],
        "tied": "output.weight" not in tensors,
    }
    weights = _student_weights(tensors, Settings(**settings))
    return {"model": {k: torch.from_numpy(v.copy()) for k, v in weights.items()}, "settings": settings}


def _halves(rows: numpy.ndarray, heads: int) -> numpy.ndarray:
    """The inverse of tensors.interleave."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, size // 2, 2, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)


def _student_weights(tensors: Dict[str, numpy.ndarray], s: Settings) -> Dict[str, numpy.ndarray]:
    weights = {"embedding": tensors["token_embd.weight"], "norm": tensors["output_norm.weight"]}
    if not s.tied:
        weights["head"] = tensors["output.weight"]
    for i in range(s.layers):
        own = {name: tensors[f"blk.{i}.{name}.weight"] for name in _BLOCK}
        q, k = _halves(own["attn_q"], s.heads), _halves(own["attn_k"], s.kv_heads)
        weights[f"blocks.{i}.attention_norm"] = own["attn_norm"]
        weights[f"blocks.{i}.feed_norm"] = own["ffn_norm"]
        weights[f"blocks.{i}.qkv"] = numpy.concatenate([q, k, own["attn_v"]])
        weights[f"blocks.{i}.out"] = own["attn_output"]
        weights[f"blocks.{i}.gate_up"] = numpy.concatenate([own["ffn_gate"], own["ffn_up"]])
        weights[f"blocks.{i}.down"] = own["ffn_down"]
    return weights


_BLOCK = (
    "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down",
)


def _sentencepiece_model(pieces: List[str], scores: List[float], kinds: List[int]) -> bytes:
    """A ModelProto (sentencepiece_model.proto) in protobuf's wire format, written by hand."""
    out = bytearray()
    for piece, score, kind in zip(pieces, scores, kinds):
        entry = _bytes(1, piece.encode("utf-8")) + b"\x15" + struct.pack("<f", score) + _number(3, kind)
        out += _bytes(1, entry)
    trainer = _number(3, 2) + _number(4, len(pieces)) + _number(35, 1)  # BPE, size, byte fallback
    trainer += _number(40, 0) + _number(41, 1) + _number(42, 2) + _number(43, -1)
    out += _bytes(2, trainer)
    # identity, no dummy prefix, whitespace kept and escaped
    out += _bytes(3, _bytes(1, b"identity") + _number(3, 0) + _number(4, 0) + _number(5, 1))
    return bytes(out)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value
