"""A plain Llama: RMSNorm, rotary positions (half-split pairs), grouped-query attention, SwiGLU, tied head."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Shape:
    vocab: int = 1024
    width: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 2
    head_size: int = 32
    hidden: int = 512
    context: int = 512
    eps: float = 1e-5
    theta: float = 10000.0


class RMSNorm(nn.Module):
    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, self.eps)


def rotary_tables(shape: Shape):
    """cos and sin, each (context, head_size / 2)."""
    half = shape.head_size // 2
    frequency = shape.theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.arange(shape.context, dtype=torch.float64)[:, None] * frequency[None, :]
    return angle.cos().float(), angle.sin().float()


def rotate(x, cos, sin):
    """x: (batch, heads, time, head_size); element i turns together with element i + head_size / 2."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class Layer(nn.Module):
    def __init__(self, s: Shape):
        super().__init__()
        self.s = s
        self.q_size, self.kv_size = s.heads * s.head_size, s.kv_heads * s.head_size
        self.attention_norm = RMSNorm(s.width, s.eps)
        self.mlp_norm = RMSNorm(s.width, s.eps)
        self.qkv = nn.Linear(s.width, self.q_size + 2 * self.kv_size, bias=False)
        self.o = nn.Linear(self.q_size, s.width, bias=False)
        self.gate_up = nn.Linear(s.width, 2 * s.hidden, bias=False)
        self.down = nn.Linear(s.hidden, s.width, bias=False)

    def forward(self, x, cos, sin):
        s, (batch, time, _) = self.s, x.shape
        q, k, v = self.qkv(self.attention_norm(x)).split((self.q_size, self.kv_size, self.kv_size), dim=-1)
        q = rotate(q.view(batch, time, s.heads, s.head_size).transpose(1, 2), cos, sin)
        k = rotate(k.view(batch, time, s.kv_heads, s.head_size).transpose(1, 2), cos, sin)
        v = v.view(batch, time, s.kv_heads, s.head_size).transpose(1, 2)
        group = s.heads // s.kv_heads
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        o = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(o.transpose(1, 2).reshape(batch, time, self.q_size))
        gate, up = self.gate_up(self.mlp_norm(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


class Llama(nn.Module):
    def __init__(self, shape: Shape = Shape()):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocab, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = RMSNorm(shape.width, shape.eps)
        cos, sin = rotary_tables(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.apply(self._initialise)

    def _initialise(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.04)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.04)

    def scale_residual_branches(self):
        """Smaller start for the matrices that write into the residual, as in GPT-2."""
        with torch.no_grad():
            for layer in self.layers:
                layer.o.weight.mul_((2 * self.shape.layers) ** -0.5)
                layer.down.weight.mul_((2 * self.shape.layers) ** -0.5)

    def forward(self, ids):
        """ids: (batch, time) → logits (batch, time, vocab)."""
        time = ids.shape[1]
        x = self.embedding(ids)
        cos, sin = self.cos[:time], self.sin[:time]
        for layer in self.layers:
            x = layer(x, cos, sin)
        return F.linear(self.norm(x), self.embedding.weight)
