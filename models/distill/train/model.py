"""The student: llama architecture exactly as llama.cpp computes it (arch "llama").

RMSNorm before attention and feed-forward, rotary embedding, SwiGLU, optional grouped keys and
values. Here the two halves of a head are turned against each other, which is fast; llama.cpp turns
neighbours (its NORM convention), so the export interleaves the rows of queries and keys.
Source of the conventions: llama.cpp, src/models/llama.cpp and ggml_rope.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from .fused import gate, normalize, rotate
from .settings import Settings


class Block(nn.Module):
    """One layer: attention, then feed-forward, each behind a norm and added to the stream."""

    def __init__(self, s: Settings):
        super().__init__()
        self.heads, self.kv_heads, self.size = s.heads, s.kv_heads, s.width // s.heads
        self.epsilon = s.norm_epsilon
        rows = (s.heads + 2 * s.kv_heads) * self.size
        self.attention_norm = nn.Parameter(torch.ones(s.width))
        self.feed_norm = nn.Parameter(torch.ones(s.width))
        # One matrix for queries, keys and values, and one for gate and up: fewer, larger products.
        self.qkv = nn.Parameter(torch.empty(rows, s.width))
        self.out = nn.Parameter(torch.empty(s.width, s.heads * self.size))
        self.gate_up = nn.Parameter(torch.empty(2 * s.hidden, s.width))
        self.down = nn.Parameter(torch.empty(s.width, s.hidden))
        for matrix in (self.qkv, self.gate_up):
            nn.init.normal_(matrix, std=0.02 * math.sqrt(768 / s.width) / 1.4)
        for matrix in (self.out, self.down):
            nn.init.normal_(matrix, std=0.02 * math.sqrt(768 / s.width) / 1.4 / math.sqrt(2 * s.layers))

    def attend(self, x: torch.Tensor, rope: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch, length, _ = x.shape
        both = self.heads + self.kv_heads
        mixed = F.linear(x, self.qkv).view(batch, length, both + self.kv_heads, self.size)
        turning, v = mixed.split([both, self.kv_heads], dim=2)
        q, k = rotate(turning, rope).transpose(1, 2).split([self.heads, self.kv_heads], dim=1)
        v = v.transpose(1, 2)
        if self.kv_heads != self.heads:
            k = k.repeat_interleave(self.heads // self.kv_heads, dim=1)
            v = v.repeat_interleave(self.heads // self.kv_heads, dim=1)
        scores = (q @ k.transpose(-1, -2)) / math.sqrt(self.size)
        weights = torch.softmax(scores + mask, dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, self.heads * self.size)
        return F.linear(mixed, self.out)

    def forward(self, x: torch.Tensor, rope: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = x + self.attend(normalize(x, self.attention_norm, self.epsilon), rope, mask)
        up = F.linear(normalize(x, self.feed_norm, self.epsilon), self.gate_up)
        return x + F.linear(gate(up), self.down)


class Student(nn.Module):
    """Tokens [batch, length] to logits. Padding goes on the right: no earlier token sees it."""

    def __init__(self, s: Settings):
        super().__init__()
        if s.width % s.heads or s.heads % s.kv_heads or (s.width // s.heads) % 2:
            raise ValueError("heads must divide width into even sizes, kv_heads must divide heads")
        self.settings = s
        self.embedding = nn.Parameter(torch.empty(s.vocabulary, s.width))
        nn.init.normal_(self.embedding, std=0.02)
        self.blocks = nn.ModuleList(Block(s) for _ in range(s.layers))
        self.norm = nn.Parameter(torch.ones(s.width))
        if not s.tied:
            self.head = nn.Parameter(torch.empty(s.vocabulary, s.width))
            nn.init.normal_(self.head, std=0.02)
        size = s.width // s.heads
        speed = s.rope_base ** (-torch.arange(0, size, 2).float() / size)
        angle = torch.arange(s.context).float()[:, None] * speed[None, :]
        self.register_buffer("rope", torch.stack([angle.cos(), angle.sin()])[:, :, None, :], persistent=False)
        ahead = torch.full((s.context, s.context), float("-inf")).triu(1)
        self.register_buffer("ahead", ahead, persistent=False)

    def hidden(self, tokens: torch.Tensor) -> torch.Tensor:
        """States after the last norm, [batch, length, width]."""
        length = tokens.shape[1]
        x = F.embedding(tokens, self.embedding)
        rope, mask = self.rope[:, :length], self.ahead[:length, :length]
        for block in self.blocks:
            x = block(x, rope, mask)
        return normalize(x, self.norm, self.settings.norm_epsilon)

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """States [..., width] to logits [..., vocabulary]; for the rows wanted only."""
        return F.linear(states, self.embedding if self.settings.tied else self.head)

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())
