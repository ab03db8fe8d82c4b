"""docs/spec-import-networks.md, independently, for the three published networks: the matrices and operators that an importer
must write, compared with a program file's.

    spec_import_networks.py donor|acceptor|mnist SOURCE PROGRAM
"""
import json
import math
import struct
import sys

import numpy as np

from spec_network import read_network_program


def safetensors(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__")
    return {
        name: np.frombuffer(data[8 + size + t["data_offsets"][0] : 8 + size + t["data_offsets"][1]], "<f4")
        .astype(np.float64).reshape(t["shape"])
        for name, t in header.items()
    }


def fields(data):
    """The fields of a protocol-buffer message, a list of values by number."""
    found, at = {}, 0

    def variable():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = variable()
        if key & 7 == 0:
            value = variable()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or variable()
            value = data[at : at + size]
            at += size
        found.setdefault(key >> 3, []).append(value)
    return found


def onnx_constants(path):
    graph = fields(fields(open(path, "rb").read())[7][0])
    found = {}
    for entry in graph[5]:
        tensor = fields(entry)
        if tensor[2] == [1]:
            raw = tensor[9][0] if 9 in tensor else b"".join(tensor[4])
            found[tensor[8][0].decode()] = np.frombuffer(raw, "<f4").astype(np.float64).reshape(tensor[1])
    return found


# --- Section 3 ---------------------------------------------------------------------------------------------------------


def normalization(t, name):
    epsilon = float(np.float32(0.001))
    s = t[name + ".gamma"] / np.sqrt(t[name + ".moving_variance"] + epsilon)
    return s, t[name + ".beta"] - t[name + ".moving_mean"] * s


def after(W, b, s, o):
    return W * s[:, None], b * s + o


def before(W, b, s, o):
    area = W.shape[1] // len(s)
    sums = []
    for row in W:
        total = 0.0
        for i, w in enumerate(row):
            total += w * o[i // area]
        sums.append(total)
    return W * np.repeat(s, area), b + np.array(sums)


# --- Section 5 ---------------------------------------------------------------------------------------------------------


def hadamard(x, block):
    x = x.reshape(len(x), -1, block).copy()
    stride = 1
    while stride < block:
        y = x.reshape(x.shape[0], x.shape[1], -1, 2, stride)
        x = np.stack([y[..., 0, :] + y[..., 1, :], y[..., 0, :] - y[..., 1, :]], -2).reshape(x.shape)
        stride *= 2
    return (x / block).reshape(len(x), -1)


def limbs(W, block):
    rest, found = hadamard(W, block), []
    for _ in range(2):
        if found and not rest.any():
            break
        A = np.abs(rest).max(1)
        e = 100
        while A.max() > 0 and math.ceil(A.max() * 2.0**e / 127) > 4095:
            e -= 1
        w = np.maximum(1, np.ceil(A * 2.0**e / 127))
        q = np.clip(np.rint(rest * 2.0**e / w[:, None]), -127, 127)
        rest = rest - q * w[:, None] * 2.0**-e
        found.append((q, w, e))
    return found


def donor(t):
    W, b = {}, {}
    for layer in ("dense1", "dense2", "dense_1"):
        W[layer], b[layer] = t[layer + ".kernel"].T, t[layer + ".bias"]
    P = W["dense1"].shape[1] // 4
    W["dense1"] = W["dense1"].reshape(-1, P, 4).transpose(0, 2, 1).reshape(-1, 4 * P)
    for layer, name in (("dense1", "batch_normalization_1"), ("dense2", "batch_normalization_2")):
        W[layer], b[layer] = after(W[layer], b[layer], *normalization(t, name))
    return [(W["dense1"], b["dense1"], 1), (W["dense2"], b["dense2"], 128), (W["dense_1"], b["dense_1"], 64)]


def acceptor(t):
    first = t["convSpliceSite.kernel"].transpose(2, 1, 0)
    second = t["conv1by1.kernel"].transpose(2, 1, 0)
    C = second.shape[0]
    P = len(t["denseSS.kernel"]) // C
    last = t["denseSS.kernel"].T.reshape(1, P, C).transpose(0, 2, 1).reshape(1, -1)
    second, second_bias = before(second.reshape(C, -1), t["conv1by1.bias"], *normalization(t, "batch_normalization_1"))
    last, last_bias = before(last, t["denseSS.bias"], *normalization(t, "batch_normalization_2"))
    return [(first.reshape(first.shape[0], -1), t["convSpliceSite.bias"], 1), (second, second_bias, 1), (last, last_bias, 32)]


def mnist(t):
    flat = lambda x: x.reshape(len(x), -1)
    return [
        (flat(t["Parameter5"]), t["23"], 1), (flat(t["Parameter87"]), t["24"], 1),
        (t["Parameter193_reshape1"].T, t["Parameter194"].reshape(-1), 128),
    ]


def compare(kind, source, program):
    tensors = onnx_constants(source) if kind == "mnist" else safetensors(source)
    network, root = read_network_program(open(program, "rb").read())
    expected = []
    for W, b, block in {"donor": donor, "acceptor": acceptor, "mnist": mnist}[kind](tensors):
        for index, limb in enumerate(limbs(W, block)):
            expected.append((*limb, b if index == 0 else None, block))
    operators = [o for o in network.operators if o.matrix is not None]
    assert len(expected) == len(operators)
    for operator, (q, w, e, b, block) in zip(operators, expected):
        matrix = operator.matrix
        assert (matrix.weights == q).all() and (matrix.w == w).all() and matrix.e == e, matrix.place
        assert matrix.f_out == 16 and bool(matrix.has_bias) == (b is not None), matrix.place
        assert b is None or (matrix.bias == np.rint(b * 2.0**16)).all(), matrix.place
    print(kind, len(operators), "matrices are those of the page; root", root.hex())


if __name__ == "__main__":
    compare(*sys.argv[1:])
