"""Tests of the independent level 0 on a bundle of a random program's answer."""
import json
import unittest

import numpy as np

import razao_spec
import spec_receipt as receipts
from program_writer import RandomProgram
from spec_arithmetic import Sampling, leaf, merkle, sha, tagged

SECRET = bytes(range(32))


class Ed25519Tests(unittest.TestCase):
    def test_the_first_vectors_of_rfc_8032(self):
        secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        self.assertEqual(receipts.public_key(secret), key)
        signature = receipts.sign(secret, b"")
        self.assertEqual(signature.hex()[:32], "e5564300c360ac729086e2cc806e828a")
        self.assertTrue(receipts.verify(key, b"", signature))
        self.assertFalse(receipts.verify(key, b"x", signature))

    def test_a_large_scalar_and_a_small_key_are_refused(self):
        key, signature = receipts.public_key(SECRET), receipts.sign(SECRET, b"m")
        scalar = int.from_bytes(signature[32:], "little") + receipts.ORDER
        self.assertFalse(receipts.verify(key, b"m", signature[:32] + scalar.to_bytes(32, "little")))
        identity = b"\1" + bytes(31)
        self.assertFalse(receipts.verify(identity, b"m", identity + bytes(32)))


def make_bundle(seed=7, consents=False, named=bytes(32)):
    """A whole job: the body, the accept, the answer with its trace, the receipt."""
    graph, master, prompt, key = RandomProgram(layers=1).graph, sha(b"master"), [3, 4, 5], receipts.public_key(SECRET)
    body = json.dumps({"prompt": "x", **({} if seed is None else {"seed": seed})}).encode()
    material = sha(b"u") if seed is None else seed.to_bytes(8, "little", signed=True) + bytes(24)
    kind = 3 if seed is None else 1
    accept = dict(magic=b"RAZAOAC1", version=1, network=bytes(32), requestID=bytes(16), nonce=bytes(32), key=key,
                  program=sha(b"program"), endpoint=2, request=receipts.commitment("request", master, body),
                  requestBytes=len(body), seedKind=kind,
                  seed=tagged("razao/seed/commit/1", material) if kind == 3 else bytes(32), payerKind=1,
                  payer=bytes(32), promptPrice=100, answerPrice=300, acceptedAt=1000, expiry=9000, named=named,
                  consent=receipts.consent_commitment(sha(b"consent"), True) if consents else bytes(32),
                  signature=bytes(64))
    accept_bytes = receipts.encode(receipts.ACCEPT, accept)[:-64]
    accept_bytes += receipts.sign(SECRET, tagged("razao/accept/1", accept_bytes))
    provider = tagged("razao/provider/1", key)
    sampling = Sampling(10000, seed=receipts.sampler_seed(kind, material, body))
    answer, _, run = razao_spec.generate(graph, prompt, 4, sampling, receipts.trace_salt(provider, master))
    fields = {n: accept[n] for n in receipts.AS_ACCEPTED} | dict(
        magic=b"RAZAORC1", version=1, arithmetic=1, provider=provider,
        prompt=receipts.commitment("prompt", master, receipts.ids_bytes(prompt)), promptCount=3, prefixLength=0,
        prefix=bytes(32), temperature=10000,
        topP=10000, topK=0, repetition=10000, presence=0, frequency=0, limit=4, choice=0,
        extras=receipts.extras_hash({}, []), material=material, accept=tagged("razao/accept-hash/1", accept_bytes),
        chain=razao_spec.token_chain(receipts.blind("chain", master), answer), answerCount=len(answer),
        finish=1 if answer[-1] in graph.stop_ids else 3, partial=0, text=receipts.commitment("text", master, b"text"),
        textBytes=4, trace=razao_spec.trace_root(run.roots, 0, 3 + len(answer)), positions=2 + len(answer), layers=1,
        owed=receipts.amount(3, 100, len(answer), 300),
        firstAt=1500, finishedAt=2000, signature=bytes(64))
    receipt_bytes = receipts.encode(receipts.RECEIPT, fields)[:-64]
    receipt_bytes += receipts.sign(SECRET, tagged("razao/receipt/1", receipt_bytes))
    certificate = receipts.sign(SECRET, tagged("razao/certificate/1", b"certificate")) + b"certificate"
    return receipts.encode_bundle(dict(
        receipt=receipt_bytes, accept=accept_bytes, master=master, body=body, prompt=receipts.ids_bytes(prompt),
        answer=receipts.ids_bytes(answer), text=b"text", trace=b"\1" + b"".join(run.roots[:2 + len(answer)]),
        certificate=certificate))


