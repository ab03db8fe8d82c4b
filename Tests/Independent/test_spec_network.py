"""Tests of spec_network: the vectors on docs/spec-networks.md, and what must be refused."""
import os
import unittest

import numpy as np

import spec_network
from program_writer import encode_matrix_content, seal
from spec_arithmetic import TABLE_BYTES, Violation, bytes_root
from spec_network import NetworkReader, answer_text, decimal, network_trace_root, read_network_program, run
from spec_program import Section, matrix_root

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "..", "..", "docs", "spec-networks.md")


def vectors():
    """(graph bytes, named lines) of each block in section 8."""
    with open(PAGE, encoding="utf-8") as file:
        blocks = file.read().split("## 8. ")[1].split("```\n")[1::2]
    for block in blocks:
        lines = [line.split() for line in block.splitlines()]
        digits = "".join(words[0] for words in lines if len(words) == 1)
        named = [(1 if words[0] == "answer" else 2, words) for words in lines if len(words) > 1]
        yield bytes.fromhex(digits), {" ".join(w[:n]): " ".join(w[n:]) for n, w in named}


def fill(matrix):
    n, i = np.arange(matrix.rows)[:, None], np.arange(matrix.columns)[None, :]
    matrix.weights = ((37 * n + 101 * i) % 255 - 127).astype(np.int8)
    matrix.w = 1000 + 7 * np.arange(matrix.rows)
    matrix.bias = (500 * np.arange(matrix.rows) - 300) * matrix.has_bias


def program(graph):
    network = NetworkReader(graph).network()
    sections = [Section(1, 0, graph, bytes_root(graph)), Section(2, 0, TABLE_BYTES, bytes_root(TABLE_BYTES))]
    for matrix in network.matrices:
        fill(matrix)
        sections.append(Section(3, matrix.index, encode_matrix_content(matrix), matrix_root(matrix)))
    return seal(sections + [Section(4 + i, 0, b"", bytes(32)) for i in range(3)], len(sections))


class VectorTests(unittest.TestCase):
    def check(self, index, values):
        graph, stated = list(vectors())[index]
        network, root = read_network_program(program(graph))
        tensors = run(network, values(network))
        self.assertEqual(root.hex(), stated["program root"])
        self.assertEqual(network_trace_root(tensors).hex(), stated["trace root"])
        self.assertEqual(answer_text(network, tensors).decode(), stated["answer"])
        for name, line in stated.items():
            if name.startswith("tensor"):
                self.assertEqual(tensors[int(name.split()[1])].reshape(-1).tolist(), [int(x) for x in line.split()])

    def test_picture(self):
        pixels = bytes(5 * p * p % 256 for p in range(20))
        self.check(0, lambda network: spec_network.picture_values(network, pixels))

    def test_sequence(self):
        self.check(1, lambda network: spec_network.sequence_values(network, "ACGTTGCAGGTA"))


class RefusalTests(unittest.TestCase):
    def test_truncations(self):
        for graph, _ in vectors():
            for length in range(len(graph)):
                with self.assertRaises(Violation):
                    NetworkReader(graph[:length]).network()

    def test_damaged_programs(self):
        data = program(list(vectors())[0][0])
        for at in range(len(data)):
            with self.assertRaises(Violation):
                read_network_program(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])

    def test_inputs(self):
        graph, _ = list(vectors())[1]
        network = NetworkReader(graph).network()
        for letters in ("ACGT", "ACGTTGCAGGTN", "ACGTTGCAGGT-", ""):
            with self.assertRaises(Violation):
                spec_network.sequence_values(network, letters)


class DecimalTests(unittest.TestCase):
    def test_halves_go_up_and_zero_has_no_sign(self):
        pairs = {0: "0.0000", 65536: "1.0000", -3: "0.0000", -4: "-0.0001", 2048: "0.0313", -2048: "-0.0312"}
        self.assertEqual({logit: decimal(logit) for logit in pairs}, pairs)


if __name__ == "__main__":
    unittest.main()
