"""Writes a Llama of a given shape with random weights as GGUF, in Q8_0 or Q4_0, for llama.cpp.

Usage: gguf_model.py output= vocabulary= hidden= layers= heads= kv= width= context= format=int8|int4 [seed=1]
int8 means Q8_0, int4 means Q4_0: the formats that stand opposite Razao's. Norm gains are F32, as llama.cpp wants them.
"""

import struct
import sys

import numpy

ALIGNMENT = 32
U32, F32, STRING, ARRAY, I32 = 4, 6, 8, 9, 5
# Format: (number in GGUF, weights of a block, bytes of a block).
TYPES = {"f32": (0, 1, 4), "int4": (2, 32, 18), "int8": (8, 32, 34)}


def text(value):
    """A length and that many bytes of UTF-8."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def field(name, kind, value):
    """One entry of the metadata."""
    if kind == STRING:
        return text(name) + struct.pack("<I", kind) + text(value)
    return text(name) + struct.pack("<I" + {U32: "I", F32: "f"}[kind], kind, value)


def array(name, kind, values):
    """One list of the metadata."""
    head = text(name) + struct.pack("<IIQ", ARRAY, kind, len(values))
    if kind == STRING:
        return head + b"".join(text(value) for value in values)
    return head + struct.pack("<%d%s" % (len(values), {F32: "f", I32: "i"}[kind]), *values)


def pieces(count):
    """A vocabulary that llama.cpp loads: three control tokens, a token for each byte, then words that mean nothing."""
    names = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % byte for byte in range(256)]
    names += ["\u2581w%d" % index for index in range(count - len(names))]
    kinds = [2, 3, 3] + [6] * 256 + [1] * (count - 259)
    return names[:count], kinds[:count]


def metadata(shape):
    """All entries for a shape, and how many there are."""
    names, kinds = pieces(shape["vocabulary"])
    head = shape["hidden"] // shape["heads"]
    entries = [
        field("general.architecture", STRING, "llama"),
        field("general.name", STRING, "random"),
        field("general.alignment", U32, ALIGNMENT),
        field("general.file_type", U32, 7 if shape["format"] == "int8" else 2),
        field("llama.vocab_size", U32, shape["vocabulary"]),
        field("llama.context_length", U32, shape["context"]),
        field("llama.embedding_length", U32, shape["hidden"]),
        field("llama.block_count", U32, shape["layers"]),
        field("llama.feed_forward_length", U32, shape["width"]),
        field("llama.attention.head_count", U32, shape["heads"]),
        field("llama.attention.head_count_kv", U32, shape["kv"]),
        field("llama.attention.layer_norm_rms_epsilon", F32, 1e-5),
        field("llama.rope.dimension_count", U32, head),
        field("llama.rope.freq_base", F32, 10000.0),
        field("tokenizer.ggml.model", STRING, "llama"),
        array("tokenizer.ggml.tokens", STRING, names),
        array("tokenizer.ggml.scores", F32, [-float(index) for index in range(len(names))]),
        array("tokenizer.ggml.token_type", I32, kinds),
        field("tokenizer.ggml.bos_token_id", U32, 1),
        field("tokenizer.ggml.eos_token_id", U32, 2),
        field("tokenizer.ggml.unknown_token_id", U32, 0),
    ]
    return b"".join(entries), len(entries)


def tensors(shape):
    """(name, rows, columns, format) of every tensor, in the order of the file; one row for a vector."""
    hidden, width, kind = shape["hidden"], shape["width"], shape["format"]
    keys = hidden // shape["heads"] * shape["kv"]
    yield "token_embd.weight", shape["vocabulary"], hidden, kind
    for layer in range(shape["layers"]):
        prefix = "blk.%d." % layer
        yield prefix + "attn_norm.weight", 1, hidden, "f32"
        yield prefix + "attn_q.weight", hidden, hidden, kind
        yield prefix + "attn_k.weight", keys, hidden, kind
        yield prefix + "attn_v.weight", keys, hidden, kind
        yield prefix + "attn_output.weight", hidden, hidden, kind
        yield prefix + "ffn_norm.weight", 1, hidden, "f32"
        yield prefix + "ffn_gate.weight", width, hidden, kind
        yield prefix + "ffn_up.weight", width, hidden, kind
        yield prefix + "ffn_down.weight", hidden, width, kind
    yield "output_norm.weight", 1, hidden, "f32"
    yield "output.weight", shape["vocabulary"], hidden, kind


def byte_count(rows, columns, kind):
    _, weights, size = TYPES[kind]
    return rows * columns // weights * size


def blocks(random, rows, columns, kind):
    """The bytes of one tensor: random numbers, with a scale for each block that keeps outputs of about one."""
    if kind == "f32":
        return random.uniform(0.5, 1.5, columns).astype("<f4").tobytes()
    _, weights, size = TYPES[kind]
    count = rows * columns // weights
    data = numpy.frombuffer(random.bytes(count * size), dtype=numpy.uint8).reshape(count, size).copy()
    greatest = 128 if kind == "int8" else 8
    scale = numpy.array([1.7 / greatest / columns**0.5], dtype="<f2").view(numpy.uint8)
    data[:, :2] = scale
    return data.tobytes()


def write(path, shape, seed):
    """Writes the file, one tensor in memory at a time."""
    random = numpy.random.Generator(numpy.random.PCG64(seed))
    fields, field_count = metadata(shape)
    listed = list(tensors(shape))
    table, offset = b"", 0
    for name, rows, columns, kind in listed:
        sizes = [columns] if rows == 1 else [columns, rows]
        table += text(name) + struct.pack("<I%dQIQ" % len(sizes), len(sizes), *sizes, TYPES[kind][0], offset)
        offset += -(-byte_count(rows, columns, kind) // ALIGNMENT) * ALIGNMENT
    with open(path, "wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(listed), field_count) + fields + table)
        for _, rows, columns, kind in listed:
            file.write(bytes(-file.tell() % ALIGNMENT))
            file.write(blocks(random, rows, columns, kind))


def main():
    words = dict(word.split("=", 1) for word in sys.argv[1:])
    path, seed = words.pop("output"), int(words.pop("seed", "1"))
    write(path, {key: value if key == "format" else int(value) for key, value in words.items()}, seed)


if __name__ == "__main__":
    main()
