"""Tests of the independent implementation; `python3 -m unittest` in this folder."""
import contextlib
import io
import json
import math
import os
import struct
import tempfile
import unittest
from fractions import Fraction

import numpy as np

import float_reference
import razao_spec
import spec_arithmetic as arithmetic
from program_writer import VARIANTS, RandomProgram, encode_graph, encode_matrix_content, encode_program, seal
from spec_arithmetic import BLOCK_SHIFT, INT8, TWO_LIMBS, Sampling, Violation, leaf, merkle, rs, sha
from spec_program import Section, bytes_root, matrix_root, read_program


class NotationTests(unittest.TestCase):
    def test_rounding_shift(self):
        self.assertEqual([rs(-1, 1), rs(1, 1), rs(-3, 1), rs(3, -2), rs(0, -500)], [0, 1, -1, 12, 0])
        random = np.random.default_rng(1)
        x = random.integers(-2**62 + 1, 2**62, 200) >> random.integers(0, 62, 200)
        for s in list(range(63)) + [63, 64, 200]:
            wanted = [math.floor(Fraction(v, 2**s) + Fraction(1, 2)) for v in x.tolist()]
            self.assertEqual([rs(v, s) for v in x.tolist()], wanted)
            self.assertEqual(arithmetic.rs_array(x, s).tolist(), wanted)
        shifts = random.integers(-10, 70, 200)
        small = x >> 12
        self.assertEqual(arithmetic.rs_array(small, shifts).tolist(),
                         [rs(v, s) for v, s in zip(small.tolist(), shifts.tolist())])

    def test_norm12(self):
        self.assertEqual(arithmetic.norm12(4095, 5), (4095, 5))
        self.assertEqual(arithmetic.norm12(2**20 - 1, 30), (4096, 22))
        self.assertEqual(arithmetic.norm12(1, -3), (1, -3))

    def test_merkle_is_the_recursive_definition(self):
        def recursive(hashes):
            if len(hashes) <= 1:
                return hashes[0] if hashes else bytes(32)
            k = 1 << (len(hashes) - 1).bit_length() - 1
            return sha(b"\x01" + recursive(hashes[:k]) + recursive(hashes[k:]))
        hashes = [leaf(bytes([i])) for i in range(70)]
        for count in range(71):
            self.assertEqual(merkle(hashes[:count]), recursive(hashes[:count]))

    def test_bytes_root(self):
        self.assertEqual(bytes_root(b""), bytes(32))
        message = bytes(range(256)) * 128 + b"x"
        first, second = leaf(message[:16384]), leaf(message[16384:32768])
        self.assertEqual(bytes_root(message[:100]), leaf(message[:100]))
        self.assertEqual(bytes_root(message), sha(b"\x01" + sha(b"\x01" + first + second) + leaf(b"x")))


class TableTests(unittest.TestCase):
    def test_published_hash(self):
        self.assertEqual(len(arithmetic.TABLE_BYTES), 40960)
        self.assertEqual(sha(arithmetic.TABLE_BYTES).hex(), arithmetic.TABLES_SHA256)

    def test_the_only_half_is_at_the_end_of_exp(self):
        self.assertEqual(arithmetic.EXP[3199:3203].tolist(), [1, 1, 0, 0])

    def test_cos_sin_against_floating_point(self):
        for phase in np.random.default_rng(2).integers(0, 2**64, 2000, dtype=np.uint64).tolist():
            angle = phase * 2 * math.pi / 2**64
            c, s = arithmetic.cos_sin(phase)
            self.assertLessEqual(abs(c - math.cos(angle) * 32768), 1.001)
            self.assertLessEqual(abs(s - math.sin(angle) * 32768), 1.001)

    def test_cos_sin_at_the_quadrants(self):
        self.assertEqual([arithmetic.cos_sin(q << 62) for q in range(4)],
                         [(32767, 0), (0, 32767), (-32768, 0), (0, -32768)])


