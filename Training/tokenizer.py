"""Byte-level BPE, trained and applied by our own code, saved in the Hugging Face tokenizer.json format."""

import json
from collections import Counter
from math import isqrt

import regex

SPECIALS = ("<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
# Words with one leading character, single digits, punctuation, line ends, spaces.
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
    r"\s*[\r\n]+|\s+(?!\S)|\s+"
)
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)


def byte_alphabet() -> list[str]:
    """The printable stand-in of every byte, as in GPT-2: printable Latin-1 as itself, the rest from U+0100 up."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spare = iter(range(0x100, 0x200))
    return [chr(b) if b in printable else chr(next(spare)) for b in range(256)]


class Tokenizer:
    def __init__(self, merges):
        """merges: pairs of token strings in the byte alphabet, best first."""
        self.alphabet = byte_alphabet()
        self.merges = [tuple(pair) for pair in merges]
        self.rank = {pair: i for i, pair in enumerate(self.merges)}
        tokens = sorted(self.alphabet) + [a + b for a, b in self.merges] + list(SPECIALS)
        self.tokens = tokens
        self.ids = {token: i for i, token in enumerate(tokens)}
        assert len(self.ids) == len(tokens)
        self.pattern = regex.compile(PATTERN)
        self.cache = {}

    def special(self, name: str) -> int:
        return self.ids[f"<|{name}|>"]

    def encode_word(self, word: str):
        found = self.cache.get(word)
        if found is None:
            parts = [self.alphabet[b] for b in word.encode("utf-8")]
            while len(parts) > 1:
                best = min(range(len(parts) - 1), key=lambda i: self.rank.get((parts[i], parts[i + 1]), 1 << 30))
                if (parts[best], parts[best + 1]) not in self.rank:
                    break
                parts[best : best + 2] = [parts[best] + parts[best + 1]]
            found = self.cache[word] = [self.ids[p] for p in parts]
        return found

    def encode(self, text: str) -> list[int]:
        """Text without special tokens."""
        return [i for word in self.pattern.findall(text) for i in self.encode_word(word)]

    def decode(self, ids) -> str:
        byte_of = {symbol: b for b, symbol in enumerate(self.alphabet)}
        out = bytearray()
        for i in ids:
            token = self.tokens[i]
            out += token.encode() if token in SPECIALS else bytes(byte_of[s] for s in token)
        return out.decode("utf-8", errors="replace")

    def encode_chat(self, conversation):
        """(ids, spoken): the chat template applied; `spoken` marks what the assistant has to produce."""
        ids, spoken = [], []
        newline = self.encode("\n")
        for role, text in conversation:
            body = self.encode("\n" + text)
            own = role == "assistant"
            ids += [self.special(role)] + body + [self.special("end")] + newline
            spoken += [False] + [own and i >= len(newline) for i in range(len(body))] + [own] + [False] * len(newline)
        return ids, spoken

    def prompt(self, conversation) -> list[int]:
        return self.encode_chat(conversation)[0] + [self.special("assistant")] + self.encode("\n")

    def json(self) -> dict:
        specials = [
            {
                "id": self.ids[s],
                "content": s,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for s in SPECIALS
        ]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
        split = {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}
        vocab = {t: i for t, i in self.ids.items() if t not in SPECIALS}
        return {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": specials,
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
            "post_processor": byte_level,
            "decoder": byte_level,
            "model": {
                "type": "BPE",
                "dropout": None,
                "unk_token": None,
                "continuing_subword_prefix": "",
                "end_of_word_suffix": "",
                "fuse_unk": False,
                "byte_fallback": False,
                "ignore_merges": False,
                "vocab": vocab,
                "merges": [f"{a} {b}" for a, b in self.merges],
            },
        }

    def config(self) -> dict:
        return {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 512,
            "eos_token": "<|end|>",
            "pad_token": "<|endoftext|>",
            "add_bos_token": False,
            "clean_up_tokenization_spaces": False,
            "chat_template": CHAT_TEMPLATE,
        }


def load(path) -> Tokenizer:
    with open(path, encoding="utf-8") as file:
        return Tokenizer([merge.split(" ") for merge in json.load(file)["model"]["merges"]])


def train(conversations, vocabulary: int) -> Tokenizer:
    """The most frequent pair first; ties go to the pair that sorts first, so the result depends on the text alone."""
    pattern, alphabet = regex.compile(PATTERN), byte_alphabet()
    counts = Counter(word for talk in conversations for _, text in talk for word in pattern.findall(text))
    # The root of the count: rare nouns matter as much here as frequent phrases, and names should stay whole.
    words = [([alphabet[b] for b in word.encode("utf-8")], isqrt(count)) for word, count in sorted(counts.items())]
    merges = []
    while len(merges) < vocabulary - 256 - len(SPECIALS):
        pairs = Counter()
        for parts, count in words:
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for parts, _ in words:
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == best:
                    parts[i : i + 2] = [parts[i] + parts[i + 1]]
                i += 1
    return Tokenizer(merges)
