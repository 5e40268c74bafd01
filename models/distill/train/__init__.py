"""Training of the student: tokenizer, model, distillation loss, calibration."""
from .kernels import choose_kernels

choose_kernels()