class QuantiserTests(unittest.TestCase):
    def fits(self, y, m, k, X):
        return all(-X <= rs(v * m, k) <= X for v in y)

    def search(self, y, X):
        k = next(k for k in range(1, 99) if self.fits(y, 128, k, X))
        return k, max(j for j in range(128) if self.fits(y, 128 + j, k, X)) if any(y) else 0

    def rows(self, count):
        random = np.random.default_rng(3)
        yield from ([0, 0], [1, 0], [-1, 0], [127, -128], [-1, 1], [2**40, -2**40], [-2**40, 5], [0, -127])
        for _ in range(count):
            yield (random.integers(-2**50, 2**50, random.integers(1, 9)) >> random.integers(0, 50)).tolist()

    def test_closed_form_is_the_search(self):
        for y in self.rows(400):
            for X in (127, 32767):
                self.assertEqual(arithmetic.quantiser_step(max(0, *y, 0), max(0, -min(y)), X), self.search(y, X), y)

    def test_operands_and_witness(self):
        for y in self.rows(200):
            q, k, j = arithmetic.quantise(np.array(y), 1, INT8)
            self.assertEqual(q.tolist(), [rs(v * (128 + j), k) for v in y])
            i = arithmetic.witness(np.array(y), 1, INT8)
            if i is not None:
                m, k = (129 + j, k) if j < 127 else (128, k - 1)
                self.assertFalse(self.fits(y[i:i + 1], m, k, 127))
                self.assertTrue(self.fits(y[:i], m, k, 127))
            else:
                self.assertTrue(not any(y) or (k, j) == (1, 127))

    def test_hadamard_is_the_definition(self):
        y = np.random.default_rng(4).integers(-99, 99, 32)
        for b in (1, 2, 8, 32):
            blocks = y.reshape(-1, b).tolist()
            wanted = [sum((-1) ** (i & j).bit_count() * block[j] for j in range(b))
                      for block in blocks for i in range(b)]
            self.assertEqual(arithmetic.hadamard(y, b).tolist(), wanted)

    def test_block_shift_takes_the_largest_shift(self):
        random = np.random.default_rng(5)
        for size in (1, 3, 300, 2**30):
            y = random.integers(-size, size + 1, 32) >> np.repeat(random.integers(0, 9, 4), 8)
            y[8:16] = 0
            q, k, j = arithmetic.quantise(y, 8, BLOCK_SHIFT)
            rotated = arithmetic.hadamard(y, 8)
            for at in range(0, 32, 8):
                block = (rotated[at:at + 8] * (128 + j)).tolist()
                n = max(n for n in range(8) if self.fits(block, 1, k - n, 127))
                self.assertEqual(q[at:at + 8].tolist(), [rs(v, k - n) << (7 - n) for v in block])


