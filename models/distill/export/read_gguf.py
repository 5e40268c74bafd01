"""Reads the GGUF files that write_gguf writes: version 3, tensors in F32 or Q8_0."""
import struct
from pathlib import Path
from typing import Dict, Tuple

import numpy

from .quantize import BLOCK, BLOCK_BYTES, dequantize_q8_0

_ALIGNMENT = 32
_F32, _Q8_0 = 0, 8
_STRING, _ARRAY = 8, 9
# By type of value: how struct calls it.
_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


class _Reader:
    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def take(self, form: str):
        value = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value[0] if len(value) == 1 else value

    def text(self) -> str:
        size = self.take("Q")
        self.at += size
        return self.data[self.at - size : self.at].decode("utf-8")

    def value(self, kind: int):
        if kind == _STRING:
            return self.text()
        if kind == _ARRAY:
            inner, count = self.take("I"), self.take("Q")
            return [self.value(inner) for _ in range(count)]
        return self.take(_FORMATS[kind])


def read_gguf(path: Path) -> Tuple[Dict, Dict[str, numpy.ndarray]]:
    """Metadata, and tensors as float32 with the slowest dimension first."""
    reader = _Reader(path.read_bytes())
    if reader.data[:4] != b"GGUF":
        raise ValueError(f"{path} is no GGUF file")
    reader.at = 4
    version, tensor_count, pair_count = reader.take("I"), reader.take("Q"), reader.take("Q")
    if version != 3:
        raise ValueError(f"{path} has version {version}, not 3")
    metadata = {}
    for _ in range(pair_count):
        key = reader.text()
        metadata[key] = reader.value(reader.take("I"))
    places = []
    for _ in range(tensor_count):
        name, dimensions = reader.text(), reader.take("I")
        shape = tuple(reader.take("Q") for _ in range(dimensions))[::-1]
        places.append((name, shape, reader.take("I"), reader.take("Q")))
    start = reader.at + (-reader.at % _ALIGNMENT)
    tensors = {}
    for name, shape, kind, offset in places:
        count, begin = int(numpy.prod(shape)), start + offset
        if kind == _F32:
            tensors[name] = numpy.frombuffer(reader.data, numpy.float32, count, begin).reshape(shape)
        elif kind == _Q8_0:
            size = count // BLOCK * BLOCK_BYTES
            tensors[name] = dequantize_q8_0(reader.data[begin : begin + size], shape)
        else:
            raise ValueError(f"{name} has type {kind}; only F32 and Q8_0 can be read")
    return metadata, tensors
