"""From the best weights of a run to a GGUF file."""
from pathlib import Path
from typing import Dict

from train.checkpoint import load
from train.settings import Settings

from .gguf import write_gguf
from .tensors import llama_tensors
from .vocabulary import vocabulary_metadata

_MOSTLY_F32, _MOSTLY_Q8_0 = 0, 7


def export(run: Path, out: Path, name: str, quantize: bool) -> Dict:
    """Writes `out` and returns what the manifest says of it: {parameters, context, architecture, …}."""
    best = load(run / "best.pt")
    s = Settings(**best["settings"])
    tensors = llama_tensors(best["model"], s)
    metadata = {
        "general.architecture": "llama",
        "general.type": "model",
        "general.name": name,
        "general.license": "mit",
        "general.file_type": _MOSTLY_Q8_0 if quantize else _MOSTLY_F32,
        "general.quantization_version": 2,
        "llama.vocab_size": s.vocabulary,
        "llama.context_length": s.context,
        "llama.embedding_length": s.width,
        "llama.block_count": s.layers,
        "llama.feed_forward_length": s.hidden,
        "llama.attention.head_count": s.heads,
        "llama.attention.head_count_kv": s.kv_heads,
        "llama.attention.layer_norm_rms_epsilon": float(s.norm_epsilon),
        "llama.rope.dimension_count": s.width // s.heads,
        "llama.rope.freq_base": float(s.rope_base),
        **vocabulary_metadata(run),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    write_gguf(out, metadata, tensors, quantize)
    return {
        "architecture": "llama",
        "parameters": int(sum(t.size for t in tensors.values())),
        "quantization": "Q8_0" if quantize else "F32",
        "context": s.context,
        "steps": best["state"]["step"],
        "validation": best["validation"],
    }
