"""A program run in floating point: what the integers of SPEC.md section 3 stand for, as a check of their scales."""
import math

import numpy as np

from spec_program import FormedNorm


def real(matrix):
    return matrix.weights * (matrix.w[:, None] * 2.0**-matrix.e)


def normalised(norm, x, f_x=16):
    y = x / math.sqrt((x * x).sum() + norm.E * 2.0**(-2 * f_x)) * norm.g
    return y * 2.0**-norm.e_g + norm.beta * 2.0**-norm.f_out if isinstance(norm, FormedNorm) else y


def hadamard(y, b):
    H = np.array([[(-1) ** (i & j).bit_count() for j in range(b)] for i in range(b)])
    return (y.reshape(-1, b) @ H).reshape(-1)


def linear(matrix, site, y):
    return real(matrix) @ hadamard(y, site.b) + matrix.bias * 2.0**-matrix.f_out


def rotated(x, p, frequencies):
    if frequencies is None:
        return x
    angle = p * np.array(frequencies, dtype=float) * 2 * math.pi / 2**64
    low, high = np.split(x, 2, axis=1)
    return np.concatenate((low * np.cos(angle) - high * np.sin(angle), high * np.cos(angle) + low * np.sin(angle)), 1)


def attention(a, x, cache):
    p = len(cache)
    y = normalised(a.norm, x)
    q, k, v = (linear(m, a.input_site, y).reshape(-1, a.head_size) for m in (a.q, a.k, a.v))
    if a.q_norm:
        q = np.stack([normalised(a.q_norm, h, a.q.f_out) for h in q])
        k = np.stack([normalised(a.k_norm, h, a.k.f_out) for h in k])
    q, k = rotated(q, p, a.frequencies), rotated(k, p, a.frequencies) - a.key_offset * 2.0**-a.key_fraction()
    cache.append((np.stack([hadamard(h, a.b_qk) for h in k]), v))
    visible = cache[max(0, p - a.window + 1) if a.window else 0:]
    rows = []
    for h in range(a.heads):
        kv = h // (a.heads // a.kv_heads)
        z = np.array([keys[kv] @ hadamard(q[h], a.b_qk) for keys, _ in visible]) * a.c_q * 2.0**-a.e_q
        weights = 2.0**(z - z.max())
        rows.append(weights / weights.sum() @ np.array([values[kv] for _, values in visible]))
    return linear(a.output, a.output_site, np.concatenate(rows))


def feed_forward(f, x):
    y = normalised(f.norm, x)
    n = f.body
    g, up = linear(n.gate, f.input_site, y), linear(n.up, f.input_site, y)
    if n.activation == 1:
        g = g / (1 + np.exp(-g))
    else:
        g = np.array([x * math.erfc(-x / math.sqrt(2)) / 2 for x in g])
    return linear(n.down, n.down_site, g * up)


def logits(graph, tokens):
    """Of the last position."""
    caches = [[] for _ in graph.layers]
    for token in tokens:
        x = real(graph.embedding)[token]
        for (a, f), cache in zip(graph.layers, caches):
            x = x + attention(a, x, cache)
            x = x + feed_forward(f, x)
    return linear(graph.head, graph.head_site, normalised(graph.norm, x))
