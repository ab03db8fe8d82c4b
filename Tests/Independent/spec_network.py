"""docs/spec-networks.md, independently: network programs, their bounds, execution, trace and answer.

    spec_network.py FILE --sequence ACGT… | --picture HEX [--salt HEX]

The picture's bytes are planes, one after the other, as many as the program reads.
"""
import argparse
import json
import struct
import sys
from dataclasses import dataclass, field

import numpy as np

from razao_spec import residual_payload
from spec_arithmetic import (BLOCK_SHIFT, PHI, SIG, TABLE_BYTES, Violation, bytes_root, ceil_scaled, leaf, linear,
                             merkle, need, rs, rs_array, site_of_row, tagged)
from spec_program import GraphReader, matrix_bound, matrix_root, read_matrix, read_sections

# --- 1. Tensors ------------------------------------------------------------------------------------------------------


@dataclass
class Tensor:
    shape: tuple  # channels, height, width
    fraction: int

    def count(self):
        return self.shape[0] * self.shape[1] * self.shape[2]


# --- 3. Windows ------------------------------------------------------------------------------------------------------


@dataclass
class Axis:
    size: int
    stride: int
    dilation: int
    before: int
    after: int

    def extent(self):
        return (self.size - 1) * self.dilation + 1

    def positions(self, count):
        return (count + self.before + self.after - self.extent()) // self.stride + 1

    def indices(self, position, count):
        """What each tap reads; None in the padding."""
        all_taps = (position * self.stride - self.before + i * self.dilation for i in range(self.size))
        return [i if 0 <= i < count else None for i in all_taps]


def windows(x, vertical, horizontal):
    """For each position of a C × H × W array: the C × k_h × k_w taps and which of them are within it."""
    C, H, W = x.shape
    for Y in range(vertical.positions(H)):
        rows = vertical.indices(Y, H)
        for X in range(horizontal.positions(W)):
            columns = horizontal.indices(X, W)
            taps = np.zeros((C, len(rows), len(columns)), np.int64)
            inside = np.zeros((len(rows), len(columns)), bool)
            for i, y in enumerate(rows):
                for j, z in enumerate(columns):
                    if y is not None and z is not None:
                        taps[:, i, j], inside[i, j] = x[:, y, z], True
            yield taps, inside


# --- 2 and 4. Input and graph section --------------------------------------------------------------------------------


@dataclass
class Operator:
    name: str
    sources: list
    output: Tensor = None
    matrix: object = None
    site: object = None
    axes: tuple = None
    values: dict = field(default_factory=dict)


@dataclass
class Network:
    kind: int
    shift: int
    channels: list
    tensors: list
    operators: list
    labels: list
    matrices: list


def reads(operator):
    """Values that are read for one value of the result."""
    if operator.matrix is not None:
        return operator.matrix.columns
    return operator.axes[0].size * operator.axes[1].size if operator.axes else 2