class PrefixTests(unittest.TestCase):
    def test_consistency_proofs_of_small_trees(self):
        leaves = [sha(bytes([i])) for i in range(20)]

        def path(length, part, whole):
            if length == len(part):
                return [] if whole else [merkle(part)]
            split = 1 << (len(part) - 1).bit_length() - 1
            if length <= split:
                return path(length, part[:split], whole) + [merkle(part[split:])]
            return path(length - split, part[split:], False) + [merkle(part[:split])]

        for count in range(1, 21):
            for length in range(1, count + 1):
                proof = path(length, leaves[:count], True)
                roots = merkle(leaves[:length]), merkle(leaves[:count])
                self.assertTrue(receipts.begins(roots[0], length, roots[1], count, proof))
                self.assertFalse(receipts.begins(sha(b"x"), length, roots[1], count, proof))
                self.assertFalse(receipts.begins(roots[0], length, roots[1], count, proof + [roots[0]]))


class LevelZeroTests(unittest.TestCase):
    def test_sizes(self):
        parts = receipts.decode_bundle(make_bundle())
        self.assertEqual((len(parts["accept"]), len(parts["receipt"])), (448, 864))

    def test_a_sound_bundle_of_either_seed(self):
        for seed in (7, -1, None):
            self.assertEqual([r for _, r in receipts.level0(make_bundle(seed))], [True] * 12 + [None] + [True] * 6)

    def test_a_flipped_bit_fails(self):
        data = make_bundle()
        random = np.random.default_rng(1)
        for at in random.choice(len(data), 60, replace=False).tolist() + list(range(12, 16)):
            changed = bytearray(data)
            changed[at] ^= 1 << int(random.integers(8))
            self.assertIs(receipts.level0(bytes(changed))[-1][1], False, at)

    def test_without_trace_and_certificate_it_cannot_tell(self):
        parts = receipts.decode_bundle(make_bundle())
        report = dict(receipts.level0(receipts.encode_bundle(parts | {"trace": b"\0", "certificate": b""})))
        self.assertEqual((report["trace"], report["certificate"]), (None, None))
        self.assertNotIn(False, report.values())

    def test_consent_is_opened_by_its_user(self):
        report = dict(receipts.level0(make_bundle(consents=True)))
        self.assertIsNone(report["consent"])
        self.assertNotIn(False, report.values())

    def test_a_named_prompt_must_be_the_receipts(self):
        named = receipts.commitment("prompt", sha(b"master"), receipts.ids_bytes([3, 4, 5]))
        self.assertNotIn(False, dict(receipts.level0(make_bundle(named=named))).values())
        self.assertEqual(receipts.level0(make_bundle(named=sha(b"another")))[-1], ("prompt", False))

    def test_a_trace_without_hashes_is_no_encoding(self):
        parts = receipts.decode_bundle(make_bundle())
        self.assertIs(receipts.level0(receipts.encode_bundle(parts | {"trace": b"\1"}))[-1][1], False)

    def test_seeds_of_the_body(self):
        receipt = {"seedKind": 1, "seed": bytes(32), "material": b"\5" + bytes(31)}
        for text in ("5", "5.0", "5e0", "0.5e1"):
            self.assertTrue(receipts.seed_holds(receipt, b'{"seed":%s}' % text.encode()))
        zero = receipt | {"material": bytes(32)}
        self.assertTrue(receipts.seed_holds(zero, b'{"seed":0e-9223372036854775808,"a":1e-9223372036854775808}'))
        deep = b'{"seed":5,"a":' + b"[" * 33 + b"]" * 33 + b"}"
        for body in (b'{"seed":5.5}', b'{"seed":"5"}', b'{"seed":5,"seed":5}', b'{"seed":true}', deep,
                     b'{"seed":5}' + b" " * (8 << 20), b'{"seed":1e-9223372036854775808}', b'{"seed":NaN}'):
            self.assertFalse(receipts.seed_holds(receipt, body))

    def test_extras(self):
        message = b"\1\0\0\0\5\0\0\0\xff\xff\xff\xff\1\0\0\0\2\0\0\0ab"
        self.assertEqual(receipts.extras_hash({5: -1}, [b"ab"]), sha(b"\x0erazao/extras/1" + message))
        self.assertNotEqual(leaf(b""), receipts.extras_hash({}, []))


if __name__ == "__main__":
    unittest.main()
