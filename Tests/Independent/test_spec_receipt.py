"""Tests of the independent level 0 on a bundle of a random program's answer."""
import functools
import json
import struct
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


EPOCH = 9


@functools.cache
def epoch_leaves():
    return receipts.contribution_leaves(SECRET, EPOCH)


def make_opening(slot):
    return receipts.contribution(SECRET, EPOCH, slot) + b"".join(receipts.inclusion_path(slot, epoch_leaves()))


def make_bundle(seed=7, consents=False, named=bytes(32), slot=None, channel=bytes(32), before=0):
    """A whole job: the body, the accept, the answer with its trace, the receipt. With a slot the seed is joint."""
    graph, master, prompt, key = RandomProgram(layers=1).graph, sha(b"master"), [3, 4, 5], receipts.public_key(SECRET)
    body = json.dumps({"prompt": "x", **({} if seed is None else {"seed": seed})}).encode()
    material = sha(b"u") if seed is None else seed.to_bytes(8, "little", signed=True) + bytes(24)
    kind, joint = 1 if seed is not None else 3 if slot is None else 2, b""
    if kind == 2:
        joint = make_opening(slot)
    accept = dict(magic=b"RAZAOAC1", version=2, network=bytes(32), requestID=bytes(16), nonce=bytes(32), key=key,
                  program=sha(b"program"), endpoint=2, request=receipts.commitment("request", master, body),
                  requestBytes=len(body), seedKind=kind,
                  seed=tagged("razao/seed/commit/1", material) if kind != 1 else bytes(32), payerKind=1,
                  payer=bytes(32), promptPrice=100, answerPrice=300, acceptedAt=1000, expiry=9000, named=named,
                  consent=receipts.consent_commitment(sha(b"consent"), True) if consents else bytes(32),
                  channel=channel, epoch=EPOCH if joint else 0, slot=slot if joint else 0,
                  contributions=merkle(epoch_leaves()) if joint else bytes(32), signature=bytes(64))
    accept_bytes = receipts.encode(receipts.ACCEPT, accept)[:-64]
    accept_bytes += receipts.sign(SECRET, tagged("razao/accept/1", accept_bytes))
    provider = tagged("razao/provider/1", key)
    sampling = Sampling(10000, seed=receipts.sampler_seed(kind, material, body, joint[:32]))
    answer, _, run = razao_spec.generate(graph, prompt, 4, sampling, receipts.trace_salt(provider, master))
    fields = {n: accept[n] for n in receipts.AS_ACCEPTED} | dict(
        magic=b"RAZAORC1", version=2, arithmetic=1, provider=provider,
        prompt=receipts.commitment("prompt", master, receipts.ids_bytes(prompt)), promptCount=3, prefixLength=0,
        prefix=bytes(32), temperature=10000,
        topP=10000, topK=0, repetition=10000, presence=0, frequency=0, limit=4, choice=0,
        extras=receipts.extras_hash({}, []), material=material, accept=tagged("razao/accept-hash/1", accept_bytes),
        chain=razao_spec.token_chain(receipts.blind("chain", master), answer), answerCount=len(answer),
        finish=1 if answer[-1] in graph.stop_ids else 3, partial=0, text=receipts.commitment("text", master, b"text"),
        textBytes=4, trace=razao_spec.trace_root(run.roots, 0, 3 + len(answer)), positions=2 + len(answer), layers=1,
        owed=receipts.amount(3, 100, len(answer), 300),
        channelOwed=before + receipts.amount(3, 100, len(answer), 300) if any(channel) else before,
        firstAt=1500, finishedAt=2000, signature=bytes(64))
    receipt_bytes = receipts.encode(receipts.RECEIPT, fields)[:-64]
    receipt_bytes += receipts.sign(SECRET, tagged("razao/receipt/1", receipt_bytes))
    certificate = receipts.sign(SECRET, tagged("razao/certificate/1", b"certificate")) + b"certificate"
    return receipts.encode_bundle(dict(
        receipt=receipt_bytes, accept=accept_bytes, master=master, body=body, prompt=receipts.ids_bytes(prompt),
        answer=receipts.ids_bytes(answer), text=b"text", trace=b"\1" + b"".join(run.roots[:2 + len(answer)]),
        certificate=certificate, joint=joint))


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
        self.assertEqual((len(parts["accept"]), len(parts["receipt"])), (528, 864))

    def test_a_sound_bundle_of_either_seed(self):
        for seed in (7, -1, None):
            self.assertEqual([r for _, r in receipts.level0(make_bundle(seed))], [True] * 12 + [None] + [True] * 7 + [None])

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
        accept = {"epoch": 0, "slot": 0, "contributions": bytes(32)}
        for text in ("5", "5.0", "5e0", "0.5e1"):
            self.assertTrue(receipts.seed_holds(receipt, accept, b'{"seed":%s}' % text.encode()))
        zero = receipt | {"material": bytes(32)}
        self.assertTrue(receipts.seed_holds(zero, accept, b'{"seed":0e-9223372036854775808,"a":1e-9223372036854775808}'))
        deep = b'{"seed":5,"a":' + b"[" * 33 + b"]" * 33 + b"}"
        for body in (b'{"seed":5.5}', b'{"seed":"5"}', b'{"seed":5,"seed":5}', b'{"seed":true}', deep,
                     b'{"seed":5}' + b" " * (8 << 20), b'{"seed":1e-9223372036854775808}', b'{"seed":NaN}'):
            self.assertFalse(receipts.seed_holds(receipt, accept, body))

    def test_a_joint_seed_opens_its_slot_alone(self):
        data = make_bundle(None, slot=4095)
        self.assertEqual(data[8], 3)
        self.assertNotIn(False, dict(receipts.level0(data)).values())
        parts = receipts.decode_bundle(data)
        for joint in (b"", make_opening(4094), bytes(32) + parts["joint"][32:], parts["joint"][:-1] + b"\0"):
            if joint != parts["joint"]:
                self.assertEqual(receipts.level0(receipts.encode_bundle(parts | {"joint": joint}))[-1], ("seed", False))
        unasked = receipts.decode_bundle(make_bundle(None)) | {"joint": parts["joint"]}
        self.assertEqual(receipts.level0(receipts.encode_bundle(unasked))[-1], ("seed", False))

    def test_a_joint_seed_is_made_of_three_parts(self):
        whole = receipts.sampler_seed(2, sha(b"u"), b"{}", sha(b"c"))
        message = sha(b"u") + sha(b"c") + tagged("razao/request/1", b"{}")
        self.assertEqual(whole, sha(b"\x12razao/seed/joint/1" + message))

    def test_channels_owe_at_least_the_answer(self):
        self.assertNotIn(False, dict(receipts.level0(make_bundle(channel=sha(b"c"), before=50))).values())
        for channel, before in ((sha(b"c"), -1), (bytes(32), 1)):
            self.assertEqual(receipts.level0(make_bundle(channel=channel, before=before))[-1], ("channel", False))

    def test_inclusions_lead_to_the_anchored_root(self):
        parts = receipts.decode_bundle(make_bundle())
        leaves = [sha(bytes([i])) for i in range(4)] + [receipts.batch_leaf(parts["receipt"])]
        provider = tagged("razao/provider/1", receipts.public_key(SECRET))
        field = bytes(32) + provider + struct.pack("<QQII", 3, 1000, 4, 5)
        field += b"".join(receipts.inclusion_path(4, leaves))
        anchor = (3, 1000, 5, merkle(leaves))
        data = receipts.encode_bundle(parts | {"inclusion": field})
        self.assertEqual(receipts.level0(data)[-1], ("inclusion", None))
        self.assertEqual(receipts.level0(data, anchor)[-1], ("inclusion", True))
        for at in range(len(field)):
            changed = field[:at] + bytes([field[at] ^ 1]) + field[at + 1:]
            data = receipts.encode_bundle(parts | {"inclusion": changed})
            self.assertEqual(receipts.level0(data, anchor)[-1], ("inclusion", False), at)

    def test_paths_of_small_trees(self):
        for count in range(1, 21):
            leaves = [sha(bytes([i])) for i in range(count)]
            for index in range(count):
                path = receipts.inclusion_path(index, leaves)
                self.assertEqual(receipts.inclusion_root(leaves[index], index, count, path), merkle(leaves))
                self.assertIsNone(receipts.inclusion_root(leaves[index], index, count, path + path[:1] + [leaves[0]]))
                self.assertIsNone(receipts.inclusion_root(leaves[index], count, count, path))

    def test_the_lowest_version_alone(self):
        parts = receipts.decode_bundle(make_bundle())
        fields = b"".join(struct.pack("<I", len(parts[p])) + parts[p] for p in receipts.PARTS)
        for version, more in ((2, 1), (3, 3)):
            data = b"RAZAOBN1" + struct.pack("<I", version) + fields + bytes(4 * more)
            self.assertIs(receipts.level0(data)[-1][1], False)

    def test_a_bundle_before_it_was_anchored(self):
        for data in (make_bundle(), make_bundle(None, slot=3)):
            anchored = receipts.encode_bundle(receipts.decode_bundle(data) | {"inclusion": bytes(88)})
            self.assertEqual((anchored[8], receipts.without_inclusion(anchored)), (3, data))

    def test_vouchers_have_one_layout(self):
        voucher = dict(magic=b"RAZAOVO1", version=1, chain=b"\1" * 32, channel=b"\2" * 32, key=b"\3" * 32,
                       cumulative=123456789, reference=b"\4" * 32, signature=bytes(64))
        data = receipts.encode(receipts.VOUCHER, voucher)
        self.assertEqual(len(data), 216)
        self.assertEqual(receipts.decode(receipts.VOUCHER, b"RAZAOVO1", data), voucher)
        self.assertEqual(tagged("razao/voucher/1", data[:-64]).hex(),
                         "e3e18dd1244f0160a3e000a9e8b1e4658b254ffbd036777a21b09df6b15e1934")

    def test_extras(self):
        message = b"\1\0\0\0\5\0\0\0\xff\xff\xff\xff\1\0\0\0\2\0\0\0ab"
        self.assertEqual(receipts.extras_hash({5: -1}, [b"ab"]), sha(b"\x0erazao/extras/1" + message))
        self.assertNotEqual(leaf(b""), receipts.extras_hash({}, []))


if __name__ == "__main__":
    unittest.main()
