"""Q8_0 as ggml stores it: blocks of 32 weights, one half-precision scale and 32 signed bytes."""
import numpy

BLOCK = 32
BLOCK_BYTES = 34


def quantize_q8_0(matrix: numpy.ndarray) -> bytes:
    """Rows of a float32 matrix, row after row; row lengths must be divisible by 32.

    As quantize_row_q8_0_ref of ggml-quants.c: scale = largest magnitude / 127, rounded half away
    from zero.
    """
    if matrix.shape[-1] % BLOCK:
        raise ValueError(f"rows of {matrix.shape[-1]} weights cannot be cut into blocks of {BLOCK}")
    blocks = matrix.astype(numpy.float32).reshape(-1, BLOCK)
    scale = numpy.abs(blocks).max(axis=1) / 127
    inverse = numpy.divide(1, scale, out=numpy.zeros_like(scale), where=scale > 0)
    scaled = blocks * inverse[:, None]
    levels = numpy.trunc(scaled + numpy.copysign(0.5, scaled)).astype(numpy.int8)
    packed = numpy.empty((len(blocks), BLOCK_BYTES), numpy.uint8)
    packed[:, :2] = scale.astype(numpy.float16).view(numpy.uint8).reshape(-1, 2)
    packed[:, 2:] = levels.view(numpy.uint8)
    return packed.tobytes()


def dequantize_q8_0(data: bytes, shape) -> numpy.ndarray:
    """The float32 weights that Q8_0 bytes stand for."""
    packed = numpy.frombuffer(data, numpy.uint8).reshape(-1, BLOCK_BYTES)
    scale = packed[:, :2].copy().view(numpy.float16).astype(numpy.float32)
    return (packed[:, 2:].copy().view(numpy.int8).astype(numpy.float32) * scale).reshape(shape)
