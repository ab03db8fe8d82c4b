"""Tests of the independent importer; those of a real model need the shared data and are skipped without it."""
import json
import math
import os
import unittest

import numpy as np

import razao_spec
import spec_import
from spec_program import read_program

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "Fixtures", "reference")
SHARED = os.environ.get("RAZAO_SHARED_DATA", os.path.join(HERE, "..", "..", "..", "shared", "data"))
FOLDER = os.path.join(SHARED, "models", "stories260K", "hf")


class FrequencyTests(unittest.TestCase):
    def test_logarithm_and_power(self):
        for theta in (1.0, 2.0, 10000.0, 500000.0, 1.5, 2.0**39):
            self.assertAlmostEqual(spec_import.fixed_log2(theta) / 2**62, math.log2(theta), delta=1e-13)
        for x in (0.0, 0.25, 0.999):
            self.assertAlmostEqual(spec_import.fixed_exp2(int(x * 2**62)) / 2**62, 2**x, delta=1e-13)

    def test_frequencies(self):
        for theta, D in ((10000.0, 64), (500000.0, 128), (1.0, 4)):
            for i, w in enumerate(spec_import.frequencies(theta, D)):
                self.assertAlmostEqual(w * 2 * math.pi / 2**64 * theta ** (2 * i / D), 1, delta=1e-12)


class HadamardTests(unittest.TestCase):
    def test_hadamard_twice_is_the_identity(self):
        x = np.random.default_rng(1).integers(-99, 99, (3, 16)).astype(float)
        self.assertTrue((spec_import.divided_hadamard(spec_import.divided_hadamard(x, 8), 8) * 8 == x).all())
        self.assertEqual([spec_import.largest_block(n) for n in (64, 172, 27, 1024)], [64, 4, 1, 128])


@unittest.skipUnless(os.path.isdir(FOLDER), "no shared data")
class Stories260KTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = read_program(spec_import.import_folder(FOLDER, "stories260K"))

    def test_shape(self):
        graph = self.program.graph
        self.assertEqual((graph.vocabulary, graph.d, len(graph.layers), len(graph.matrices)), (512, 64, 5, 37))

    def test_weights_root(self):
        """The root that the Swift importer's tests record for the three published forms of this model."""
        root = "0e1f6410eaaff7126a0b565f518e9093d2ae524aec1717162f18df927b120baa"
        self.assertEqual(self.program.weights_root.hex(), root)

    def test_logits_against_the_reference(self):
        """The divergence from the float model, of 64 positions of a text."""
        def log_softmax(x):
            x = x - x.max()
            return x - math.log(np.exp(x).sum())
        reference = np.load(os.path.join(FIXTURES, "stories260K-logits.npy"))[0].astype(float)
        with open(os.path.join(FIXTURES, "stories260K-tokens.json"), encoding="utf-8") as file:
            tokens = json.load(file)["sequences"][0][:len(reference)]
        run, total = razao_spec.Execution(self.program.graph, len(tokens)), 0
        for token, row in zip(tokens, reference):
            ours, wanted = log_softmax(run.feed(token) / 65536), log_softmax(row)
            total += (np.exp(wanted) * (wanted - ours)).sum()
        self.assertLess(total / len(tokens), 0.01)


if __name__ == "__main__":
    unittest.main()
