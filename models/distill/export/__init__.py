"""Export of a trained student to GGUF."""
from train.kernels import choose_kernels

choose_kernels()
