"""SPEC.md sections 4 to 6, independently: the graph, its bounds and the program file.

`read_program` refuses, with the place and the rule, whatever the page refuses.
"""
import json
import struct
from dataclasses import dataclass, field

import numpy as np

from spec_arithmetic import (BLOCK_SHIFT, CHUNK, INT8, TABLE_BYTES, TWO_LIMBS, Violation, bytes_root, ceil_scaled,
                             isqrt_up, leaf, merkle, need, rs, tagged)

# --- 4. Graph --------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    b: int
    mode: int


@dataclass
class Norm:
    """A norm in the row scale; `None` stands for kind 0."""
    n: int
    E: int
    g: np.ndarray
    centred: bool = field(default=False, kw_only=True)


@dataclass
class FormedNorm(Norm):
    e_g: int
    f_out: int
    beta: np.ndarray
    has_bias: int


@dataclass
class Matrix:
    place: str
    index: int
    rows: int
    columns: int
    layout: int
    e: int
    f_out: int
    has_bias: int
    accumulator: int
    format: int = 1
    sigma: np.ndarray = None  # int4: u8, rows × blocks
    weights: np.ndarray = None  # i8, rows × columns
    w: np.ndarray = None
    bias: np.ndarray = None
    int64: np.ndarray = None

    def wide(self):
        if self.int64 is None:
            self.int64 = self.weights.astype(np.int64)
        return self.int64


@dataclass
class Attention:
    norm: Norm
    input_site: Site
    heads: int
    kv_heads: int
    head_size: int
    window: int
    q: Matrix = None
    k: Matrix = None
    v: Matrix = None
    q_norm: FormedNorm = None
    k_norm: FormedNorm = None
    frequencies: list = None
    b_qk: int = 1
    query_limbs: int = 1
    key_limbs: int = 1
    c_q: int = 0
    e_q: int = 0
    cap: int = 0
    has_key_offset: int = 0
    key_offset: np.ndarray = None
    output_site: Site = None
    output: Matrix = None
    chunk: int = 0
    temperature: tuple = None  # (step, [τ…])
    post_norm: FormedNorm = None

    def query_fraction(self):
        return (self.q_norm or self.q).f_out + 15

    def key_fraction(self):
        return (self.k_norm or self.k).f_out + 15


@dataclass
class Network:
    """Gated, or plain where there is no gate."""
    gate: Matrix
    up: Matrix
    activation: int
    down_site: Site
    down: Matrix

    def inner_fraction(self):
        return self.up.f_out + (self.gate.f_out if self.gate else 0)


@dataclass
class Experts:
    router: Matrix
    chosen: int
    weighting: int
    placement: int
    networks: list
    shared: Network


@dataclass
class FeedForward:
    norm: Norm
    input_site: Site
    body: object  # Network or Experts
    post_norm: FormedNorm = None


@dataclass
class Graph:
    vocabulary: int
    d: int
    context: int
    stop_ids: list
    bos: int
    embedding: Matrix = None
    layers: list = field(default_factory=list)
    version: int = 1
    positions: Matrix = None
    embedding_norm: FormedNorm = None
    norm: Norm = None
    head_site: Site = None
    head: Matrix = None
    pooling: int = 0  # of an encoder
    matrices: list = field(default_factory=list)


