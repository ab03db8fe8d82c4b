"""Makes other programs out of a program file: legal ones, whose roots are right, but not the one that was asked for."""
import json

import numpy as np

import support  # noqa: F401  (puts Tests/Independent on the path)
from program_writer import encode_matrix_content, seal
from spec_arithmetic import bytes_root
from spec_program import GraphReader, Section, check_bounds, matrix_root, read_matrix, read_sections


class ProgramFile:
    """A program file taken apart; `write` puts it together again with the roots of what is in it now."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.sections, self.weight_count = read_sections(file.read())
        self.graph = GraphReader(self.sections[0].content).graph()
        for matrix, section in zip(self.graph.matrices, self.sections[2:]):
            read_matrix(matrix, section.content)
            matrix.weights = matrix.weights.copy()

    def write(self, path, checked=True):
        """Bounds are checked first: a program beyond them would be refused, and nobody could cheat with it."""
        if checked:
            check_bounds(self.graph)
        sections = list(self.sections)
        for i, matrix in enumerate(self.graph.matrices):
            content = encode_matrix_content(matrix)
            if content != sections[2 + i].content:
                sections[2 + i] = Section(3, i, content, matrix_root(matrix))
        with open(path, "wb") as file:
            file.write(seal(sections, self.weight_count))
        return path

    def rename(self, name):
        """Another name in requests, the same weights."""
        sources = json.loads(self.sections[-1].content)
        sources["name"] = name
        content = json.dumps(sources, separators=(",", ":"), ensure_ascii=False).encode()
        self.sections[-1] = Section(6, 0, content, bytes_root(content))
        return self

    def change_one_weight(self, layer, row, column):
        """One weight of a layer's down projection, by one."""
        weights = self.graph.layers[layer][1].body.down.weights
        weights[row, column] += -1 if weights[row, column] > 0 else 1
        return self

    def coarsen(self, step):
        """Another quantisation of the same model: every weight becomes a multiple of the step."""
        for matrix in self.graph.matrices:
            wide = matrix.weights.astype(np.int16)
            # Towards zero: no row gets heavier, so every bound still holds.
            matrix.weights = (np.sign(wide) * (np.abs(wide) // step) * step).astype(np.int8)
        return self

    def shuffle_layer(self, layer, seed=1):
        """Another model of the same shape: a layer whose columns are in another order."""
        generator = np.random.default_rng(seed)
        attention, feed = self.graph.layers[layer]
        network = feed.body
        for matrix in (attention.q, attention.k, attention.v, attention.output, network.gate, network.up, network.down):
            matrix.weights = np.ascontiguousarray(matrix.weights[:, generator.permutation(matrix.columns)])
        return self


def flip_byte(source, target, offset):
    """A copy of a file with one bit changed."""
    with open(source, "rb") as file:
        data = bytearray(file.read())
    data[offset] ^= 1
    with open(target, "wb") as file:
        file.write(data)
    return target
