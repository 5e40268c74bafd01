"""Writes GGUF version 3, the container of llama.cpp (ggml/docs/gguf.md)."""
import struct
from pathlib import Path
from typing import Dict, List, Tuple, Union

import numpy

from .quantize import quantize_q8_0

_ALIGNMENT = 32
_F32, _Q8_0 = 0, 8
# Types of metadata values.
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9

Scalar = Union[bool, int, float, str]
Metadata = Dict[str, Union[Scalar, List[str], List[float], List[int]]]


def write_gguf(path: Path, metadata: Metadata, tensors: Dict[str, numpy.ndarray], quantize: bool) -> None:
    """Matrices in Q8_0 where `quantize`, else in F32; vectors always in F32.

    Integers are written as uint32, lists of them as int32.
    """
    header = [b"GGUF", struct.pack("<IQQ", 3, len(tensors), len(metadata))]
    for key, value in metadata.items():
        header += [_string(key), _value(value)]
    blobs: List[bytes] = []
    offset = 0
    for name, tensor in tensors.items():
        kind, blob = _pack(tensor, quantize)
        # GGUF names the fastest running dimension first.
        sizes = tensor.shape[::-1]
        header.append(_string(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, kind, offset))
        blob += b"\0" * (-len(blob) % _ALIGNMENT)
        blobs.append(blob)
        offset += len(blob)
    start = b"".join(header)
    path.write_bytes(start + b"\0" * (-len(start) % _ALIGNMENT) + b"".join(blobs))


def _pack(tensor: numpy.ndarray, quantize: bool) -> Tuple[int, bytes]:
    if quantize and tensor.ndim > 1:
        return _Q8_0, quantize_q8_0(tensor)
    return _F32, numpy.ascontiguousarray(tensor, numpy.float32).tobytes()


def _string(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw


def _value(value) -> bytes:
    if isinstance(value, list):
        kind, pack = _element(value[0])
        return struct.pack("<IIQ", _ARRAY, kind, len(value)) + b"".join(pack(v) for v in value)
    if isinstance(value, bool):
        return struct.pack("<IB", _BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", _UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT32, value)
    return struct.pack("<I", _STRING) + _string(value)


def _element(first: Scalar):
    if isinstance(first, str):
        return _STRING, _string
    if isinstance(first, int):
        return _INT32, lambda v: struct.pack("<i", v)
    return _FLOAT32, lambda v: struct.pack("<f", v)
