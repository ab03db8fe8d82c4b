"""Writes program files (graph version 1) from SPEC.md sections 4 to 6, and makes small random ones for the tests."""
import json
import math
import struct

import numpy as np

from spec_arithmetic import INT8, TABLE_BYTES, bytes_root, merkle, tagged
from spec_program import Attention, FeedForward, FormedNorm, Graph, Matrix, Network, Norm, Section, Site, matrix_root

# --- Bytes -----------------------------------------------------------------------------------------------------------


def encode_site(site):
    return bytes([site.b.bit_length() - 1, site.mode])


def encode_norm(norm):
    if isinstance(norm, FormedNorm):
        beta = norm.beta.astype("<i8").tobytes() if norm.has_bias else b""
        head = struct.pack("<BIQhBB", 2, norm.n, norm.E, norm.e_g, norm.f_out, norm.has_bias)
        return head + norm.g.astype("<i2").tobytes() + beta
    return struct.pack("<BIQ", 1, norm.n, norm.E) + norm.g.astype("i1").tobytes()


def encode_matrix(m):
    return struct.pack("<IIBBhBBBB", m.rows, m.columns, 1, m.layout, m.e, m.f_out, m.has_bias, m.accumulator, 0)


def encode_attention(a):
    out = b"\x01" + encode_norm(a.norm) + encode_site(a.input_site)
    out += struct.pack("<IIII", a.heads, a.kv_heads, a.head_size, a.window)
    out += b"".join(map(encode_matrix, (a.q, a.k, a.v))) + bytes([a.q_norm is not None])
    if a.q_norm:
        out += encode_norm(a.q_norm) + encode_norm(a.k_norm)
    out += bytes([a.frequencies is not None]) + b"".join(struct.pack("<Q", w) for w in a.frequencies or [])
    out += struct.pack("<BBBBIhhB", a.b_qk.bit_length() - 1, a.query_limbs, a.key_limbs, 0, a.c_q, a.e_q, a.cap,
                       a.has_key_offset)
    if a.has_key_offset:
        out += a.key_offset.astype("<i8").tobytes()
    return out + encode_site(a.output_site) + encode_matrix(a.output)


def encode_feed_forward(f):
    n = f.body
    return (b"\x02" + encode_norm(f.norm) + encode_site(f.input_site) + encode_matrix(n.gate) + encode_matrix(n.up)
            + bytes([n.activation]) + encode_site(n.down_site) + encode_matrix(n.down))


def encode_graph(g):
    out = struct.pack("<IIIIIII", 1, 1, g.vocabulary, g.d, len(g.layers), g.context, len(g.stop_ids))
    out += b"".join(struct.pack("<I", i) for i in g.stop_ids) + struct.pack("<I", g.bos) + encode_matrix(g.embedding)
    out += b"".join(encode_attention(a) + encode_feed_forward(f) for a, f in g.layers)
    return out + encode_norm(g.norm) + encode_site(g.head_site) + encode_matrix(g.head)


