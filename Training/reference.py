"""Makes the committed fixtures: tokens, and what the float64 model says about them.

    python3 reference.py sampled ../../shared/data/models/stories260K/hf ../Tests/Fixtures/reference stories260K
    python3 reference.py held-out model ../Tests/Fixtures/reference shipped

NAME-tokens.json      {"passport", "sequences": [[ids], …]}
NAME-reference.json   {"passport", "nll_sum", "predictions", "top1", "gap_milli"}; nll_sum in nats; the two lists run
                      over positions 0 … n − 2 of every sequence, one after the other; the gap between the two
                      best logits is in thousandths, rounded down.
NAME-logits.npy       float32 logits of the first positions of the first sequences
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from float_llama import FloatLlama, log_softmax

SAMPLED = {"first": 1, "sequences": 40, "length": 512, "seed": 20}
HELD_OUT_SEED, HELD_OUT_SEQUENCES, HELD_OUT_LENGTH = 2, 40, 512


def sampled_sequences(model):
    return model.sample(**SAMPLED), f"drawn from the float64 model at temperature 1, PCG64, {SAMPLED}"


def held_out_sequences(directory: Path):
    import tokenizer as bpe
    from generate import documents

    tokenizer = bpe.load(directory / "tokenizer.json")
    end, talks, sequences = tokenizer.special("endoftext"), documents(HELD_OUT_SEED, 1 << 60), []
    while len(sequences) < HELD_OUT_SEQUENCES:
        ids = []
        while len(ids) < HELD_OUT_LENGTH:
            ids += tokenizer.encode_chat(next(talks))[0] + [end]
        sequences.append(ids[:HELD_OUT_LENGTH])
    return sequences, (
        f"conversations of generate.py, seed {HELD_OUT_SEED} (training: seed 1), end to end, "
        f"cut at {HELD_OUT_LENGTH} tokens"
    )


def measure(model, sequences):
    """(summed negative log-likelihood in nats, top-1 ids, gaps in thousandths) over all predictions."""
    nll, top, gaps = 0.0, [], []
    for ids in sequences:
        logits = model.logits([ids])[0][:-1]
        nll -= log_softmax(logits)[np.arange(len(ids) - 1), ids[1:]].sum()
        best = np.partition(logits, -2, axis=-1)
        top += logits.argmax(axis=-1).tolist()
        gaps += np.floor((best[:, -1] - best[:, -2]) * 1000).astype(int).tolist()
    return float(nll), top, gaps


def write_tokens(path: Path, passport, sequences):
    lines = ",\n".join(json.dumps(ids, separators=(",", ":")) for ids in sequences)
    path.write_text('{"passport":' + json.dumps(passport) + ',\n"sequences":[\n' + lines + "]}\n", encoding="utf-8")


def write_reference(path: Path, passport, nll, top, gaps):
    head = {"passport": passport, "nll_sum": nll, "predictions": len(top)}
    lists = {"top1": top, "gap_milli": gaps}
    body = ",\n".join(f'"{k}":' + json.dumps(v, separators=(",", ":")) for k, v in lists.items())
    path.write_text(json.dumps(head)[:-1] + ",\n" + body + "}\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", choices=("sampled", "held-out"))
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("name")
    parser.add_argument("--golden", type=Path, help="a JSON file with bos and greedy_tokens to reproduce first")
    options = parser.parse_args()
    model = FloatLlama(options.model)
    if options.golden:
        golden = json.loads(options.golden.read_text(encoding="utf-8"))
        if model.answer([golden["bos"]], len(golden["greedy_tokens"])) != golden["greedy_tokens"]:
            sys.exit("the greedy tokens differ from the golden ones")
        print("the golden greedy tokens are reproduced")
    sequences, how = sampled_sequences(model) if options.text == "sampled" else held_out_sequences(options.model)
    passport = {
        "model": options.name,
        "text": how,
        "command": f"reference.py {options.text} MODEL OUT {options.name}",
        "arithmetic": "float64",
        "numpy": np.__version__,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    write_tokens(options.out / f"{options.name}-tokens.json", passport, sequences)
    nll, top, gaps = measure(model, sequences)
    write_reference(options.out / f"{options.name}-reference.json", passport, nll, top, gaps)
    positions = 64 if model.vocabulary <= 512 else 32
    few = np.stack([model.logits([ids[:positions]])[0] for ids in sequences[:3]]).astype("<f4")
    np.save(options.out / f"{options.name}-logits.npy", few)
    print(f"{len(top)} predictions, {nll / len(top):.6f} nats each, perplexity {np.exp(nll / len(top)):.4f}")


if __name__ == "__main__":
    main()
