#!/usr/bin/env python3
"""Computes what all-MiniLM-L6-v2 makes of the sentences in Tests/Fixtures/families/minilm/sentences.txt.

Needs torch and transformers (torch 2.13.0+cpu and transformers 5.23.0 made the files in the repository):
    python3 scripts/minilm-fixtures.py $(scripts/fetch-minilm) Tests/Fixtures/families/minilm
tokens.u16: for each sentence the count of its token ids and the ids, u16; vectors.f16: for each sentence 384 numbers,
binary16, of the mean of the last layer over all positions, scaled to unit length, computed in binary64.
"""
import pathlib
import sys

import numpy
import torch
import transformers


def main():
    source, folder = (pathlib.Path(argument) for argument in sys.argv[1:3])
    model = transformers.BertModel.from_pretrained(source, attn_implementation="eager").double().eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(source)
    ids, vectors = [], []
    with torch.no_grad():
        for sentence in (folder / "sentences.txt").read_text(encoding="utf-8").splitlines():
            tokens = tokenizer(sentence, truncation=False, padding=False)["input_ids"]
            vector = model(torch.tensor([tokens])).last_hidden_state[0].mean(0)
            ids += [len(tokens)] + tokens
            vectors.append((vector / vector.norm()).numpy())
    numpy.array(ids, dtype="<u2").tofile(folder / "tokens.u16")
    numpy.array(vectors, dtype="<f2").tofile(folder / "vectors.f16")
    print(len(vectors), "sentences,", len(ids) - len(vectors), "tokens")


main()
