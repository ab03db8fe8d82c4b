"""SPEC.md sections 8 and 9, independently: accept, receipt, bundle and level 0.

    spec_receipt.py BUNDLE      prints each check of level 0
"""
import hashlib
import json
import struct
import sys
from decimal import Decimal, InvalidOperation

from razao_spec import token_chain
from spec_arithmetic import Violation, merkle, need, tagged, u32

# --- Ed25519 (RFC 8032) ----------------------------------------------------------------------------------------------

PRIME, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, PRIME) % PRIME


def recover_x(y, sign):
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return None
    return x if x & 1 == sign else PRIME - x


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % PRIME, (p[1] + p[0]) * (q[1] + q[0]) % PRIME
    c, d = 2 * p[3] * q[3] * CURVE_D % PRIME, 2 * p[2] * q[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def multiply(s, p):
    result = (0, 1, 1, 0)
    while s:
        if s & 1:
            result = add(result, p)
        s, p = s >> 1, add(p, p)
    return result


def equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % PRIME == 0 and (p[1] * q[2] - q[1] * p[2]) % PRIME == 0


BASE_Y = 4 * pow(5, -1, PRIME) % PRIME
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % PRIME)


def encode_point(p):
    inverse = pow(p[2], -1, PRIME)
    x, y = p[0] * inverse % PRIME, p[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode_point(data):
    y, sign = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    x = recover_x(y, sign) if y < PRIME else None
    return None if x is None else (x, y, 1, x * y % PRIME)


def challenge(r, key, message):
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER


def secret_scalar(secret):
    digest = hashlib.sha512(secret).digest()
    return int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254, digest[32:]


def public_key(secret):
    return encode_point(multiply(secret_scalar(secret)[0], BASE))


def sign(secret, message):
    a, prefix = secret_scalar(secret)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ORDER
    R = encode_point(multiply(r, BASE))
    return R + ((r + challenge(R, public_key(secret), message) * a) % ORDER).to_bytes(32, "little")


def verify(key, message, signature):
    """Without cofactor: R is compared as bytes."""
    A, S = decode_point(key), int.from_bytes(signature[32:], "little")
    if A is None or S >= ORDER or equal(multiply(8, A), (0, 1, 1, 0)):
        return False
    k = challenge(signature[:32], key, message)
    return encode_point(add(multiply(S, BASE), multiply(ORDER - k, A))) == signature[:32]


# --- 8. Accept, receipt ----------------------------------------------------------------------------------------------

# Name and size of each field; a size alone is zeros.
ACCEPT = [("magic", 8), ("version", 4), 4, ("network", 32), ("requestID", 16), ("nonce", 32), ("key", 32),
          ("program", 32), ("endpoint", 1), 7, ("request", 32), ("requestBytes", 8), ("seedKind", 1), 7, ("seed", 32),
          ("payerKind", 1), 7, ("payer", 32), ("promptPrice", 8), ("answerPrice", 8),
          ("acceptedAt", 8), ("expiry", 8), ("consent", 32), ("named", 32), ("channel", 32),
          ("epoch", 8), ("slot", 4), 4, ("contributions", 32), ("signature", 64)]
RECEIPT = [("magic", 8), ("version", 4), ("arithmetic", 4), ("network", 32), ("requestID", 16), ("nonce", 32),
           ("expiry", 8), ("provider", 32), ("key", 32), ("program", 32), 32, ("endpoint", 1), 7, ("request", 32),
           ("requestBytes", 8), ("prompt", 32), ("promptCount", 4), ("prefixLength", 4), ("prefix", 32), ("temperature", 4), ("topP", 4),
           ("topK", 4), ("repetition", 4), ("presence", 4), ("frequency", 4), ("limit", 4), ("choice", 4),
           ("extras", 32), ("seedKind", 1), 7, ("seed", 32), ("material", 32), ("accept", 32), ("chain", 32),
           ("answerCount", 4), ("finish", 1), ("partial", 1), 2, ("text", 32), ("textBytes", 8), ("trace", 32),
           ("positions", 4), ("layers", 4), ("payerKind", 1), 7, ("payer", 32), ("promptPrice", 8), ("answerPrice", 8),
           ("owed", 8), ("channel", 32), ("channelOwed", 8), ("consent", 32), ("acceptedAt", 8), ("firstAt", 8), ("finishedAt", 8),
           ("signature", 64)]
VOUCHER = [("magic", 8), ("version", 4), 4, ("chain", 32), ("channel", 32), ("key", 32), ("cumulative", 8),
           ("reference", 32), ("signature", 64)]
INCLUSION = [("chain", 32), ("provider", 32), ("batch", 8), ("height", 8), ("index", 4), ("count", 4)]
VERSIONS = {b"RAZAOAC1": 2, b"RAZAORC1": 2, b"RAZAOVO1": 1}
SLOTS = 4096
SIGNED = {"presence", "frequency"}
CODES = {"endpoint": (1, 5), "seedKind": (1, 3), "payerKind": (1, 2), "finish": (1, 6), "partial": (0, 1)}
AS_ACCEPTED = ("network", "requestID", "nonce", "expiry", "key", "program", "endpoint", "request", "requestBytes",
               "seedKind", "seed", "payerKind", "payer", "promptPrice", "answerPrice", "acceptedAt", "consent", "channel")


def decode(layout, magic, data):
    """The fields of a record; numbers where a field is 8 bytes or fewer."""
    need(len(data) == sum(f if isinstance(f, int) else f[1] for f in layout), magic.decode(), "size")
    fields, at = {}, 0
    for entry in layout:
        name, size = (None, entry) if isinstance(entry, int) else entry
        part, at = data[at:at + size], at + size
        if name is None:
            need(not any(part), magic.decode(), f"zeros before {at}")
        else:
            number = size <= 8 and name != "magic"
            fields[name] = int.from_bytes(part, "little", signed=name in SIGNED) if number else part
        low, high = CODES.get(name, (0, 0))
        need(name not in CODES or low <= fields[name] <= high, magic.decode(), f"code {name}")
    need(fields["magic"] == magic and fields["version"] == VERSIONS[magic], magic.decode(), "magic or version")
    return fields


def encode(layout, fields):
    out = b""
    for entry in layout:
        name, size = (None, entry) if isinstance(entry, int) else entry
        value = fields[name] if name else bytes(size)
        out += value if isinstance(value, bytes) else value.to_bytes(size, "little", signed=name in SIGNED)
    return out


def blind(name, master):
    return tagged(f"razao/blind/{name}/1", master)


def commitment(name, master, data):
    return tagged(f"razao/commit/{name}/1", blind(name, master) + data)


def consent_commitment(blind, is_given):
    return tagged("razao/commit/consent/1", blind + bytes([is_given]))


def sampler_seed(kind, material, body, contribution=b""):
    """The contribution is a joint seed's."""
    name = {1: "explicit", 2: "joint", 3: "gateway"}[kind]
    return tagged(f"razao/seed/{name}/1", material + contribution + tagged("razao/request/1", body))


def contribution(secret, epoch, slot):
    return tagged("razao/contribution/1", secret + struct.pack("<QI", epoch, slot))


def contribution_leaf(slot, value):
    return tagged("razao/contribution-leaf/1", u32(slot) + value)


def contribution_leaves(secret, epoch):
    return [contribution_leaf(slot, contribution(secret, epoch, slot)) for slot in range(SLOTS)]


def inclusion_path(index, hashes):
    """RFC 9162, 2.1.3.1."""
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return inclusion_path(index, hashes[:split]) + [merkle(hashes[split:])]
    return inclusion_path(index - split, hashes[split:]) + [merkle(hashes[:split])]


def inclusion_root(value, index, count, path):
    """The root that a path leads to, the recursion of the definition read backwards; None where it cannot be one."""
    if not index < count:
        return None
    if count == 1:
        return None if path else value
    if not path:
        return None
    split = 1 << (count - 1).bit_length() - 1
    if index < split:
        left = inclusion_root(value, index, split, path[:-1])
        return left and node(left, path[-1])
    right = inclusion_root(value, index - split, count - split, path[:-1])
    return right and node(path[-1], right)


def receipt_hash(receipt):
    return tagged("razao/receipt-hash/1", receipt)


def batch_leaf(receipt):
    return tagged("razao/batch-leaf/1", receipt_hash(receipt))


def amount(prompt, prompt_price, answer, answer_price):
    return -(-(prompt * prompt_price + answer * answer_price) // 10**6)


def extras_hash(biases, stops):
    out = u32(len(biases)) + b"".join(struct.pack("<Ii", i, biases[i]) for i in sorted(biases)) + u32(len(stops))
    return tagged("razao/extras/1", out + b"".join(u32(len(s)) + s for s in stops))


def trace_salt(provider, master):
    return tagged("razao/salt/trace/1", provider + blind("trace", master))


def ids_bytes(ids):
    return b"".join(map(u32, ids))


# --- 9. Bundle and level 0 -------------------------------------------------------------------------------------------

PARTS = ("receipt", "accept", "master", "body", "prompt", "answer", "text", "trace", "certificate")


def names_of(version):
    return PARTS + {1: (), 2: ("origin",), 3: ("origin", "joint", "inclusion")}[version]


def encode_bundle(parts):
    """Absent parts are missing or empty; the lowest version that holds the rest."""
    version = 3 if parts.get("joint") or parts.get("inclusion") else 2 if parts.get("origin") else 1
    parts = {"origin": b"", "joint": b"", "inclusion": b""} | parts
    return b"RAZAOBN1" + u32(version) + b"".join(u32(len(parts[p])) + parts[p] for p in names_of(version))


def decode_bundle(data):
    need(data[:12] in [b"RAZAOBN1" + u32(version) for version in (1, 2, 3)], "bundle", "magic or version")
    parts, at = {}, 12
    for name in names_of(data[8]):
        need(len(data) - at >= 4, "bundle", "it ends too early")
        size = int.from_bytes(data[at:at + 4], "little")
        need(size <= min(2**26, len(data) - at - 4), "bundle", f"length of {name}")
        parts[name], at = data[at + 4:at + 4 + size], at + 4 + size
    need(at == len(data), "bundle", "bytes after the last field")
    trace, certificate = parts["trace"], len(parts["certificate"])
    need(len(parts["master"]) == 32, "bundle", "master blind")
    need(len(parts["prompt"]) % 4 == 0 and len(parts["answer"]) % 4 == 0, "bundle", "ids")
    need(trace == b"\0" or (trace[:1] == b"\1" and len(trace) % 32 == 1 and 1 < len(trace) <= 1 + 32 * 16384),
         "bundle", "trace")
    need(certificate == 0 or 65 <= certificate <= 64 + 65536, "bundle", "certificate")
    origin, joint, inclusion = (len(parts.get(name, b"")) for name in ("origin", "joint", "inclusion"))
    need(origin == 0 and data[8] != 2 or (928 <= origin <= 928 + 32 * 64 and origin % 32 == 0), "bundle", "origin")
    need(joint in (0, 32 + 32 * 12), "bundle", "joint seed")
    need(inclusion == 0 or (88 <= inclusion <= 88 + 32 * 32 and inclusion % 32 == 88 % 32), "bundle", "inclusion")
    need(data[8] < 3 or joint or inclusion, "bundle", "a higher version than it needs")
    return parts


def without_inclusion(data):
    """The bundle as it was before its receipt was anchored."""
    return encode_bundle(decode_bundle(data) | {"inclusion": b""})


def unique(members):
    need(len({name for name, _ in members}) == len(members), "body", "a name twice")
    return dict(members)


def depth(value):
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, values), default=-1)


