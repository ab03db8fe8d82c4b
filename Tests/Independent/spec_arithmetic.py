"""SPEC.md sections 1 to 3, independently: notation, tables, operators and sampler.

Numbers are Python integers, or numpy int64 where the bounds of section 5 keep every intermediate value below 2^62.
The blocks that the operators read are those of spec_program.
"""
import hashlib
import math
import struct
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

# --- 1. Notation -----------------------------------------------------------------------------------------------------


class Violation(Exception):
    """A file that the page refuses: the place and the rule."""


def need(condition, place, rule):
    if not condition:
        raise Violation(f"{place}: {rule}")


def bl(x):
    return abs(x).bit_length()


def isqrt_up(x):
    r = math.isqrt(x)
    return r if r * r == x else r + 1


def ceil_scaled(x, s):
    """The ceiling of x·2^s."""
    return x << s if s >= 0 else -((-x) >> -s)


def rs(x, s):
    """⌊x / 2^s + 1/2⌋ for a Python integer."""
    return (x + (1 << (s - 1))) >> s if s >= 1 else x << -s


def rs_array(x, s):
    """The same on an int64 array, |x| < 2^62, with one shift or one shift per element."""
    s = np.asarray(s, dtype=np.int64)
    down = np.clip(s, 1, 62)
    shifted = (x + (np.int64(1) << (down - 1))) >> down
    return np.where(s >= 63, 0, np.where(s >= 1, shifted, x << np.clip(-s, 0, 62)))


def norm12(p, f0):
    s = max(0, bl(p) - 12)
    return rs(p, s), f0 - s


def u32(x):
    return struct.pack("<I", x)


def sha(m):
    return hashlib.sha256(m).digest()


def tagged(tag, m):
    """H(tag, m)."""
    return sha(bytes([len(tag)]) + tag.encode("ascii") + m)


def leaf(m):
    return sha(b"\x00" + m)


def merkle(hashes):
    """M: pairing level by level, an odd last one moving up, is the tree of the recursive definition."""
    if not hashes:
        return bytes(32)
    while len(hashes) > 1:
        paired = [sha(b"\x01" + hashes[i] + hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = paired + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0]


CHUNK = 16384


def bytes_root(m):
    return merkle([leaf(m[i:i + CHUNK]) for i in range(0, len(m), CHUNK)])


# --- 2. Tables of arithmetic version 1 -------------------------------------------------------------------------------

TABLES_SHA256 = "93ca020a2f728f12e101696c297d9d07168db566b23469a40ede6277d366a68b"
PRECISION = 256  # fraction bits of the fixed-point numbers that the tables are rounded from


def nearest(x, bits):
    """The integer nearest to x·2^−bits. An exact half goes up; a real near one would need more precision."""
    distance = (x & ((1 << bits) - 1)) - (1 << (bits - 1))
    assert distance == 0 or bl(distance) > bits - 100, "too close to a half"
    return rs(x, bits)


def fixed_exp(numerator, denominator):
    """e^(numerator/denominator) for 0 ≤ the quotient < 1, by its series."""
    total, term, n = 0, 1 << PRECISION, 0
    while term:
        total, n = total + term, n + 1
        term = term * numerator // (denominator * n)
    return total


def fixed_pi():
    def arctan_inverse(k):
        power = total = (1 << PRECISION) // k
        n, sign = 3, -1
        while power:
            power //= k * k
            total, n, sign = total + sign * (power // n), n + 2, -sign
        return total
    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239))


def make_exponentials():
    one = 1 << PRECISION
    root = 2 * one
    for _ in range(12):
        root = math.isqrt(root << PRECISION)  # ends as 2^(1/4096)
    power = [one]
    for _ in range(4096):
        power.append(power[-1] * root >> PRECISION)
    power[4096] = 2 * one
    exp = []
    for d in range(4096):
        whole, part = divmod(24 * 128 - d, 128)
        exp.append(min(nearest(power[32 * part], PRECISION - whole), 2**24 - 1) if d < 3201 else 0)
    expf = [min(nearest(power[4096 - f], PRECISION - 30), 2**31 - 1) for f in range(4096)]
    return exp, expf


