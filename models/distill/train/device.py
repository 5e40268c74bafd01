"""Where to compute."""
import torch


def choose_device(name: str, threads: int) -> torch.device:
    """"auto" takes CUDA, then MPS, then the processor with `threads` threads."""
    torch.set_num_threads(threads)
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