class NetworkReader(GraphReader):
    """Decodes a graph section of kind 3 and holds it to the constraints of section 4."""

    def network(self):
        self.number("I", 2, 2, "graph version")
        self.number("I", 3, 3, "kind")
        kind, shift, channels, tensor = self.input()
        self.tensors, operators, read = [tensor], [], set()
        work = 0
        for i in range(self.number("I", 1, 1023, "operators")):
            self.place = f"operator {i + 1}"
            operators.append(self.operator())
            read.update(operators[-1].sources)
            self.tensors.append(self.checked(operators[-1].output))
            self.need(sum(t.count() for t in self.tensors) <= 2**26, "values of all tensors")
            work += operators[-1].output.count() * reads(operators[-1])
            self.need(work <= 2**40, "values that operators read")
        self.place = "logits"
        self.need(read == set(range(len(operators))), "a tensor that nothing reads")
        last = self.tensors[-1]
        self.need(last.shape[1:] == (1, 1) and last.shape[0] <= 2**16 and last.fraction == 16, "shape or fraction")
        labels = [self.label() for _ in range(self.number("I", 0, 2**16, "labels"))]
        self.need(len(labels) in (0, last.shape[0]), "count of labels")
        self.need(self.at == len(self.data), "bytes after the graph")
        return Network(kind, shift, channels, self.tensors, operators, labels, self.matrices)

    def checked(self, tensor):
        self.need(all(1 <= n <= 2**18 for n in tensor.shape) and tensor.count() <= 2**24, "a tensor too great")
        self.need(0 <= tensor.fraction <= 24, "fraction")
        return tensor

    def input(self):
        self.place, kind = "input", self.number("B", 1, 2, "input kind")
        fraction = self.number("B", 0, 24, "F")
        if kind == 2:
            return kind, 0, [], self.checked(Tensor((4, 1, self.number("I", 1, 2**18, "length")), fraction))
        shift, count = self.number("B", 0, 40, "shift"), self.number("B", 1, 3, "channels")
        self.need(count != 2, "two channels")
        H, W = self.number("I", 1, 2**18, "height"), self.number("I", 1, 2**18, "width")
        channels = [(self.number("i"), self.number("q", -2**46, 2**46, "offset")) for _ in range(count)]
        return kind, shift, channels, self.checked(Tensor((count, H, W), fraction))

    def label(self):
        text = self.take(self.number("I", 1, 256, "label length"))
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            self.need(False, "a label that is no UTF-8")
        self.need(all(b >= 0x20 and b != 0x7F for b in text), "a control character in a label")
        return bytes(text)

    def axis(self, pool):
        size, stride, dilation = (self.number("I", 1, 1024, what) for what in ("size", "stride", "dilation"))
        self.need(dilation == 1 or not pool, "a dilated pool")
        axis = Axis(size, stride, dilation, 0, 0)
        axis.before = self.number("I", 0, axis.extent() - 1, "padding")
        axis.after = self.number("I", 0, axis.extent() - 1, "padding")
        return axis

    def axes(self, shape, pool):
        axes = self.axis(pool), self.axis(pool)
        for axis, count in zip(axes, shape[1:]):
            self.need(axis.extent() <= count + axis.before + axis.after, "a window greater than the padded tensor")
        return axes

    def source(self):
        return self.number("I", 0, len(self.tensors) - 1, "source")

    def operator(self):
        tag = self.number("B", 1, 10, "operator")
        s = self.source()
        x = self.tensors[s]
        read = [self.convolution, self.dense, self.unchanged("relu"), self.clamp, self.activation, self.add,
                self.affine, self.maximum_pool, self.average_pool, self.reshape][tag - 1]
        return read(s, x)

    def convolution(self, s, x):
        axes, at = self.axes(x.shape, False), self.at
        site = self.site(1)
        self.need(site.mode != BLOCK_SHIFT, "block shift in a convolution")
        matrix = self.matrix("convolution", None, x.shape[0] * axes[0].size * axes[1].size)
        shape = matrix.rows, axes[0].positions(x.shape[1]), axes[1].positions(x.shape[2])
        return Operator("convolution", [s], Tensor(shape, matrix.f_out), matrix, site, axes)

    def dense(self, s, x):
        self.need(x.count() <= 2**18, "columns")
        site = self.site(x.count())
        matrix = self.matrix("dense", None, x.count())
        return Operator("dense", [s], Tensor((matrix.rows, 1, 1), matrix.f_out), matrix, site)

    def unchanged(self, name):
        return lambda s, x, **values: Operator(name, [s], Tensor(x.shape, x.fraction), values=values)

    def clamp(self, s, x):
        low, high = self.number("q"), self.number("q")
        self.need(low <= high, "low above high")
        return self.unchanged("clamp")(s, x, low=low, high=high)

    def activation(self, s, x):
        function = self.number("B", 1, 3, "function")
        fraction = 16 if function == 3 else x.fraction
        return Operator("activation", [s], Tensor(x.shape, fraction), values={"function": function})

    def add(self, s, x):
        other = self.source()
        self.need(self.tensors[other].shape == x.shape, "shapes")
        return Operator("add", [s, other], Tensor(x.shape, self.number("B", 0, 24, "F_out")))

    def affine(self, s, x):
        f_out, e = self.number("B", 0, 24, "F_out"), self.number("h", -120, 120, "e")
        n = self.number("I", x.shape[0], x.shape[0], "channels")
        m = [self.number("i") for _ in range(n)]
        o = [self.number("q", -2**46, 2**46, "offset") for _ in range(n)]
        return Operator("affine", [s], Tensor(x.shape, f_out), values={"e": e, "m": m, "o": o})

    def pooled(self, name, s, x):
        axes = self.axes(x.shape, True)
        shape = x.shape[0], axes[0].positions(x.shape[1]), axes[1].positions(x.shape[2])
        return Operator(name, [s], Tensor(shape, x.fraction), axes=axes)

    def maximum_pool(self, s, x):
        return self.pooled("maximum pool", s, x)

    def average_pool(self, s, x):
        operator = self.pooled("average pool", s, x)
        operator.values["counts padding"] = self.flag("padding counts")
        return operator

    def reshape(self, s, x):
        shape = tuple(self.number("I", 1, 2**18, "dimension") for _ in range(3))
        self.need(shape[0] * shape[1] * shape[2] == x.count(), "values of a reshape")
        return Operator("reshape", [s], Tensor(shape, x.fraction))