def make_activations():
    one = 1 << PRECISION
    step, sig, phi = fixed_exp(1, 64), {}, {}
    e = one  # e^(n/64)
    sqrt_two_pi = math.isqrt((2 * fixed_pi()) << PRECISION)
    for n in range(513):
        x = n * one // 64
        sig[n], sig[-n] = e * one // (one + e), one * one // (one + e)
        # Φ(x) = 1/2 + φ(x)·(x + x³/3 + x⁵/(3·5) + …), φ(x) = e^(−x²/2)/√(2π)
        total, term, k = 0, x, 1
        while term:
            total, k = total + term, k + 2
            term = (term * x >> PRECISION) * x // (k << PRECISION)
        square = n * n  # x²/2 = n²/8192
        bell = one * one // (fixed_exp(1, 1) ** (square // 8192) >> PRECISION * max(0, square // 8192 - 1)
                             if square >= 8192 else one)
        bell = bell * one // fixed_exp(square % 8192, 8192) * one // sqrt_two_pi
        half = bell * total >> PRECISION
        phi[n], phi[-n] = one // 2 + half, one // 2 - half
        e = e * step >> PRECISION
    tables = []
    for values in (sig, phi):
        table = [nearest(values[i - 512], PRECISION - 16) for i in range(1024)]
        table[0], table[1023] = 0, 1 << 16
        tables.append(table)
    return tables


def make_tables():
    exp, expf = make_exponentials()
    sig, phi = make_activations()
    return exp, sig, phi, expf


