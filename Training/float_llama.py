"""Llama in float64 numpy, straight from the formulas: the yardstick for the integer program."""

import json
import struct
from pathlib import Path

import numpy as np


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """All tensors widened to float64 (exact for F16, BF16 and F32)."""
    raw = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    tensors = {}
    for name, entry in json.loads(raw[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        if entry["dtype"] == "BF16":
            flat = (np.frombuffer(raw[start:end], "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            flat = np.frombuffer(raw[start:end], {"F16": "<f2", "F32": "<f4", "F64": "<f8"}[entry["dtype"]])
        tensors[name] = flat.astype(np.float64).reshape(entry["shape"])
    return tensors


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


class FloatLlama:
    def __init__(self, directory):
        directory = Path(directory)
        self.config = c = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        self.weights = read_safetensors(directory / "model.safetensors")
        self.layers, self.heads, self.kv_heads = (
            c["num_hidden_layers"],
            c["num_attention_heads"],
            c["num_key_value_heads"],
        )
        self.head_size = c.get("head_dim") or c["hidden_size"] // self.heads
        self.context, self.vocabulary = c["max_position_embeddings"], c["vocab_size"]
        half = self.head_size // 2
        frequency = float(c.get("rope_theta", 10000.0)) ** (-np.arange(half) / half)
        angle = np.arange(self.context)[:, None] * frequency[None, :]
        self.cos, self.sin = np.cos(angle), np.sin(angle)

    def layer(self, i: int, name: str):
        return self.weights[f"model.layers.{i}.{name}.weight"]

    def norm(self, x, weight):
        return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + self.config["rms_norm_eps"]) * weight

    def rotate(self, x, start: int):
        """x: (batch, heads, time, head_size); element i turns with element i + head_size / 2."""
        time, half = x.shape[2], self.head_size // 2
        cos, sin = self.cos[start : start + time], self.sin[start : start + time]
        a, b = x[..., :half], x[..., half:]
        return np.concatenate((a * cos - b * sin, b * cos + a * sin), axis=-1)

    def split(self, x, heads: int):
        batch, time, _ = x.shape
        return x.reshape(batch, time, heads, self.head_size).transpose(0, 2, 1, 3)

    def attention(self, i: int, x, cache, start: int):
        batch, time, _ = x.shape
        q = self.rotate(self.split(x @ self.layer(i, "self_attn.q_proj").T, self.heads), start)
        k = self.rotate(self.split(x @ self.layer(i, "self_attn.k_proj").T, self.kv_heads), start)
        v = self.split(x @ self.layer(i, "self_attn.v_proj").T, self.kv_heads)
        if i in cache:
            k, v = np.concatenate((cache[i][0], k), axis=2), np.concatenate((cache[i][1], v), axis=2)
        cache[i] = (k, v)
        group = self.heads // self.kv_heads
        k, v = np.repeat(k, group, axis=1), np.repeat(v, group, axis=1)
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(self.head_size)
        visible = np.arange(k.shape[2])[None, :] <= start + np.arange(time)[:, None]
        out = softmax(np.where(visible, scores, -np.inf)) @ v
        return out.transpose(0, 2, 1, 3).reshape(batch, time, -1) @ self.layer(i, "self_attn.o_proj").T

    def logits(self, ids, cache=None):
        """ids: (batch, time) → (batch, time, vocabulary). A dict given as `cache` continues where it stopped."""
        cache = {} if cache is None else cache
        start = cache[0][0].shape[2] if 0 in cache else 0
        embedding = self.weights["model.embed_tokens.weight"]
        x = embedding[np.asarray(ids)]
        for i in range(self.layers):
            x = x + self.attention(i, self.norm(x, self.layer(i, "input_layernorm")), cache, start)
            y = self.norm(x, self.layer(i, "post_attention_layernorm"))
            gate, up = y @ self.layer(i, "mlp.gate_proj").T, y @ self.layer(i, "mlp.up_proj").T
            x = x + (gate / (1 + np.exp(-gate)) * up) @ self.layer(i, "mlp.down_proj").T
        head = embedding if self.config.get("tie_word_embeddings", True) else self.weights["lm_head.weight"]
        return self.norm(x, self.weights["model.norm.weight"]) @ head.T

    def answer(self, ids, count: int, stop=(), temperature=0.0, random=None):
        """`count` tokens after `ids`, or fewer if one of `stop` comes; the stop token is not returned.
        With a temperature and a random generator the tokens are drawn instead."""
        cache, out, fed = {}, [], list(ids)
        while len(out) < count:
            logits = self.logits([fed], cache)[0, -1]
            if temperature > 0:
                cumulative = softmax(logits / temperature).cumsum()
                token = int((cumulative <= random.random() * cumulative[-1]).sum())
            else:
                token = int(logits.argmax())
            if token in stop:
                break
            out.append(token)
            fed = [token]
        return out

    def sample(self, first: int, sequences: int, length: int, seed: int):
        """Sequences of `length` ids that start with `first`, drawn at temperature 1."""
        random, cache = np.random.Generator(np.random.PCG64(seed)), {}
        ids = np.full((sequences, 1), first)
        while ids.shape[1] < length:
            cumulative = softmax(self.logits(ids[:, -1:], cache)[:, -1]).cumsum(axis=-1)
            draw = random.random((sequences, 1)) * cumulative[:, -1:]
            ids = np.concatenate((ids, (cumulative <= draw).sum(axis=-1, keepdims=True)), axis=1)
        return ids.tolist()