# --- 5. Bounds -------------------------------------------------------------------------------------------------------


def operator_bound(o, B, F, place):
    if o.matrix:
        need(o.site.b * B[0] * 256 < 2**60, place, "rule 3, quantiser")
        return matrix_bound(o.matrix, o.site, B=B[0], f_y=F[0])
    if o.name == "clamp":
        return max(abs(min(max(b, o.values["low"]), o.values["high"])) for b in (-B[0], B[0]))
    if o.name == "activation":
        need(B[0] < 2**43 and ceil_scaled(B[0], 6 - F[0]) < 2**60, place, "rule 6")
        return 2**16 if o.values["function"] == 3 else B[0]
    if o.name == "add":
        return sum(ceil_scaled(b, o.output.fraction - f) for b, f in zip(B, F))
    if o.name == "affine":
        need(all(B[0] * abs(m) < 2**60 for m in o.values["m"]), place, "rule 8")
        scale = o.output.fraction - o.values["e"] - F[0]
        return max(ceil_scaled(B[0] * abs(m), scale) + abs(c) for m, c in zip(o.values["m"], o.values["o"]))
    if o.name == "average pool":
        need(o.axes[0].size * o.axes[1].size * (2 * B[0] + 1) < 2**60, place, "rule 4")
    return B[0]


def network_bounds(network):
    """B of every tensor."""
    first = network.tensors[0]
    picture = [ceil_scaled(255 * abs(m), -network.shift) + abs(o) for m, o in network.channels]
    bounds = [max(picture) if picture else 2**first.fraction]
    for i, o in enumerate(network.operators):
        place = f"operator {i + 1}"
        B, F = [bounds[s] for s in o.sources], [network.tensors[s].fraction for s in o.sources]
        bounds.append(operator_bound(o, B, F, place))
        need(bounds[-1] < 2**47, place, "rule 1")
    need(bounds[0] < 2**47 and bounds[-1] < 2**31, "input or logits", "rule 1")
    return bounds


# --- The program file (SPEC.md, section 6) ---------------------------------------------------------------------------


def read_network_program(data):
    """The network and the program's root; raises Violation at the first rule that does not hold."""
    sections, weights = read_sections(data)
    for s in sections:
        need(s.kind == 3 or bytes_root(s.content) == s.root, f"section ({s.kind}, {s.index})", "root")
    network = NetworkReader(sections[0].content).network()
    need(sections[1].content == TABLE_BYTES, "tables", "they differ from section 2")
    need(len(network.matrices) == weights - 2, "header", "count of matrices")
    for matrix, section in zip(network.matrices, sections[2:weights]):
        read_matrix(matrix, section.content)
        need(matrix_root(matrix) == section.root, matrix.place, "root")
    weights_root = merkle([s.hash() for s in sections[:weights]])
    information_root = merkle([s.hash() for s in sections[weights:]])
    root = tagged("razao/program/1", struct.pack("<IIII", 1, 1, weights, 3) + weights_root + information_root)
    need(weights_root == data[32:64] and root == data[64:96], "header", "roots")
    network_bounds(network)
    return network, root


# --- 2 and 3. Execution ----------------------------------------------------------------------------------------------


def picture_values(network, planes):
    shape = network.tensors[0].shape
    need(len(planes) == network.tensors[0].count(), "picture", "size")
    x = np.frombuffer(planes, np.uint8).astype(np.int64).reshape(shape)
    m, o = (np.array(v, np.int64).reshape(-1, 1, 1) for v in zip(*network.channels))
    return rs_array(x * m, network.shift) + o