def number(text):
    """An integer where it is one, as `1.0` and `1e0` are, and fits in 64 bits or nearly so."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0 if not text.lower().split("e")[0].strip("-0.") else "NaN")
    return int(value) if value.adjusted() < 40 and value == value.to_integral_value() else value


def no_number(name):
    raise ValueError(name)


def contribution_holds(accept, opening):
    value, path = opening[:32], [opening[at:at + 32] for at in range(32, len(opening), 32)]
    root = inclusion_root(contribution_leaf(accept["slot"], value), accept["slot"], SLOTS, path) if opening else None
    return root is not None and root == accept["contributions"]


def seed_holds(receipt, accept, body, opening=b""):
    try:
        top = json.loads(body.decode("utf-8"), object_pairs_hook=unique, parse_float=number,
                         parse_int=number, parse_constant=no_number)
    except (ValueError, Violation, RecursionError):
        return False
    if not isinstance(top, dict) or len(body) > 8 << 20 or depth(top) > 32:
        return False
    seed, material = top.get("seed"), receipt["material"]
    unasked = (accept["epoch"], accept["slot"], accept["contributions"], opening) == (0, 0, bytes(32), b"")
    if not (contribution_holds(accept, opening) if receipt["seedKind"] == 2 else unasked):
        return False
    if receipt["seedKind"] != 1:
        return receipt["seed"] == tagged("razao/seed/commit/1", material) and seed is None
    return (type(seed) is int and -2**63 <= seed < 2**63 and receipt["seed"] == bytes(32)
            and material == seed.to_bytes(8, "little", signed=True) + bytes(24))


def trace_holds(receipt, trace):
    """None without hashes."""
    if trace == b"\0":
        return None if receipt["positions"] else receipt["trace"] == bytes(32)
    hashes, layers = [trace[i:i + 32] for i in range(1, len(trace), 32)], receipt["layers"]
    tokens = [merkle(hashes[i:i + layers]) for i in range(0, len(hashes), layers or 1)]
    return len(hashes) == receipt["positions"] * layers and merkle(tokens) == receipt["trace"]


def positions_hold(r):
    prompt, answer, length = r["promptCount"], r["answerCount"], r["prefixLength"]
    wanted = {1: prompt + answer - 1 - length, 2: prompt + answer - 1 - length, 3: prompt, 4: 1, 5: 1}
    return r["positions"] == wanted[r["endpoint"]] and 1 <= r["layers"] <= 1024


def begins(root, length, whole, count, path):
    """RFC 9162, 2.1.4.2: whether a tree of `count` leaves with root `whole` begins with `length` leaves under `root`."""
    if not 1 <= length <= count:
        return False
    if length == count:
        return not path and root == whole
    path = ([root] if length & (length - 1) == 0 else []) + path
    if not path:
        return False
    first, second = length - 1, count - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = path[0]
    for step in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            old, new = node(step, old), node(step, new)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            new = node(new, step)
        first, second = first >> 1, second >> 1
    return second == 0 and old == root and new == whole


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def prefix_holds(r, origin):
    """None where there is no cached prefix."""
    length, root = r["prefixLength"], r["prefix"]
    if (length == 0) != (root == bytes(32)) or (length == 0) != (origin is None):
        return False
    if origin is None:
        return None
    try:
        first = decode(RECEIPT, b"RAZAORC1", origin[:864])
    except Violation:
        return False
    same = ("key", "provider", "network", "program", "arithmetic", "layers", "payerKind", "payer")
    trace_blind, tree, path = origin[864:896], origin[896:928], [origin[at:at + 32] for at in range(928, len(origin), 32)]
    return (r["endpoint"] <= 2 and length < r["promptCount"] and root == tagged("razao/prefix/1", tree + trace_blind)
            and signature_holds("razao/receipt/1", first["key"], origin[:864]) and all(first[n] == r[n] for n in same)
            and first["endpoint"] <= 2 and first["prefixLength"] == 0 and length <= first["positions"]
            and first["requestID"] != r["requestID"] and first["finishedAt"] <= r["firstAt"]
            and first["positions"] == first["promptCount"] + first["answerCount"] - 1
            and begins(tree, length, first["trace"], first["positions"], path))


def channel_holds(r):
    return r["channelOwed"] >= r["owed"] if r["channel"] != bytes(32) else r["channelOwed"] == 0


def read_inclusion(field):
    fields, at = {}, 0
    for name, size in INCLUSION:
        fields[name], at = field[at:at + size], at + size
        if size <= 8:
            fields[name] = int.from_bytes(fields[name], "little")
    return fields | {"path": [field[i:i + 32] for i in range(at, len(field), 32)]}


def inclusion_holds(r, receipt, field, anchor=None):
    """None where there is none, or nobody asks the ledger; an anchor is its (batch, height, count, root)."""
    if not field:
        return None
    i = read_inclusion(field)
    root = inclusion_root(batch_leaf(receipt), i["index"], i["count"], i["path"])
    if root is None or i["batch"] == 0 or (i["chain"], i["provider"]) != (r["network"], r["provider"]):
        return False
    return None if anchor is None else (i["batch"], i["height"], i["count"], root) == anchor


def sampling_holds(r):
    defaults = {"temperature": 10**4, "topP": 10**4, "topK": 0, "repetition": 10**4, "presence": 0, "frequency": 0,
                "limit": 0, "choice": 0, "extras": extras_hash({}, [])}
    if r["endpoint"] > 2 and any(r[name] != value for name, value in defaults.items()):
        return False
    return (r["arithmetic"] == 1 and (r["temperature"] == 0 or 100 <= r["temperature"] <= 10**6)
            and 1 <= r["topP"] <= 10**4 and r["topK"] < 2**31 and 1000 <= r["repetition"] <= 10**5
            and abs(r["presence"]) <= 20000 and abs(r["frequency"]) <= 20000 and r["limit"] <= 2**20
            and r["choice"] == 0)


def finish_holds(r):
    n, m = r["answerCount"], r["limit"]
    within, before = m == 0 or n <= m, m == 0 or n < m
    kinds = {1: n >= 1 and within, 2: n >= 1 and within, 3: n == m and m > 0, 4: n >= 1 and before, 5: before,
             6: n == 0 and m == 0}
    return (kinds[r["finish"]] and r["partial"] == (r["finish"] == 5)
            and (r["finish"] == 6) == (r["endpoint"] > 2))


def signature_holds(tag, key, record):
    return verify(key, tagged(tag, record[:-64]), record[-64:])


def level0(data, anchor=None):
    """The checks in order, as (name, True, False or None for "cannot tell"); ends at the first that fails."""
    try:
        parts = decode_bundle(data)
        r, a = decode(RECEIPT, b"RAZAORC1", parts["receipt"]), decode(ACCEPT, b"RAZAOAC1", parts["accept"])
    except Violation as violation:
        return [(f"layout ({violation})", False)]
    master, body, certificate, blank = parts["master"], parts["body"], parts["certificate"], bytes(32)
    prompt, answer = (struct.unpack(f"<{len(parts[p]) // 4}I", parts[p]) for p in ("prompt", "answer"))
    checks = [
        ("layout", lambda: True),
        ("accept signature", lambda: signature_holds("razao/accept/1", a["key"], parts["accept"])),
        ("receipt signature", lambda: signature_holds("razao/receipt/1", r["key"], parts["receipt"])),
        ("provider", lambda: r["provider"] == tagged("razao/provider/1", r["key"])),
        ("accept", lambda: all(r[n] == a[n] for n in AS_ACCEPTED)
         and r["accept"] == tagged("razao/accept-hash/1", parts["accept"])),
        ("request", lambda: r["requestBytes"] == len(body) and r["request"] == commitment("request", master, body)),
        ("seed", lambda: seed_holds(r, a, body, parts.get("joint", b""))),
        ("prompt", lambda: 1 <= len(prompt) == r["promptCount"]
         and r["prompt"] == commitment("prompt", master, parts["prompt"]) and a["named"] in (blank, r["prompt"])),
        ("chain", lambda: len(answer) == r["answerCount"]
         and token_chain(blind("chain", master), answer) == r["chain"]),
        ("text", lambda: r["textBytes"] == len(parts["text"])
         and r["text"] == commitment("text", master, parts["text"])),
        ("trace", lambda: trace_holds(r, parts["trace"])),
        ("positions", lambda: positions_hold(r)),
        ("cached prefix", lambda: prefix_holds(r, parts.get("origin") or None)),
        ("amount", lambda: r["owed"] == amount(len(prompt), r["promptPrice"], len(answer), r["answerPrice"])),
        ("channel", lambda: channel_holds(r)),
        ("sampling", lambda: sampling_holds(r)),
        ("finish", lambda: finish_holds(r)),
        ("times", lambda: r["acceptedAt"] <= r["firstAt"] <= r["finishedAt"] <= r["expiry"]),
        ("consent", lambda: r["consent"] == blank or None),
        ("certificate", lambda: verify(r["key"], tagged("razao/certificate/1", certificate[64:]), certificate[:64])
         if certificate else None),
        ("inclusion", lambda: inclusion_holds(r, parts["receipt"], parts.get("inclusion", b""), anchor)),
    ]
    report = []
    for name, check in checks:
        report.append((name, check()))
        if report[-1][1] is False:
            break
    return report


def main(argv):
    with open(argv[0], "rb") as file:
        report = level0(file.read())
    for name, result in report:
        print(f"{name}: {'cannot tell' if result is None else 'holds' if result else 'fails'}")
    return 1 if report[-1][1] is False else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
