"""The student's weights under llama.cpp's names and in its order of rows."""
from typing import Dict

import numpy

from train.settings import Settings


def interleave(rows: numpy.ndarray, heads: int) -> numpy.ndarray:
    """Rows of queries or keys from halves (i, i + size / 2) to neighbours (2i, 2i + 1) of a head."""
    size = rows.shape[0] // heads
    halves = rows.reshape(heads, 2, size // 2, rows.shape[1])
    return halves.swapaxes(1, 2).reshape(rows.shape)


def llama_tensors(weights: Dict, s: Settings) -> Dict[str, numpy.ndarray]:
    """From a state dict of train.model.Student to the tensors of a GGUF."""
    get = lambda name: weights[name].float().numpy()  # noqa: E731
    tensors = {"token_embd.weight": get("embedding")}
    size = s.width // s.heads
    for i in range(s.layers):
        q_rows, kv_rows = s.heads * size, s.kv_heads * size
        qkv, gate_up = get(f"blocks.{i}.qkv"), get(f"blocks.{i}.gate_up")
        own = {
            "attn_norm": get(f"blocks.{i}.attention_norm"),
            "attn_q": interleave(qkv[:q_rows], s.heads),
            "attn_k": interleave(qkv[q_rows : q_rows + kv_rows], s.kv_heads),
            "attn_v": qkv[q_rows + kv_rows :],
            "attn_output": get(f"blocks.{i}.out"),
            "ffn_norm": get(f"blocks.{i}.feed_norm"),
            "ffn_gate": gate_up[: s.hidden],
            "ffn_up": gate_up[s.hidden :],
            "ffn_down": get(f"blocks.{i}.down"),
        }
        tensors.update({f"blk.{i}.{name}.weight": tensor for name, tensor in own.items()})
    tensors["output_norm.weight"] = get("norm")
    if not s.tied:
        tensors["output.weight"] = get("head")
    return tensors
