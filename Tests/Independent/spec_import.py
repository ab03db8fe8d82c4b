"""docs/spec-import.md, independently, for one kind of source: a Llama folder with binary32 weights, no calibration.

    spec_import.py FOLDER OUTPUT [NAME]
"""
import hashlib
import json
import math
import os
import struct
import sys

import numpy as np

from program_writer import encode_program
from spec_arithmetic import INT8, bl, rs
from spec_program import Attention, FeedForward, Graph, Matrix, Network, Norm, Site, row_sums

LOG2_E = float.fromhex("0x1.71547652b82fep+0")
POWER_OF_TWO_ROOTS = [2 << 62]
for _ in range(62):
    POWER_OF_TWO_ROOTS.append(math.isqrt(POWER_OF_TWO_ROOTS[-1] << 62))


def fixed_log2(theta):
    T = math.floor(theta * 2**23) << 39
    whole = bl(T) - 63
    m, fraction = T >> whole, 0
    for _ in range(62):
        m = m * m >> 62
        bit = m >> 63
        fraction, m = 2 * fraction + bit, m >> bit
    return (whole << 62) + fraction


def fixed_exp2(x):
    power = 1 << 62
    for k in range(1, 63):
        if x >> (62 - k) & 1:
            power = power * POWER_OF_TWO_ROOTS[k] >> 62
    return power


def frequencies(theta, D):
    exponent, result = fixed_log2(theta), []
    for i in range(D // 2):
        t = exponent * 2 * i // D
        h, f = t >> 62, t & ((1 << 62) - 1)
        P, shift = (1 << 62, h) if f == 0 else (fixed_exp2((1 << 62) - f), h + 1)
        result.append((P * 2935890503282001226 >> 62) >> shift)
    return result


def largest_block(columns):
    return min(columns & -columns, 128)


def divided_hadamard(x, b):
    stride = 1
    while stride < b:
        pairs = x.reshape(len(x), -1, 2, stride)
        x = np.stack((pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]), axis=2).reshape(len(x), -1)
        stride *= 2
    return x / b


