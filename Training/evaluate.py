"""Compares the integer program with the float64 model.

    python3 evaluate.py MODEL TOKENS.json LOGITS.bin

MODEL is a Hugging Face directory, TOKENS.json a fixture of reference.py. LOGITS.bin holds the program's logits as
little-endian int32 with 16 fraction bits, one row of the vocabulary per position, sequence after sequence, with or
without the last position of each sequence (which predicts nothing here). A file that ends early covers the first
sequences.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from float_llama import FloatLlama, log_softmax


def plan(sequences, rows: int):
    """(number of sequences covered, whether the last position of each is in the file)."""
    with_last = without_last = 0
    for count, ids in enumerate(sequences, start=1):
        with_last, without_last = with_last + len(ids), without_last + len(ids) - 1
        if rows == with_last:
            return count, True
        if rows == without_last:
            return count, False
    raise SystemExit(f"{rows} rows do not end at the end of a sequence")


def compare(model, sequences, rows, with_last: bool):
    """Per prediction: float and integer negative log-likelihood, KL(float ‖ integer), same top-1, gap."""
    columns, at = [], 0
    for ids in sequences:
        count = len(ids) - 1
        ours = rows[at : at + count].astype(np.float64) / 65536
        at += count + with_last
        theirs = model.logits([ids])[0][:-1]
        p, q = log_softmax(theirs), log_softmax(ours)
        best, index = np.partition(theirs, -2, axis=-1), (np.arange(count), ids[1:])
        columns.append(
            np.stack(
                (
                    -p[index],
                    -q[index],
                    (np.exp(p) * (p - q)).sum(axis=-1),
                    theirs.argmax(axis=-1) == ours.argmax(axis=-1),
                    best[:, -1] - best[:, -2],
                )
            )
        )
    return np.concatenate(columns, axis=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("tokens", type=Path)
    parser.add_argument("logits", type=Path)
    options = parser.parse_args()
    model = FloatLlama(options.model)
    sequences = json.loads(options.tokens.read_text(encoding="utf-8"))["sequences"]
    if options.logits.stat().st_size % (4 * model.vocabulary):
        raise SystemExit("the file of logits is not a whole number of rows")
    rows = np.memmap(options.logits, dtype="<i4", mode="r").reshape(-1, model.vocabulary)
    count, with_last = plan(sequences, len(rows))
    nll, ours, kl, same, gap = compare(model, sequences[:count], rows, with_last)
    print(f"predictions            {len(nll)} in {count} sequences")
    print(f"perplexity, float      {np.exp(nll.mean()):.4f}")
    print(f"perplexity, program    {np.exp(ours.mean()):.4f}")
    print(f"perplexity ratio       {np.exp(ours.mean() - nll.mean()):.6f}")
    print(f"KL per token           {kl.mean():.6f} nats, largest {kl.max():.4f}")
    for name, chosen in (("all", gap >= 0), ("gap > 0.1", gap > 0.1), ("gap > 0.5", gap > 0.5)):
        share = f"{100 * same[chosen].mean():.3f} % of {chosen.sum()}" if chosen.any() else "no positions"
        print(f"top-1, {name:<15} {share}")


if __name__ == "__main__":
    main()