def encode_matrix_content(m):
    weights = m.weights
    if m.layout == 1:
        padded = np.zeros((-(-m.rows // 32) * 32, -(-m.columns // 4) * 4), np.int8)
        padded[:m.rows, :m.columns] = weights
        weights = padded.reshape(len(padded) // 32, 32, -1, 4).transpose(0, 2, 1, 3)
    out = weights.tobytes() + m.w.astype("<u2").tobytes()
    if m.has_bias:
        out += bytes(-len(out) % 8) + m.bias.astype("<i8").tobytes()
    return out


def encode_program(g, tokenizer=b"", template=b"", sources=None, tables=TABLE_BYTES, graph_bytes=None):
    sources = sources or json.dumps({"importer": "test", "name": "random", "options": {}, "files": []}).encode()
    parts = [(1, 0, graph_bytes or encode_graph(g)), (2, 0, tables)]
    sections = [Section(kind, i, content, bytes_root(content)) for kind, i, content in parts]
    sections += [Section(3, i, encode_matrix_content(m), matrix_root(m)) for i, m in enumerate(g.matrices)]
    weights = len(sections)
    sections += [Section(4 + i, 0, c, bytes_root(c)) for i, c in enumerate((tokenizer, template, sources))]
    return seal(sections, weights)


def seal(sections, weights):
    end, entries, body = 96 + 56 * len(sections), b"", b""
    at = end
    for s in sections:
        body += bytes(-at % 64) + s.content
        at += -at % 64
        entries += struct.pack("<IIQQ", s.kind, s.index, at, len(s.content)) + s.root
        at += len(s.content)
    weights_root, information_root = (merkle([s.hash() for s in part])
                                      for part in (sections[:weights], sections[weights:]))
    counts = struct.pack("<II", weights, len(sections) - weights)
    program_root = tagged("razao/program/1", struct.pack("<II", 1, 1) + counts + weights_root + information_root)
    return (b"RAZAOPRG" + struct.pack("<II", 1, 1) + counts + struct.pack("<Q", at) + weights_root + program_root
            + entries + body)


# --- Random programs -------------------------------------------------------------------------------------------------


class RandomProgram:
    """A small random decoder whose real weights have ordinary sizes, with the options given."""

    def __init__(self, seed=1, vocabulary=40, d=32, hidden=48, layers=2, heads=4, kv_heads=2, head_size=8,
                 window=0, rope=True, mode=INT8, b=1, qk_norm=False, bias=False, b_qk=1, limbs=(1, 1), offset=False,
                 activation=1):
        self.random, self.matrices = np.random.default_rng(seed), []
        self.site, self.d, self.bias = Site(b, mode), d, bias
        E = self.matrix("embedding", vocabulary, d, deviation=1.0, f_out=16, layout=0)
        g = self.graph = Graph(vocabulary, d, 128, [1, 2], 1, E)
        for _ in range(layers):
            a = self.attention(heads, kv_heads, head_size, window, rope, qk_norm, b_qk, limbs, offset)
            g.layers.append((a, self.feed_forward(hidden, activation)))
        g.norm, g.head_site = self.norm(d), self.site
        g.head = self.after_norm("head", vocabulary, 16)
        g.matrices = self.matrices
        self.declare_widths()

    def matrix(self, place, rows, columns, deviation, f_out, layout=1):
        """Real weights of this standard deviation."""
        m = Matrix(place, len(self.matrices), rows, columns, layout, 0, f_out, int(self.bias and layout == 1), 4)
        m.weights = np.clip(np.rint(self.random.normal(0, 40, (rows, columns))), -127, 127).astype(np.int8)
        m.w = self.random.integers(1500, 4096, rows)
        m.e = round(math.log2(40 * 2800 / deviation))
        m.bias = (np.rint(self.random.normal(0, 0.3 * 2**f_out, rows)) * m.has_bias).astype(np.int64)
        self.matrices.append(m)
        return m

    def norm(self, n):
        return Norm(n, round(n * 1e-5 * 2**32), self.random.integers(40, 100, n))

    def formed(self, n):
        g = self.random.integers(10000, 20000, n)
        has_bias = int(self.bias)
        beta = self.random.integers(-500, 500, n) * has_bias
        return FormedNorm(n, round(n * 1e-5 * 2**20), g, 13, 10, beta, has_bias)

    def after_norm(self, place, rows, f_out, d=None):
        """Outputs of deviation about 1: the norm's row has length about 70·√b."""
        return self.matrix(place, rows, d or self.d, 1 / (70 * math.sqrt(self.site.b)), f_out)

    def attention(self, heads, kv_heads, D, window, rope, qk_norm, b_qk, limbs, offset):
        a = Attention(self.norm(self.d), self.site, heads, kv_heads, D, window)
        a.q, a.k, a.v = (self.after_norm("qkv", n * D, 10) for n in (heads, kv_heads, kv_heads))
        if qk_norm:
            a.q_norm, a.k_norm = self.formed(D), self.formed(D)
        if rope:
            a.frequencies = [round(2**64 / (2 * math.pi) * 100 ** (-2 * i / D)) for i in range(D // 2)]
        a.b_qk, (a.query_limbs, a.key_limbs) = b_qk, limbs
        factor = 1.4427 / math.sqrt(D) / b_qk
        a.e_q = 15 - math.floor(math.log2(factor))
        a.c_q = math.floor(factor * 2**a.e_q)
        a.cap, a.has_key_offset = 5, int(offset)
        deviation = 2.0**a.key_fraction() * 0.5 * offset
        a.key_offset = np.rint(self.random.normal(0, 1, (kv_heads, D)) * deviation).astype(np.int64)
        columns = heads * D
        a.output_site = self.site
        a.output = self.matrix("output", self.d, columns, 1 / math.sqrt(columns * self.site.b), 16)
        return a

    def feed_forward(self, hidden, activation):
        norm = self.norm(self.d)
        gate, up = self.after_norm("gate", hidden, 12), self.after_norm("up", hidden, 10)
        down = self.matrix("down", self.d, hidden, 1 / math.sqrt(hidden * self.site.b), 16)
        return FeedForward(norm, self.site, Network(gate, up, activation, self.site, down))

    def declare_widths(self):
        X = {0: 127, 1: 127 << 7, 2: 32767}[self.site.mode]
        for m in self.matrices[1:]:
            m.accumulator = 4 if X * int(np.abs(m.weights.astype(np.int64)).sum(axis=1).max()) < 2**31 else 8


VARIANTS = {
    "plain": {},
    "block shift": dict(mode=1, b=16),
    "two limbs": dict(mode=2, b=8, limbs=(2, 2)),
    "query and key norm": dict(qk_norm=True, bias=True),
    "biases and key offset": dict(bias=True, offset=True, limbs=(2, 1)),
    "window": dict(window=3, kv_heads=1),
    "no rotation": dict(rope=False, activation=2),
    "rotated keys": dict(b_qk=8, limbs=(1, 2), offset=True),
    "odd sizes": dict(vocabulary=33, d=30, hidden=27, heads=3, kv_heads=3, head_size=6),
}