class Importer:
    def __init__(self, folder):
        self.folder, self.matrices = folder, []
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            self.config = json.load(file)
        self.tensors = self.read_tensors(os.path.join(folder, "model.safetensors"))

    def read_tensors(self, path):
        with open(path, "rb") as file:
            data = file.read()
        start = 8 + struct.unpack_from("<Q", data)[0]
        tensors = {}
        for name, entry in json.loads(data[8:start]).items():
            if name != "__metadata__":
                assert entry["dtype"] == "F32"
                first, last = entry["data_offsets"]
                values = np.frombuffer(data[start + first:start + last], dtype="<f4")
                tensors[name] = values.reshape(entry["shape"]).astype(np.float64)
        return tensors

    def decimal(self, name):
        return float(np.float32(self.config[name]))

    def norm(self, name):
        """Section 2: the norm and diag."""
        gamma = self.tensors[name + ".weight"]
        n, size = len(gamma), np.abs(gamma)
        g = np.where(gamma < 0, -1, 1) * np.maximum(1, np.rint(127 * size / size.max()))
        diagonal = math.sqrt(n) * gamma / g
        return Norm(n, round(n * self.decimal("rms_norm_eps") * 2.0**32), g.astype(np.int64)), diagonal

    def matrix(self, name, diagonal=None, f_out=16, b=1, layout=1):
        """Section 3."""
        x = self.tensors[name + ".weight"]
        if diagonal is not None:
            x = x * diagonal
        x = divided_hadamard(x, b) if b > 1 else x
        top = np.abs(x).max(axis=1)
        e = 0 if not top.any() else next(e for e in range(100, -101, -1)
                                         if (np.ceil(top * 2.0**e / 127) <= 4095).all())
        m = Matrix(name, len(self.matrices), *x.shape, layout, e, f_out, 0, 4)
        m.w = np.maximum(1, np.ceil(top * 2.0**e / 127)).astype(np.int64)
        m.weights = np.clip(np.rint(x * 2.0**e / m.w[:, None]), -127, 127).astype(np.int8)
        m.bias = np.zeros(m.rows, np.int64)
        if layout == 1 and 127 * max(row_sums(m)[0]) >= 2**31:
            m.accumulator = 8
        self.matrices.append(m)
        return m

    def attention(self, prefix):
        """Section 4."""
        c = self.config
        heads, kv_heads, d = c["num_attention_heads"], c["num_key_value_heads"], c["hidden_size"]
        D, site = d // heads, Site(largest_block(d), INT8)
        norm, diagonal = self.norm(prefix + "input_layernorm")
        a = Attention(norm, site, heads, kv_heads, D, 0)
        a.q, a.k, a.v = (self.matrix(f"{prefix}self_attn.{x}_proj", diagonal, 10, site.b) for x in "qkv")
        a.frequencies = frequencies(self.decimal("rope_theta"), D)
        v = LOG2_E / math.sqrt(D) / a.b_qk
        a.e_q = max(e for e in range(-120, 121) if round(v * 2.0**e) < 2**16)
        a.c_q = round(v * 2.0**a.e_q)
        a.cap, a.key_offset = self.first_cap(prefix, a.v.f_out), np.zeros((kv_heads, D), np.int64)
        a.output_site = Site(largest_block(heads * D), INT8)
        a.output = self.matrix(prefix + "self_attn.o_proj", None, 16, a.output_site.b)
        return a

    def first_cap(self, prefix, f_v):
        """Section 5.1."""
        scaled = self.tensors[prefix + "self_attn.v_proj.weight"] * self.tensors[prefix + "input_layernorm.weight"]
        sums = np.zeros(len(scaled))
        for column in scaled.T:
            sums = sums + column * column
        m = int(np.rint(4 * np.sqrt(sums) * 2.0**f_v).max())
        return max((cap for cap in range(-24, 41) if rs(m, f_v - cap + 4) <= 127), default=-24)

    def feed_forward(self, prefix):
        norm, diagonal = self.norm(prefix + "post_attention_layernorm")
        site, down_site = (Site(largest_block(self.config[n]), INT8) for n in ("hidden_size", "intermediate_size"))
        gate, up = (self.matrix(f"{prefix}mlp.{x}_proj", diagonal, 10, site.b) for x in ("gate", "up"))
        down = self.matrix(prefix + "mlp.down_proj", None, 16, down_site.b)
        return FeedForward(norm, site, Network(gate, up, 1, down_site, down))

    def graph(self):
        c = self.config
        assert c["model_type"] == "llama" and c["tie_word_embeddings"] and c["hidden_act"] == "silu"
        embedding = self.matrix("model.embed_tokens", layout=0)
        g = Graph(c["vocab_size"], c["hidden_size"], c["max_position_embeddings"], [c["eos_token_id"]],
                  c["bos_token_id"], embedding)
        for i in range(c["num_hidden_layers"]):
            prefix = f"model.layers.{i}."
            g.layers.append((self.attention(prefix), self.feed_forward(prefix)))
        g.norm, diagonal = self.norm("model.norm")
        g.head_site = Site(largest_block(g.d), INT8)
        g.head = self.matrix("model.embed_tokens", diagonal, 16, g.head_site.b)
        g.matrices = self.matrices
        return g

    def sources(self, name):
        site, files = {"block": None, "mode": "int8"}, []
        places = ("attentionInput", "attentionOutput", "feedForwardInput", "feedForwardDown", "head")
        options = dict.fromkeys(places, site)
        options["outputFractions"] = dict.fromkeys(("query", "key", "value", "gate", "up"), 10)
        options |= {"queryKeyHadamard": False, "queryLimbs": 1, "keyLimbs": 1, "keyOffsets": True, "calibration": False}
        for file_name in ("config.json", "model.safetensors"):
            with open(os.path.join(self.folder, file_name), "rb") as file:
                data = file.read()
            files.append({"name": file_name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
        top = {"importer": "1", "name": name, "options": options, "files": files}
        return json.dumps(top, separators=(",", ":"), ensure_ascii=False).encode()


def import_folder(folder, name=None):
    importer = Importer(folder)
    graph = importer.graph()
    return encode_program(graph, sources=importer.sources(name or os.path.basename(os.path.normpath(folder))))


if __name__ == "__main__":
    with open(sys.argv[2], "wb") as output:
        output.write(import_folder(*sys.argv[1:2], *sys.argv[3:4]))