def sequence_values(network, letters):
    need(len(letters) == network.tensors[0].shape[2], "sequence", "length")
    need(all(c in "ACGTacgt" for c in letters), "sequence", "letter")
    hot = [[c == letter for c in letters.upper()] for letter in "ACGT"]
    return np.array(hot, np.int64).reshape(4, 1, -1) << network.tensors[0].fraction


def convolve(o, x, fraction):
    q, r, f = site_of_row(o.site, x.reshape(-1), fraction)
    outputs = [linear(o.matrix, (taps.reshape(-1), r, f)) for taps, _ in windows(q.reshape(x.shape), *o.axes)]
    return np.stack(outputs, axis=1).reshape(o.output.shape)


def pool(o, x):
    values = []
    for taps, inside in windows(x, *o.axes):
        if o.name == "maximum pool":
            values.append(taps[:, inside].max(axis=1))
        else:
            n = inside.size if o.values["counts padding"] else int(inside.sum())
            values.append((2 * taps.sum(axis=(1, 2)) + n) // (2 * n))
    return np.stack(values, axis=1).reshape(o.output.shape)


def activate(x, fraction, function):
    index = np.clip(rs_array(x, fraction - 6) + 512, 0, 1023)
    table = np.array(PHI if function == 2 else SIG, np.int64)[index]
    return table if function == 3 else rs_array(x * table, 16)


def affine(o, x, fraction):
    m, c = (np.array(o.values[name], np.int64).reshape(-1, 1, 1) for name in "mo")
    return rs_array(x * m, fraction + o.values["e"] - o.output.fraction) + c


def apply(o, xs, F):
    x = xs[0]
    if o.name == "convolution":
        return convolve(o, x, F[0])
    if o.name == "dense":
        return linear(o.matrix, site_of_row(o.site, x.reshape(-1), F[0])).reshape(o.output.shape)
    if o.name == "relu":
        return np.maximum(x, 0)
    if o.name == "clamp":
        return np.minimum(np.maximum(x, o.values["low"]), o.values["high"])
    if o.name == "activation":
        return activate(x, F[0], o.values["function"])
    if o.name == "add":
        return sum(rs_array(value, f - o.output.fraction) for value, f in zip(xs, F))
    if o.name == "affine":
        return affine(o, x, F[0])
    return x.reshape(o.output.shape) if o.name == "reshape" else pool(o, x)


def run(network, x):
    """All tensors."""
    values = [x]
    for o in network.operators:
        values.append(apply(o, [values[s] for s in o.sources], [network.tensors[s].fraction for s in o.sources]))
    return values


# --- 6 and 7. Trace and answer ---------------------------------------------------------------------------------------


def network_trace_root(values, salt=bytes(32)):
    return merkle([leaf(salt + struct.pack("<III", 0, layer, 0) + residual_payload(x.reshape(-1)))
                   for layer, x in enumerate(values)])


def decimal(logit):
    T = rs(logit * 10**4, 16)
    return ("-" if T < 0 else "") + f"{abs(T) // 10**4}.{abs(T) % 10**4:04d}"


def answer_text(network, values):
    logits = values[-1].reshape(-1).tolist()
    index = logits.index(max(logits))
    label = b"null"
    if network.labels:
        label = b'"' + network.labels[index].replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    numbers = ",".join(map(decimal, logits)).encode()
    if len(logits) == 1:
        return b'{"label":' + label + b',"logit":' + numbers + b"}"
    return b'{"label":' + label + b',"index":%d,"logits":[' % index + numbers + b"]}"


# --- Command line ----------------------------------------------------------------------------------------------------


def main(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--sequence")
    parser.add_argument("--picture", type=bytes.fromhex)
    parser.add_argument("--salt", type=bytes.fromhex, default=bytes(32))
    options = parser.parse_args(argv)
    try:
        with open(options.file, "rb") as file:
            network, root = read_network_program(file.read())
        if options.sequence is not None:
            x = sequence_values(network, options.sequence)
        else:
            x = picture_values(network, options.picture or b"")
    except Violation as violation:
        print(f"refused: {violation}", file=sys.stderr)
        return 1
    values = run(network, x)
    print(json.dumps({
        "program": root.hex(), "bounds": network_bounds(network),
        "tensors": [value.reshape(-1).tolist() for value in values],
        "trace": network_trace_root(values, options.salt).hex(), "text": answer_text(network, values).decode()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