EXP, SIG, PHI, EXPF = (np.array(t, dtype=np.int64) for t in make_tables())
TABLE_BYTES = b"".join(t.astype("<u4").tobytes() for t in (EXP, SIG, PHI, EXPF))
assert sha(TABLE_BYTES).hex() == TABLES_SHA256, "the generated tables differ from the published ones"
LADDER = [(2**24 // m + 1) // 2 for m in range(128, 256)]  # u_j


@lru_cache(maxsize=1 << 16)
def cos_sin(phase):
    q, r = phase >> 62, phase & ((1 << 62) - 1)
    x = (r * 3622009729038561421) >> 63
    sums, term, n = [0, 0], 1 << 60, 0
    while term:
        sums[n & 1] += -term if n & 2 else term
        n += 1
        term = ((term * x) >> 60) // n
    c, s = (min(max(rs(v, 45), 0), 32768) for v in sums)
    c, s = ((c, s), (-s, c), (-c, -s), (s, -c))[q]
    return min(32767, c), min(32767, s)


# --- 3. Operators ----------------------------------------------------------------------------------------------------

INT8, BLOCK_SHIFT, TWO_LIMBS = 0, 1, 2


def operand_limit(mode):
    return 32767 if mode == TWO_LIMBS else 127


def norm_statistics(x, E, centred=False):
    """3.2: the reduced row h, R and s."""
    if centred:
        x = len(x) * x - x.sum()
    t = max(0, bl(int(np.abs(x).max())) - 22)
    h = rs_array(x, t)
    v = int((h * h).sum()) + max(1, rs(E, 2 * t))
    s = (bl(v) - 29) & ~1
    v = v >> s if s >= 0 else v << -s
    return h, math.isqrt(2**60 // v), s


def formed_norm(norm, x):
    h, R, s = norm_statistics(x, norm.E, norm.centred)
    return rs_array(h * norm.g * R, 30 + s // 2 + norm.e_g - norm.f_out) + norm.beta


def hadamard(y, b):
    y, width = y.reshape(-1, b), 1
    while width < b:
        pairs = y.reshape(-1, b // (2 * width), 2, width)
        y = np.stack((pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]), axis=2).reshape(-1, b)
        width *= 2
    return y.reshape(-1)


def quantiser_step(P, N, X):
    """3.3 in closed form: (k, j) of a row whose greatest value is P and whose least is −N."""
    A, k = 2 * X + 1, 1
    while True:
        m = 255
        if P > 0:
            m = min(m, ((A << (k - 1)) - 1) // P)
        if N > 0:
            m = min(m, (A << (k - 1)) // N)
        if m >= 128:
            return (k, 0) if P == N == 0 else (k, m - 128)
        k += 1


def quantise(y, b, mode):
    """3.3: operands, k and j of a row."""
    y = hadamard(y, b) if b > 1 else y
    k, j = quantiser_step(max(0, int(y.max())), max(0, -int(y.min())), operand_limit(mode))
    scaled = y * (128 + j)
    if mode != BLOCK_SHIFT:
        return rs_array(scaled, k), k, j
    blocks = scaled.reshape(-1, b)
    n = np.zeros((len(blocks), 1), dtype=np.int64)
    for candidate in range(1, 8):
        n[np.abs(rs_array(blocks, k - candidate)).max(axis=1) <= 127] = candidate
    return (rs_array(blocks, k - n) << (7 - n)).reshape(-1), k, j


def witness(y, b, mode):
    """The index that shows that (k, j) is the finest step, or None."""
    y = hadamard(y, b) if b > 1 else y
    X = operand_limit(mode)
    k, j = quantiser_step(max(0, int(y.max())), max(0, -int(y.min())), X)
    k, m = (k, 129 + j) if j < 127 else (k - 1, 128)
    outside = np.flatnonzero(np.abs(rs_array(y * m, k)) > X)
    return int(outside[0]) if len(outside) else None


def site_after_norm(site, norm, x):
    """Of a block's input; without a norm the residual stream itself (3.10)."""
    if norm is None:
        return site_of_row(site, x, 16)
    h, R, s = norm_statistics(x, norm.E, norm.centred)
    q, k, j = quantise(h * norm.g, site.b, site.mode)
    r, f = norm12(LADDER[j] * R, 53 + s // 2 - k)
    return q, r, f + (7 if site.mode == BLOCK_SHIFT else 0)


def site_of_row(site, y, f_y):
    q, k, j = quantise(y, site.b, site.mode)
    r, f = norm12(LADDER[j], 23 + f_y - k)
    return q, r, f + (7 if site.mode == BLOCK_SHIFT else 0)


def linear(matrix, operand):
    q, r, f = operand
    return rs_array((matrix.wide() @ q) * (matrix.w * r), matrix.e + f - matrix.f_out) + matrix.bias


def rope(x, p, frequencies):
    """3.5 on the rows of x (heads × D)."""
    if frequencies is None:
        return x << 15
    C, S = np.array([cos_sin(p * w % 2**64) for w in frequencies], dtype=np.int64).T
    low, high = x[:, :x.shape[1] // 2], x[:, x.shape[1] // 2:]
    return np.concatenate((low * C - high * S, high * C + low * S), axis=1)


def value_head(v, shift):
    for n in range(8):
        reduced = rs_array(v, shift + n)
        if np.abs(reduced).max() <= 127:
            return reduced, n
    return np.clip(reduced, -127, 127), 7


def mix_values(z, values, n, cap):
    """3.6 from scores on: the 12-bit output of one head."""
    p = EXP[np.minimum(z.max() - z, 4095)]
    total, num = int(p.sum()), (p << n) @ values
    L = bl(total)
    inv, c = (1 << (L + 15)) // total, max(0, L - 30)
    return rs_array(rs_array(num, c) * inv, L + 15 - c + cap - 12)


class AttentionState:
    """One attention block with its cache; `add` adds a position, `output` attends from one."""

    def __init__(self, block, capacity):
        self.block, shape = block, (capacity, block.kv_heads, block.head_size)
        self.keys, self.values = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.k_scale, self.v_shift = np.zeros((capacity, block.kv_heads, 2), np.int64), np.zeros(shape[:2], np.int64)

    def add(self, p, x):
        """The position's queries, and the payloads of its K and V heads."""
        a = self.block
        operand = site_after_norm(a.input_site, a.norm, x)
        heads = [linear(m, operand).reshape(-1, a.head_size) for m in (a.q, a.k, a.v)]
        if a.q_norm:
            for i, norm in enumerate((a.q_norm, a.k_norm)):
                heads[i] = np.stack([formed_norm(norm, head) for head in heads[i]])
        query, key = rope(heads[0], p, a.frequencies), rope(heads[1], p, a.frequencies) - a.key_offset
        return query, self.store(p, key, heads[2])

    def output(self, p, query, count=None):
        """The block's output row at p; of an encoder with its count of positions."""
        a = self.block
        first = max(0, p - a.window + 1) if a.window else 0
        if a.chunk:
            first = max(first, a.chunk * (p // a.chunk))
        visible = slice(first, count or p + 1)
        rows = [self.attend(p, visible, h // (a.heads // a.kv_heads), query[h]) for h in range(a.heads)]
        return linear(a.output, site_of_row(a.output_site, np.concatenate(rows), 12))

    def store(self, p, key, value):
        a, key_payloads, value_payloads = self.block, [], []
        mode = TWO_LIMBS if a.key_limbs == 2 else INT8
        for h in range(a.kv_heads):
            q, k, j = quantise(key[h], a.b_qk, mode)
            self.keys[p, h], self.k_scale[p, h] = q, norm12(LADDER[j], 23 + a.key_fraction() - k)
            v, n = value_head(value[h], a.v.f_out - a.cap)
            self.values[p, h], self.v_shift[p, h] = v, n
            key_payloads.append(q.astype("<i2" if a.key_limbs == 2 else "i1").tobytes() + bytes([k, j]))
            value_payloads.append(v.astype("i1").tobytes() + bytes([n]))
        return key_payloads + value_payloads

    def attend(self, p, visible, h, query):
        a = self.block
        q, k, j = quantise(query, a.b_qk, TWO_LIMBS if a.query_limbs == 2 else INT8)
        factor, e = a.c_q, a.e_q
        if a.temperature:
            step, taus = a.temperature
            factor, e = factor * taus[min((p + 1) // step, len(taus) - 1)], e + 14
        r, f = norm12(LADDER[j] * factor, 23 + a.query_fraction() + e - k)
        r_k, f_k = self.k_scale[visible, h].T
        z = rs_array((self.keys[visible, h] @ q) * (r_k * r), f + f_k - 7)
        return mix_values(z, self.values[visible, h], self.v_shift[visible, h], a.cap)


def activate(x, fraction, activation):
    if activation == 3:
        return np.maximum(x, 0)
    index = np.clip(rs_array(x, fraction - 6) + 512, 0, 1023)
    return rs_array(x * (SIG if activation == 1 else PHI)[index], 16)


def apply_network(network, operand, gamma=None):
    """3.7 or 3.12; gamma weighs the operand of down."""
    up = linear(network.up, operand)
    if network.gate:
        h = activate(linear(network.gate, operand), network.gate.f_out, network.activation) * up
    else:
        h = activate(up, network.up.f_out, network.activation)
    inner = site_of_row(network.down_site, h, network.inner_fraction())
    return linear(network.down, weighted(inner, gamma) if gamma else inner)


def weighted(operand, gamma):
    q, r, f = operand
    return (q,) + norm12(r * gamma, f + 15)


def power(x):
    delta = rs(min(x, 2**36) * 94548, 20)
    return int(EXPF[delta % 4096]) >> (delta // 4096) if delta // 4096 < 31 else 0


def choose(logits, count, weighting):
    """3.13: (index, weight) of the chosen experts."""
    chosen = sorted(range(len(logits)), key=lambda i: (-logits[i], i))[:count]
    if weighting == 3:
        weights = []
        for i in chosen:
            w = power(abs(logits[i]))
            weights.append((2**46 if logits[i] >= 0 else w * 2**15) // (2**31 + w))
        return list(zip(chosen, weights))
    powers = [power(max(logits) - l) for l in logits]
    S = sum(powers[i] for i in (chosen if weighting == 1 else range(len(logits))))
    return [(i, powers[i] * 2**15 // S) for i in chosen]


def feed_forward(block, x):
    operand, body = site_after_norm(block.input_site, block.norm, x), block.body
    if not hasattr(body, "router"):
        return apply_network(body, operand)
    total = apply_network(body.shared, operand) if body.shared else np.zeros(len(x), np.int64)
    for i, gamma in choose(linear(body.router, operand).tolist(), body.chosen, body.weighting):
        if gamma == 0:
            continue
        if body.placement == 1:
            total = total + apply_network(body.networks[i], weighted(operand, gamma))
        else:
            total = total + apply_network(body.networks[i], operand, gamma)
    return total


def block_sum(x, y, post_norm):
    """3.8 and 3.10: what a block leaves of the residual stream."""
    return formed_norm(post_norm, x + y) if post_norm else x + y


def embed(graph, token, p):
    def row(matrix, i):
        return rs_array(matrix.weights[i].astype(np.int64) * matrix.w[i], matrix.e - 16)
    x = row(graph.embedding, token)
    if graph.positions:
        x = x + row(graph.positions, p)
    return formed_norm(graph.embedding_norm, x) if graph.embedding_norm else x


def pool(rows, pooling, dimensions):
    """3.14, rows: residuals out of the last layer."""
    s = (rows[0] if pooling == 2 else np.sum(rows, axis=0))[:dimensions]
    h, R, s = norm_statistics(s, 0)
    return rs_array(h * R, 30 + s // 2 - 24)


# 3.9 Sampler


@dataclass
class Sampling:
    temperature: int = 0
    top_k: int = 0
    top_p: int = 10000
    repetition: int = 10000
    frequency: int = 0
    presence: int = 0
    bias: dict = field(default_factory=dict)
    seed: bytes = bytes(32)
    choice: int = 0


def sample(logits, prompt, answer, o):
    ell = logits.astype(np.int64)
    for i, bias in o.bias.items():
        ell[i] += bias * 2**16 // 10**4
    if o.repetition != 10**4:
        for i in set(prompt) | set(answer):
            x = int(ell[i])
            ell[i] = x * 10**4 // o.repetition if x > 0 else x * o.repetition // 10**4
    for i, c in Counter(answer).items():
        ell[i] -= (o.frequency * c + o.presence) * 2**16 // 10**4
    if o.temperature == 0:
        return int(ell.argmax())
    delta = rs_array(np.minimum(ell.max() - ell, 2**36) * (94548 * 10**4 // o.temperature), 20)
    w = EXPF[delta % 4096] >> np.minimum(delta // 4096, 31)
    ranked = np.argsort(-ell, kind="stable")
    if o.top_k > 0:
        ranked = ranked[:o.top_k]
    if o.top_p < 10**4:
        cumulative = np.cumsum(w[ranked])
        least = -(-o.top_p * int(cumulative[-1]) // 10**4)
        ranked = ranked[:int(np.searchsorted(cumulative, least)) + 1]
    kept = np.sort(ranked)
    cumulative = np.cumsum(w[kept])
    message = o.seed + u32(o.choice) + struct.pack("<Q", len(answer))
    U = int.from_bytes(tagged("razao/sample/1", message)[:8], "little")
    return int(kept[np.searchsorted(cumulative, U * int(cumulative[-1]) >> 64, side="right")])