class GraphReader:
    """Decodes the graph section and holds it to the constraints of section 4."""

    def __init__(self, data):
        self.data, self.at, self.place, self.matrices = data, 0, "graph", []
        self.version, self.is_new = 0, False  # whether anything was read that version 1 has no words for

    def second(self, condition):
        """Notes a form of version 2."""
        self.is_new = self.is_new or condition
        return condition

    def need(self, condition, rule):
        need(condition, f"{self.place}, byte {self.at}", rule)

    def take(self, count):
        self.need(count <= len(self.data) - self.at, "the section ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, code, low=None, high=None, what="value"):
        value = struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]
        self.need((low is None or value >= low) and (high is None or value <= high), f"{what} {value} out of range")
        return value

    def array(self, kind, count):
        kind = np.dtype(kind)
        return np.frombuffer(self.take(kind.itemsize * count), dtype=kind).astype(np.int64)

    def flag(self, what):
        return self.number("B", 0, 1, what)

    def site(self, columns):
        b, mode = 1 << self.number("B", 0, 7, "log2(b)"), self.number("B", 0, 2, "mode")
        self.need(columns % b == 0, "b does not divide K")
        self.need(mode != BLOCK_SHIFT or b >= 2, "block shift needs b ≥ 2")
        return Site(b, mode)

    def norm(self, n):
        kind = self.number("B", 0, 3, "norm kind")
        self.need(kind != 2, "norm kind 2 in the row scale")
        self.second(kind != 1)
        if kind == 0:
            return None
        self.number("I", n, n, "norm size")
        norm = Norm(n, self.number("Q"), self.array("i1", n), centred=kind == 3)
        self.need(all(g not in (0, -128) for g in norm.g.tolist()), "a gain of 0 or −128")
        return norm

    def formed(self, n, f_out=None):
        kind = self.number("B", 2, 4, "norm kind")
        self.need(kind != 3, "norm kind 3 formed")
        self.second(kind == 4)
        self.number("I", n, n, "norm size")
        E, e_g = self.number("Q"), self.number("h", -120, 120, "e_g")
        f_out, has_bias = self.number("B", f_out or 6, f_out or 20, "F_out"), self.flag("hasBias")
        g = self.array("<i2", n)
        beta = self.array("<i8", n) if has_bias else np.zeros(n, np.int64)
        self.need(np.abs(beta).max() <= 2**39, "β out of range")
        return FormedNorm(n, E, g, e_g, f_out, beta, has_bias, centred=kind == 4)

    def optional_formed(self, n):
        """Of version 2: a flag and a norm of the residual stream."""
        if self.version == 2 and self.second(self.flag("hasNorm")):
            return self.formed(n, f_out=16)
        return None

    def matrix(self, name, rows, columns, f_out=None, embedding=False):
        """A matrix of this many columns; `rows` None leaves its rows free (feed-forward)."""
        place, layout = f"{self.place} {name}", 0 if embedding else 1
        rows = self.number("I", rows or 1, rows or 2**18, name + " rows")
        self.number("I", columns, columns, name + " columns")
        kind = self.number("B", 1, 1 if embedding else 2, "format")
        self.second(kind == 2)
        self.number("B", layout, layout, "layout")
        e = self.number("h", -120, 120, "e")
        f_out = self.number("B", f_out or 6, f_out or 20, name + " F_out")
        has_bias = self.flag("hasBias")
        self.need(not (embedding and has_bias), "the embedding has a bias")
        accumulator = self.number("B", 4, 4 if embedding else 8, "accumulator bytes")
        self.need(accumulator in (4, 8), "accumulator bytes")
        self.number("B", 0, 0, "reserved byte")
        self.matrices.append(
            Matrix(place, len(self.matrices), rows, columns, layout, e, f_out, has_bias, accumulator, kind))
        return self.matrices[-1]

    def graph(self):
        self.version = self.number("I", 1, 2, "graph version")
        is_encoder = self.second(self.number("I", 1, 2, "graph kind") == 2)
        vocabulary, d = self.number("I", 1, 2**22, "V"), self.number("I", 1, 2**18, "d")
        layers, context = self.number("I", 1, 1024, "layers"), self.number("I", 1, 2**20, "context")
        stops = self.array("<u4", self.number("I", 0, vocabulary, "stopCount")).tolist()
        self.need(all(a < b for a, b in zip(stops, stops[1:])), "stop ids are not ascending")
        self.need(all(i < vocabulary for i in stops), "stop id outside the vocabulary")
        bos = self.number("I")
        self.need(bos < vocabulary or bos == 0xFFFFFFFF, "bos outside the vocabulary")
        self.need(not (is_encoder and stops), "stop ids in an encoder")
        g = Graph(vocabulary, d, context, stops, bos)
        g.version = self.version
        g.embedding = self.matrix("embedding", vocabulary, d, f_out=16, embedding=True)
        if self.version == 2:
            if self.second(self.flag("hasPositions")):
                g.positions = self.matrix("positions", context, d, f_out=16, embedding=True)
            g.embedding_norm = self.optional_formed(d)
        for i in range(layers):
            self.place = f"layer {i} attention"
            attention = self.attention(d)
            self.need(not (is_encoder and (attention.window or attention.chunk or attention.temperature)),
                      "window, chunk or temperature in an encoder")
            self.place = f"layer {i} feed-forward"
            g.layers.append((attention, self.feed_forward(d)))
        self.place = "head"
        if is_encoder:
            g.pooling = self.number("B", 1, 2, "pooling")
        else:
            g.norm, g.head_site = self.norm(d), self.site(d)
            g.head = self.matrix("matrix", vocabulary, d, f_out=16)
        self.need(self.is_new == (self.version == 2), "the wrong version")
        self.need(self.at == len(self.data), "bytes after the graph")
        g.matrices = self.matrices
        return g

    def attention(self, d):
        self.number("B", 1, 1, "attention tag")
        a = Attention(self.norm(d), self.site(d), self.number("I", 1, 1024, "heads"),
                      self.number("I", 1, 1024, "kvHeads"), self.number("I", 2, 1024, "headSize"),
                      self.number("I", 0, 2**20, "window"))
        if self.version == 2:
            a.chunk = self.number("I", 0, 2**20, "chunk")
            self.second(a.chunk > 0)
        self.need(a.heads % a.kv_heads == 0, "heads is not a multiple of kvHeads")
        D, all_kv = a.head_size, a.kv_heads * a.head_size
        self.need(D % 2 == 0, "headSize is odd")
        a.q, a.k, a.v = (self.matrix("q", a.heads * D, d), self.matrix("k", all_kv, d), self.matrix("v", all_kv, d))
        if self.flag("hasQueryKeyNorm"):
            a.q_norm, a.k_norm = self.formed(D), self.formed(D)
        if self.flag("hasRope"):
            a.frequencies = [self.number("Q") for _ in range(D // 2)]
        a.b_qk = 1 << self.number("B", 0, 7, "log2(b_qk)")
        self.need(a.b_qk in (1, D), "b_qk is neither 1 nor headSize")
        a.query_limbs, a.key_limbs = self.number("B", 1, 2, "queryLimbs"), self.number("B", 1, 2, "keyLimbs")
        self.number("B", 0, 0, "reserved byte")
        a.c_q, a.e_q = self.number("I", 2**15, 2**16 - 1, "c_q"), self.number("h", -120, 120, "e_q")
        a.cap = self.number("h", -24, 40, "cap")
        if self.version == 2 and self.second(self.flag("hasTemperature")):
            step, m = self.number("I", 1, 2**20, "step"), self.number("I", 1, 4096, "temperature factors")
            a.temperature = step, [self.number("I", 2**13, 2**17, "τ") for _ in range(m)]
        a.has_key_offset = self.flag("hasKeyOffset")
        offset = self.array("<i8", all_kv) if a.has_key_offset else np.zeros(all_kv, np.int64)
        a.key_offset = offset.reshape(a.kv_heads, D)
        a.output_site, a.output = self.site(a.heads * D), self.matrix("output", d, a.heads * D, f_out=16)
        a.post_norm = self.optional_formed(d)
        return a

    def feed_forward(self, d):
        tag = self.number("B", 2, 4 if self.version == 2 else 2, "feed-forward tag")
        self.second(tag > 2)
        norm, site = self.norm(d), self.site(d)
        body = self.experts(d) if tag == 4 else self.network(d, is_gated=tag == 2)
        return FeedForward(norm, site, body, self.optional_formed(d))

    def network(self, d, is_gated=True, name=""):
        gate = self.matrix(name + "gate", None, d) if is_gated else None
        up = self.matrix(name + "up", gate.rows if gate else None, d)
        activation = self.number("B", 1, 3, "activation")
        self.second(activation == 3)
        return Network(gate, up, activation, self.site(up.rows), self.matrix(name + "down", d, up.rows, f_out=16))

    def experts(self, d):
        router = self.matrix("router", None, d, f_out=16)
        count, chosen = self.number("I", 1, 1024, "experts"), self.number("I", 1, 1024, "chosen experts")
        self.need(router.rows == count and chosen <= count, "counts of experts")
        weighting, placement = self.number("B", 1, 3, "weighting"), self.number("B", 1, 2, "placement")
        networks = [self.network(d, name=f"expert {i} ") for i in range(count)]
        alike = [(n.activation, n.down_site) + tuple((m.rows, m.columns, m.format, m.f_out, m.has_bias)
                                                     for m in (n.gate, n.up, n.down)) for n in networks]
        self.need(all(a == alike[0] for a in alike), "experts that are not alike")
        self.need(placement == 1 or not networks[0].down.has_bias, "a bias behind a weight on the output")
        shared = self.network(d, name="shared ") if self.flag("hasShared") else None
        return Experts(router, chosen, weighting, placement, networks, shared)


# --- 5. Bounds -------------------------------------------------------------------------------------------------------


def row_sums(matrix):
    """A1 and ΣW² of every row."""
    wide = matrix.weights.astype(np.int64)
    return np.abs(wide).sum(axis=1).tolist(), (wide * wide).sum(axis=1).tolist()


def phi_slack(K):
    return 2**16 + 2**8 - (-(isqrt_up(K) << 16) // 250)


def matrix_bound(matrix, site, G=None, B=None, f_y=None):
    """Rules 1 to 3: the bound of a matrix after a norm of greatest |g| = G, or on an operand |y| ≤ B at f_y bits."""
    X = {INT8: 127, BLOCK_SHIFT: 127 << 7, TWO_LIMBS: 32767}[site.mode]
    A1s, squares = row_sums(matrix)
    widest = X * max(A1s)
    need(widest < 2**36, matrix.place, "rule 1, accumulator")
    need(matrix.accumulator == (4 if widest < 2**31 else 8), matrix.place, "rule 1, declared accumulator width")
    K, b, phi, bound = matrix.columns, site.b, phi_slack(matrix.columns), 0
    for A1, square, w, bias in zip(A1s, squares, matrix.w.tolist(), matrix.bias.tolist()):
        A2, scale = isqrt_up(square), matrix.f_out - matrix.e - 16
        if B is None:
            row = ceil_scaled(w * A2 * isqrt_up(b * G * G) * phi, scale)
        else:
            row = min(ceil_scaled(w * A1 * b * B * (2**16 + 2**10), scale - f_y),
                      ceil_scaled(w * A2 * isqrt_up(b * K) * B * phi, scale - f_y))
        bound = max(bound, row + 1 + abs(bias))
    need(bound < 2**60, matrix.place, f"rule {2 if B is None else 3}, output")
    return bound


def norm_bound(norm, place, B_x):
    """Rule 6: the greatest |g|, or the bound of a formed norm, of values up to B_x."""
    need(norm.n * 2**44 + norm.E < 2**62, place, "rule 6, norm")
    need(not norm.centred or 2 * norm.n * B_x < 2**62, place, "rule 6, LayerNorm")
    if not isinstance(norm, FormedNorm):
        return max(abs(g) for g in norm.g.tolist())
    scale = norm.f_out - norm.e_g - 16
    bound = max(ceil_scaled(abs(g) * (2**16 + 1), scale) + 1 + abs(beta)
                for g, beta in zip(norm.g.tolist(), norm.beta.tolist()))
    need(bound < 2**40, place, "rule 6, formed norm")
    return bound


def input_bounds(norm, site, B, matrices, place):
    """The bounds of the first matrices of a block on a residual stream of up to B."""
    if norm is None:
        need(site.b * B * 256 < 2**60, place, "rule 4, residual")
        return [matrix_bound(m, site, B=B, f_y=16) for m in matrices]
    G = norm_bound(norm, place, B)
    return [matrix_bound(m, site, G=G) for m in matrices]


def check_attention(a, place, B):
    B_q, B_k, B_v = input_bounds(a.norm, a.input_site, B, (a.q, a.k, a.v), place)
    if a.q_norm:
        B_q, B_k = norm_bound(a.q_norm, place + " q norm", B_q), norm_bound(a.k_norm, place + " k norm", B_k)
    B_q, B_k = B_q << 16, (B_k << 16) + max(abs(o) for o in a.key_offset.reshape(-1).tolist())
    need(a.b_qk * B_q * 256 < 2**60, place, "rule 4, query quantiser")
    need(a.b_qk * B_k * 256 < 2**60, place, "rule 4, key quantiser")
    X_q, X_k = (32767 if limbs == 2 else 127 for limbs in (a.query_limbs, a.key_limbs))
    need(a.head_size * X_q * X_k << 24 < 2**60, place, "rule 7, products")
    T = -(-max(a.temperature[1]) >> 14) if a.temperature else 1
    scores = ceil_scaled(T * a.c_q * a.head_size * a.b_qk**2 * B_q * B_k,
                         7 - a.e_q - a.query_fraction() - a.key_fraction()) * 2
    need(scores < 2**60, place, "rule 7, scores")
    need(B_v << max(0, a.cap - a.v.f_out) < 2**60, place, "rule 7, values")
    B_o = ceil_scaled(16256 * (2**14 + 1), -a.cap - 2) + 1
    need(a.output_site.b * B_o * 256 < 2**60, place, "rule 4, output quantiser")
    return matrix_bound(a.output, a.output_site, B=B_o, f_y=12)


def check_network(network, block, place, B):
    matrices = [m for m in (network.gate, network.up) if m]
    bounds = input_bounds(block.norm, block.input_site, B, matrices, place)
    need(bounds[0] < 2**43, place, "rule 8, gate")
    B_h = (bounds[0] + 1) * (bounds[1] if network.gate else 1)
    need(network.down_site.b * B_h * 256 < 2**60, place, "rule 4, down quantiser")
    return matrix_bound(network.down, network.down_site, B=B_h, f_y=network.inner_fraction())


def check_feed_forward(block, place, B):
    body = block.body
    if isinstance(body, Network):
        return check_network(body, block, place, B)
    input_bounds(block.norm, block.input_site, B, [body.router], place)
    total = body.chosen * max(check_network(n, block, place, B) for n in body.networks)
    if body.shared:
        total += check_network(body.shared, block, place, B)
    need(total < 2**60, place, "rule 8, experts")
    return total


def check_bounds(graph):
    def settled(B, norm, place):
        need(B < 2**47, place, "rule 5, residual")
        return norm_bound(norm, place, B) if norm else B

    def row_bound(E):
        tops = np.abs(E.weights.astype(np.int64)).max(axis=1).tolist()
        return max(rs(top * w, E.e - 16) for top, w in zip(tops, E.w.tolist())) + 1

    B = row_bound(graph.embedding) + (row_bound(graph.positions) if graph.positions else 0)
    B = settled(B, graph.embedding_norm, "embedding")
    for i, (attention, feed) in enumerate(graph.layers):
        place = f"layer {i} attention"
        B = settled(B + check_attention(attention, place, B), attention.post_norm, place)
        place = f"layer {i} feed-forward"
        B = settled(B + check_feed_forward(feed, place, B), feed.post_norm, place)
    if graph.pooling:
        need((graph.context if graph.pooling == 1 else 1) * B < 2**62, "pooling", "rule 10")
        need(graph.d * 2**44 + 1 < 2**62, "pooling", "rule 10")
    else:
        bound, = input_bounds(graph.norm, graph.head_site, B, [graph.head], "head")
        need(bound < 2**31, "head", "rule 9, logits")


# --- 6. Program file -------------------------------------------------------------------------------------------------


@dataclass
class Section:
    kind: int
    index: int
    content: bytes
    root: bytes

    def hash(self):
        return leaf(struct.pack("<IIQ", self.kind, self.index, len(self.content)) + self.root)


@dataclass
class Program:
    graph: Graph
    weights_root: bytes
    program_root: bytes
    sections: list


def read_sections(data):
    need(len(data) >= 96, "header", "the file ends too early")
    magic, version, arithmetic, weights, info, length = struct.unpack_from("<8sIIIIQ", data)
    need(magic == b"RAZAOPRG", "header", "magic")
    need(version == 1 and arithmetic == 1, "header", "version")
    need(length == len(data), "header", "file length")
    need(weights >= 2 and info == 3, "header", "section counts")
    end, sections = 96 + 56 * (weights + info), []
    need(end <= len(data), "header", "the section table ends after the file")
    expected = [(1, 0), (2, 0)] + [(3, i) for i in range(weights - 2)] + [(4, 0), (5, 0), (6, 0)]
    for n, wanted in enumerate(expected):
        kind, index, offset, size, root = struct.unpack_from("<IIQQ32s", data, 96 + 56 * n)
        place = f"section ({wanted[0]}, {wanted[1]})"
        need((kind, index) == wanted, place, "kind and index")
        need(offset == -(-end // 64) * 64, place, "offset")
        need(offset + size <= len(data), place, "length")
        need(not any(data[end:offset]), place, "padding before it")
        sections.append(Section(kind, index, data[offset:offset + size], root))
        end = offset + size
    need(end == len(data), "file", "bytes after the last section")
    return sections, weights


def read_matrix(matrix, content):
    """Fills in weights, w and bias."""
    rows, K, at = matrix.rows, matrix.columns, 0
    stored_rows, groups = (rows, K) if matrix.layout == 0 else (-(-rows // 32) * 32, -(-K // 4))
    blocks = -(-K // 32)
    size = rows * K if matrix.layout == 0 else stored_rows * groups * 4
    if matrix.format == 2:
        size = stored_rows // 32 * blocks * 544
    w_end = size + 2 * rows
    bias_at = -(-w_end // 8) * 8
    need(len(content) == (bias_at + 8 * rows if matrix.has_bias else w_end), matrix.place, "content length")
    W = np.frombuffer(content, dtype=np.int8, count=size)
    if matrix.format == 2:
        W = read_int4(matrix, W.view(np.uint8).reshape(-1, blocks, 544))
    elif matrix.layout == 1:
        W = W.reshape(-1, groups, 32, 4).transpose(0, 2, 1, 3).reshape(stored_rows, groups * 4)
        need(not W[rows:].any() and not W[:, K:].any(), matrix.place, "panel padding")
        W = W[:rows, :K]
    matrix.weights = np.ascontiguousarray(W.reshape(rows, K))
    need(matrix.weights.min() >= -127, matrix.place, "weight −128")
    matrix.w = np.frombuffer(content, dtype="<u2", count=rows, offset=size).astype(np.int64)
    need(matrix.w.min() >= 1 and matrix.w.max() <= 4095, matrix.place, "w outside 1…4095")
    matrix.bias = np.zeros(rows, np.int64)
    if matrix.has_bias:
        need(not any(content[w_end:bias_at]), matrix.place, "padding before the bias")
        matrix.bias = np.frombuffer(content, dtype="<i8", count=rows, offset=bias_at).astype(np.int64)


def read_int4(matrix, panels):
    """Section 6: σ and c of every block, and their products."""
    rows, K = matrix.rows, matrix.columns
    sigma = panels[:, :, :32].transpose(0, 2, 1).reshape(-1, panels.shape[1])
    halves = panels[:, :, 32:].reshape(len(panels), -1, 4, 32, 4)
    c = np.stack((halves & 15, halves >> 4), axis=3).astype(np.int64)  # panel, block, i, half, row, column
    c = c.transpose(0, 4, 1, 2, 3, 5).reshape(-1, panels.shape[1] * 32)
    c = np.where(c >= 8, c - 16, c)
    need(sigma.min() >= 1 and sigma.max() <= 18, matrix.place, "σ outside 1…18")
    need((sigma[rows:] == 1).all(), matrix.place, "σ of padding")
    need(not c[rows:].any() and not c[:, K:].any(), matrix.place, "panel padding")
    need(c.min() >= -7, matrix.place, "c of −8")
    matrix.sigma = np.ascontiguousarray(sigma[:rows])
    return (c * np.repeat(sigma.astype(np.int64), 32, axis=1))[:rows, :K].astype(np.int8)


def matrix_root(matrix):
    hashes = []
    for n, (row, w, bias) in enumerate(zip(matrix.weights, matrix.w.tolist(), matrix.bias.tolist())):
        chunks = [row[i:i + CHUNK].tobytes() for i in range(0, matrix.columns, CHUNK)]
        chunks[0] = struct.pack("<Hq", w, bias) + chunks[0]
        if matrix.format == 2:
            chunks.append(matrix.sigma[n].tobytes())
        hashes.append(merkle([leaf(c) for c in chunks]))
    return merkle(hashes)


def check_texts(template, sources):
    try:
        template.content.decode("utf-8")
        top = json.loads(sources.content.decode("utf-8"), object_pairs_hook=list)
        files = dict(top)["files"]
        need([k for k, _ in top] == ["importer", "name", "options", "files"], "sources", "members")
        need(all([k for k, _ in f] == ["name", "size", "sha256"] for f in files), "sources", "members of a file")
        names = [f[0][1].encode("utf-8") for f in files]
        need(names == sorted(names), "sources", "order of the files")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Violation(f"template or sources: {error}") from None


def read_program(data):
    """Reads a program file and checks every rule; raises Violation at the first that does not hold."""
    sections, weights = read_sections(data)
    for s in sections:
        need(s.kind == 3 or bytes_root(s.content) == s.root, f"section ({s.kind}, {s.index})", "root")
    graph = GraphReader(sections[0].content).graph()
    need(sections[1].content == TABLE_BYTES, "tables", "they differ from section 2")
    need(len(graph.matrices) == weights - 2, "header", "count of matrices")
    for matrix, section in zip(graph.matrices, sections[2:weights]):
        read_matrix(matrix, section.content)
        need(matrix_root(matrix) == section.root, matrix.place, "root")
    check_texts(sections[-2], sections[-1])
    weights_root = merkle([s.hash() for s in sections[:weights]])
    need(weights_root == data[32:64], "header", "weights root")
    information_root = merkle([s.hash() for s in sections[weights:]])
    program_root = tagged("razao/program/1", struct.pack("<IIII", 1, 1, weights, 3) + weights_root + information_root)
    need(program_root == data[64:96], "header", "program root")
    check_bounds(graph)
    return Program(graph, weights_root, program_root, sections)
