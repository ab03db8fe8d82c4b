#!/usr/bin/env python3
"""Writes Tests/Fixtures/quantized: block types of GGUF with the values that the PyPI package gguf gives them.

    pip install gguf numpy
    scripts/quantized-fixtures.py ../shared/data/models/stories260K/stories260K-F32.gguf

`blocks.gguf` has, for each type, random blocks and a tensor NAME.expected of type F32; `stories260K-mixed.gguf` is the given
model with its matrices in several block types.
"""

import pathlib
import sys

import gguf
import numpy as np
from gguf import quants

TYPES = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "MXFP4"]
# Where binary16 numbers stand in a block.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "MXFP4": [],
}
ROWS, COLUMNS = 3, 512
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "quantized"


def random_blocks(name, random):
    length, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    count = ROWS * COLUMNS // length
    blocks = random.integers(0, 256, (count, size), dtype=np.uint8)
    for place in HALVES[name]:
        # All signs and exponents but that of infinities: ordinary, subnormal and zero scales.
        bits = random.integers(0, 1 << 16, count, dtype=np.uint16) & 0xFBFF
        blocks[:, place:place + 2] = bits.astype("<u2").reshape(-1, 1).view(np.uint8)
    if name == "MXFP4":
        blocks[:, 0] = random.integers(0, 252, count)
        blocks[:3, 0] = [0, 1, 2]
    return blocks


def write_blocks(path):
    random = np.random.default_rng(20)
    writer = gguf.GGUFWriter(path, "none")
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        blocks = random_blocks(name, random)
        rows = blocks.reshape(ROWS, -1)
        writer.add_tensor(name, rows, raw_dtype=kind)
        writer.add_tensor(name + ".expected", quants.dequantize(rows, kind).astype(np.float32))
    finish(writer)


def write_model(source, path):
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(path, "llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kinds = field.types
        item = kinds[-1] if kinds[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kinds[0], sub_type=item)
    names = ["Q8_0", "Q5_0", "Q4_1", "Q5_1", "Q4_0"]
    for index, tensor in enumerate(reader.tensors):
        values = np.array(tensor.data, dtype=np.float32)
        if values.ndim == 1:
            writer.add_tensor(tensor.name, values)
        elif values.shape[-1] % 32:
            writer.add_tensor(tensor.name, values.astype(np.float16))
        else:
            # One type for both, so that the head stays tied to the embedding.
            name = "Q8_0" if tensor.name in ("token_embd.weight", "output.weight") else names[index % len(names)]
            kind = gguf.GGMLQuantizationType[name]
            writer.add_tensor(tensor.name, quants.quantize(values, kind), raw_dtype=kind)
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_blocks(FOLDER / "blocks.gguf")
    write_model(sys.argv[1], FOLDER / "stories260K-mixed.gguf")
