"""Choice of matrix kernels, made before PyTorch and NumPy load OpenBLAS."""
import os
from pathlib import Path


def choose_kernels() -> None:
    """Names the processor to OpenBLAS where it does not know it.

    OpenBLAS 0.3.21 takes a processor newer than itself for one of 2004 and runs at a fifth of the
    speed (30 instead of 150 GFLOP/s on a Sapphire Rapids core). The flags of Linux tell better.
    Whoever has set OPENBLAS_CORETYPE is obeyed.
    """
    cpuinfo = Path("/proc/cpuinfo")
    if "OPENBLAS_CORETYPE" in os.environ or not cpuinfo.exists():
        return
    flags = set()
    for line in cpuinfo.read_text().splitlines():
        if line.startswith("flags"):
            flags = set(line.split())
            break
    if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= flags:
        os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"
    elif {"avx2", "fma"} <= flags:
        os.environ["OPENBLAS_CORETYPE"] = "Haswell"