class OperatorTests(unittest.TestCase):
    def test_scales_against_floating_point(self):
        """The integers stand for what the page says they stand for: every option, within the quantisers' noise."""
        tokens = np.random.default_rng(6).integers(0, 30, 12).tolist()
        for name, options in VARIANTS.items():
            graph = RandomProgram(**options).graph
            _, logits, _ = razao_spec.generate(graph, tokens, 0, Sampling())
            wanted = float_reference.logits(graph, tokens)
            noise = np.sqrt(((logits / 65536 - wanted) ** 2).mean()) / wanted.std()
            self.assertLess(noise, 0.05, name)

    def test_attention_against_plain_integers(self):
        random = np.random.default_rng(7)
        z, n = random.integers(-3000, 3000, 50), random.integers(0, 8, 50)
        values = random.integers(-127, 128, (50, 4))
        p = [int(arithmetic.EXP[min(int(z.max()) - v, 4095)]) for v in z.tolist()]
        L = sum(p).bit_length()
        c, inverse, wanted = max(0, L - 30), 2 ** (L + 15) // sum(p), []
        for i in range(4):
            num = sum((p[t] << int(n[t])) * int(values[t, i]) for t in range(50))
            wanted.append(rs(rs(num, c) * inverse, L + 15 - c + 3 - 12))
        self.assertEqual(arithmetic.mix_values(z, values, n, 3).tolist(), wanted)

    def test_value_head(self):
        self.assertEqual(arithmetic.value_head(np.array([100, -127]), 0)[1], 0)
        v, n = arithmetic.value_head(np.array([128, -300]), 0)
        self.assertEqual((v.tolist(), n), ([32, -75], 2))
        v, n = arithmetic.value_head(np.array([2**20, -5]), 0)
        self.assertEqual((v.tolist(), n), ([127, 0], 7))

    def test_norm_scale(self):
        for size in (0, 1, 2**20, 2**46):
            x = np.array([size, -size // 3, 7, 0])
            h, R, s = arithmetic.norm_statistics(x, 1000)
            t = max(0, int(np.abs(x).max()).bit_length() - 22)
            v = int((h * h).sum()) + max(1, rs(1000, 2 * t))
            self.assertAlmostEqual(R * 2.0 ** -(30 + s // 2) * math.sqrt(v), 1, delta=1e-4)


class SamplerTests(unittest.TestCase):
    logits = np.array([65536, 3 * 65536, 3 * 65536, -65536, 2 * 65536, 0])

    def plain(self, logits, prompt, answer, o):
        """Section 3.9 read id by id."""
        ell = []
        for i, x in enumerate(logits.tolist()):
            x += o.bias.get(i, 0) * 2**16 // 10**4
            if o.repetition != 10**4 and (i in prompt or i in answer):
                x = x * 10**4 // o.repetition if x > 0 else x * o.repetition // 10**4
            c = answer.count(i)
            ell.append(x - (o.frequency * c + o.presence) * 2**16 // 10**4 if c else x)
        if o.temperature == 0:
            return ell.index(max(ell))
        w = []
        for x in ell:
            delta = rs(min(max(ell) - x, 2**36) * (94548 * 10**4 // o.temperature), 20)
            w.append(0 if delta // 4096 >= 31 else int(arithmetic.EXPF[delta % 4096]) >> delta // 4096)
        kept = sorted(range(len(ell)), key=lambda i: (-ell[i], i))[:o.top_k or len(ell)]
        if o.top_p < 10**4:
            total = sum(w[i] for i in kept)
            count = next(n for n in range(1, len(kept) + 1) if 10**4 * sum(w[i] for i in kept[:n]) >= o.top_p * total)
            kept = kept[:count]
        digest = arithmetic.tagged("razao/sample/1", o.seed + struct.pack("<IQ", o.choice, len(answer)))
        x = int.from_bytes(digest[:8], "little") * sum(w[i] for i in kept) >> 64
        for i in sorted(kept):
            x -= w[i]
            if x < 0:
                return i

    def test_greedy_takes_the_lowest_of_equals(self):
        self.assertEqual(arithmetic.sample(self.logits, [], [], Sampling()), 1)
        self.assertEqual(arithmetic.sample(self.logits, [1], [], Sampling(repetition=11000)), 2)
        self.assertEqual(arithmetic.sample(self.logits, [], [], Sampling(bias={3: 50000})), 3)

    def test_against_the_plain_reading(self):
        random = np.random.default_rng(8)
        for trial in range(600):
            logits = random.integers(-10, 10, 20) * 2 ** int(random.integers(8, 27))
            o = Sampling(int(random.choice([0, 100, 7000, 10000, 1000000])), int(random.integers(0, 25)),
                         int(random.integers(1, 10001)), int(random.choice([10000, 1000, 13000, 100000])),
                         int(random.integers(-20000, 20001)), int(random.integers(-20000, 20001)),
                         {int(random.integers(20)): int(random.integers(-10**6, 10**6))},
                         sha(bytes([trial % 256])), trial)
            prompt, answer = random.integers(0, 20, 4).tolist(), random.integers(0, 20, trial % 7).tolist()
            self.assertEqual(arithmetic.sample(logits, prompt, answer, o), self.plain(logits, prompt, answer, o))


class ProgramFileTests(unittest.TestCase):
    def test_round_trip_of_every_option(self):
        for name, options in VARIANTS.items():
            graph = RandomProgram(**options).graph
            data = encode_program(graph, template="{{ ü }}".encode())
            program = read_program(data)
            self.assertEqual(encode_graph(program.graph), encode_graph(graph), name)
            self.assertEqual([encode_matrix_content(m) for m in program.graph.matrices],
                             [encode_matrix_content(m) for m in graph.matrices], name)
            self.assertEqual(program.program_root, data[64:96])

    def test_a_flipped_byte_is_refused(self):
        data = encode_program(RandomProgram(d=8, hidden=8, layers=1, heads=2, head_size=4, vocabulary=9).graph)
        random = np.random.default_rng(9)
        sample = random.choice(np.arange(32, len(data)), 400, replace=False).tolist()
        for at in list(range(32)) + list(range(96, 160)) + sample:
            changed = bytearray(data)
            changed[at] ^= 1 << int(random.integers(8))
            with self.assertRaises(Violation, msg=at):
                read_program(bytes(changed))

    def test_a_cut_or_longer_file_is_refused(self):
        data = encode_program(RandomProgram(layers=1).graph)
        for changed in [data[:n] for n in (0, 50, 96, 500, len(data) - 1)] + [data + b"\0"]:
            with self.assertRaises(Violation):
                read_program(changed)

    def refuse(self, rule, change, **options):
        """A change to a program whose hashes are made right again."""
        graph = RandomProgram(layers=1, **options).graph
        change(graph)
        with self.assertRaisesRegex(Violation, rule):
            read_program(encode_program(graph))

    def test_bad_content_under_right_hashes(self):
        def weight(g): g.head.weights[0, 0] = -128
        def factor(g): g.head.w[3] = 4096
        def stops(g): g.stop_ids = [2, 1]
        def width(g): g.head.accumulator = 8
        def rotation(g): g.layers[0][0].b_qk = 4
        self.refuse("weight", weight)
        self.refuse("w outside", factor)
        self.refuse("stop ids", stops)
        self.refuse("rule 1, declared", width)
        self.refuse("b_qk", rotation)

    def test_bounds(self):
        def output(g): g.head.e = -20
        def logits(g): g.head.e -= 13
        def residual(g): g.embedding.e = -30
        def norm(g): g.norm.E = 2**62
        def scores(g): g.layers[0][0].e_q = -30
        def gate(g): g.layers[0][1].body.gate.e -= 30
        def down(g): g.layers[0][1].body.up.e -= 23; g.layers[0][1].body.down.e += 23
        def values(g): g.layers[0][0].v.e -= 20; g.layers[0][0].cap = 40
        self.refuse("head matrix: rule 2", output)
        self.refuse("rule 9", logits)
        self.refuse("embedding: rule 5", residual)
        self.refuse("rule 6", norm)
        self.refuse("rule 7, scores", scores)
        self.refuse("rule 8", gate)
        self.refuse("rule 4, down", down)
        self.refuse("rule 7, values", values)
        self.refuse("rule 7, products", lambda g: None, head_size=66, heads=1, kv_heads=1, limbs=(2, 2))

    def test_nonzero_panel_padding_under_right_hashes(self):
        graph = RandomProgram(layers=1, vocabulary=33).graph
        sections = read_program(encode_program(graph)).sections
        head = sections[-4]
        content = bytearray(head.content)
        content[64 * 32 - 1] = 1
        sections[-4] = Section(3, head.index, bytes(content), matrix_root(graph.head))
        with self.assertRaisesRegex(Violation, "panel padding"):
            read_program(seal(sections, len(sections) - 3))

    def test_other_tables_are_refused(self):
        tables = bytearray(arithmetic.TABLE_BYTES)
        tables[5] ^= 1
        with self.assertRaisesRegex(Violation, "tables"):
            read_program(encode_program(RandomProgram(layers=1).graph, tables=bytes(tables)))

    def test_a_cut_graph_never_traps(self):
        graph = RandomProgram(layers=1, qk_norm=True, bias=True, offset=True).graph
        whole = encode_graph(graph)
        for n in list(range(1, len(whole), 7)):
            with self.assertRaises(Violation):
                read_program(encode_program(graph, graph_bytes=whole[:n]))
        with self.assertRaises(Violation):
            read_program(encode_program(graph, graph_bytes=whole + b"\0"))


class TraceTests(unittest.TestCase):
    def test_residual_width(self):
        for values, width in (([0, -128], 1), ([128], 2), ([-129], 2), ([2**23 - 1], 3), ([-2**46, 5], 6)):
            payload = razao_spec.residual_payload(np.array(values))
            self.assertEqual(payload[0], width)
            decoded = [int.from_bytes(payload[1 + i * width:][:width], "little", signed=True)
                       for i in range(len(values))]
            self.assertEqual(decoded, values)

    def test_roots(self):
        graph = RandomProgram(layers=1).graph
        answer, _, run = razao_spec.generate(graph, [3, 4, 5], 2, Sampling(bias={1: -10**6, 2: -10**6}), salt=b"s" * 32)
        self.assertEqual(len(run.roots), 4)
        self.assertEqual(razao_spec.trace_root(run.roots, 0, 5), merkle(run.roots))
        _, _, again = razao_spec.generate(graph, [3, 4, 5] + answer[:1], 0, Sampling(), salt=b"s" * 32)
        self.assertEqual(again.roots, run.roots)
        _, _, other = razao_spec.generate(graph, [3], 0, Sampling())
        self.assertNotEqual(other.roots[0], run.roots[0])

    def test_window_forgets(self):
        """The second layer sees positions of the first layer's window: 1 + 2 + 2 positions reach the last."""
        graph = RandomProgram(window=3, layers=2).graph
        roots = [razao_spec.generate(graph, [t, 7, 8, 9, 10, 11], 0, Sampling())[2].roots for t in (3, 4)]
        self.assertEqual([a == b for a, b in zip(*roots)], [False] * 5 + [True])

    def test_chain(self):
        first = sha(b"\x0drazao/chain/1" + b"b" * 32)
        self.assertEqual(razao_spec.token_chain(b"b" * 32, []), first)
        self.assertEqual(razao_spec.token_chain(b"b" * 32, [258]), sha(b"\x0drazao/chain/1" + first + b"\x02\x01\0\0"))


class CommandLineTests(unittest.TestCase):
    def call(self, data, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "test.razao")
            with open(path, "wb") as file:
                file.write(data)
            out, error = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
                status = razao_spec.main([path if o == "FILE" else o for o in options])
            return status, out.getvalue(), error.getvalue()

    def test_check_and_run(self):
        graph = RandomProgram().graph
        data = encode_program(graph)
        status, out, _ = self.call(data, "check", "FILE")
        self.assertEqual((status, out.split()[1]), (0, data[64:96].hex()))
        self.assertEqual(self.call(data[:-1], "check", "FILE"), (1, "", "header: file length\n"))
        options = ("--generate", "3", "--temperature", "9000", "--json")
        status, out, _ = self.call(data, "FILE", "--tokens", "1,5,9", *options)
        result = json.loads(out)
        self.assertEqual((status, result["weightsRoot"]), (0, data[32:64].hex()))
        self.assertEqual(result["tokenChain"], razao_spec.token_chain(bytes(32), result["answer"]).hex())

    def test_bad_tokens_are_refused(self):
        data = encode_program(RandomProgram(layers=1).graph)
        self.assertEqual(self.call(data, "FILE", "--tokens", "40")[0], 1)
        self.assertEqual(self.call(data, "FILE", "--tokens", "1", "--generate", "128")[0], 1)


if __name__ == "__main__":
    unittest.main()
