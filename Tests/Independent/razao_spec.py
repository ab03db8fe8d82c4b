"""An independent implementation of SPEC.md, written from the page alone and meant to be read next to it.

spec_arithmetic holds sections 1 to 3, spec_program sections 4 to 6, this file execution, trace and the command line:

    razao_spec.py check FILE
    razao_spec.py FILE --tokens 1,2,3 [--generate N] [sampling options] [--salt HEX] [--chain-blind HEX] [--json]
"""
import argparse
import json
import struct
import sys

import numpy as np

from spec_arithmetic import (Sampling, Violation, block_sum, embed, feed_forward, leaf, linear, merkle, need, pool,
                             sample, sha, site_after_norm, tagged, u32, AttentionState)
from spec_program import read_program

# --- 7. Execution and trace ------------------------------------------------------------------------------------------


def residual_payload(x):
    low, high, width = int(x.min()), int(x.max()), 1
    while not (-(1 << (8 * width - 1)) <= low and high < 1 << (8 * width - 1)):
        width += 1
    return bytes([width]) + x.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width].tobytes()


def cell(salt, t, l, x, heads):
    return merkle([leaf(salt + struct.pack("<III", t, l, i) + payload)
                   for i, payload in enumerate([residual_payload(x)] + heads)])


def encode(graph, tokens, dimensions=None, salt=bytes(32)):
    """An encoder's vector, and the token roots of its positions."""
    rows, cells = [embed(graph, token, p) for p, token in enumerate(tokens)], [[] for _ in tokens]
    for l, (attention, feed) in enumerate(graph.layers):
        state = AttentionState(attention, len(tokens))
        added = [state.add(p, x) for p, x in enumerate(rows)]
        for p, (query, heads) in enumerate(added):
            x = block_sum(rows[p], state.output(p, query, len(tokens)), attention.post_norm)
            rows[p] = block_sum(x, feed_forward(feed, x), feed.post_norm)
            cells[p].append(cell(salt, p, l, rows[p], heads))
    return pool(rows, graph.pooling, dimensions or graph.d), [merkle(c) for c in cells]


class Execution:
    """A sequence fed from position 0; `feed` returns the logits, `roots` holds the token root of every position."""

    def __init__(self, graph, capacity, salt=bytes(32)):
        self.graph, self.salt, self.roots = graph, salt, []
        self.attention = [AttentionState(a, capacity) for a, _ in graph.layers]

    def feed(self, token):
        g, t, cells = self.graph, len(self.roots), []
        x = embed(g, token, t)
        for l, (state, (attention, feed)) in enumerate(zip(self.attention, g.layers)):
            query, heads = state.add(t, x)
            x = block_sum(x, state.output(t, query), attention.post_norm)
            x = block_sum(x, feed_forward(feed, x), feed.post_norm)
            cells.append(cell(self.salt, t, l, x, heads))
        self.roots.append(merkle(cells))
        return linear(g.head, site_after_norm(g.head_site, g.norm, x))


def trace_root(token_roots, first, count):
    """Of a sequence of `count` tokens behind a cached prefix of `first`: the last token has no cells."""
    return merkle(token_roots[first:count - 1])


def token_chain(blind, tokens):
    """Over the answer's tokens, as the receipt states it."""
    h = tagged("razao/chain/1", blind)
    for token in tokens:
        h = tagged("razao/chain/1", h + u32(token))
    return h


def generate(graph, prompt, count, sampling, salt=bytes(32)):
    """Feeds the prompt and samples at most `count` tokens; a stop id ends the answer and is its last token.

    Returns answer, logits of the last position fed, and the execution.
    """
    run, answer = Execution(graph, len(prompt) + count, salt), []
    for token in prompt:
        logits = run.feed(token)
    while len(answer) < count:
        answer.append(sample(logits, prompt, answer, sampling))
        if answer[-1] in graph.stop_ids or len(answer) == count:
            break
        logits = run.feed(answer[-1])
    return answer, logits, run


# --- Command line ----------------------------------------------------------------------------------------------------


def arguments(argv):
    p = argparse.ArgumentParser(description="SPEC.md, independently; decimals are given times 10^4")
    p.add_argument("file")
    p.add_argument("--tokens", required=True, help="prompt ids, comma separated")
    for name in ("generate", "temperature", "top-k", "frequency", "presence", "choice"):
        p.add_argument("--" + name, type=int, default=0)
    for name in ("top-p", "repetition"):
        p.add_argument("--" + name, type=int, default=10000)
    p.add_argument("--bias", default="", help="ID:BIAS,…")
    for name in ("seed", "salt", "chain-blind"):
        p.add_argument("--" + name, type=bytes.fromhex, default=bytes(32), help="hex; zeros if absent")
    p.add_argument("--json", action="store_true")
    return p.parse_args(argv)


def load(path):
    with open(path, "rb") as file:
        return read_program(file.read())


def run_command(argv):
    a = arguments(argv)
    program, prompt = load(a.file), [int(t) for t in a.tokens.split(",")]
    need(all(0 <= t < program.graph.vocabulary for t in prompt), "tokens", "an id is outside the vocabulary")
    need(len(prompt) + a.generate <= program.graph.context, "tokens", "longer than the context")
    bias = dict(map(int, pair.split(":")) for pair in a.bias.split(",") if pair)
    sampling = Sampling(a.temperature, a.top_k, a.top_p, a.repetition, a.frequency, a.presence, bias, a.seed, a.choice)
    answer, logits, run = generate(program.graph, prompt, a.generate, sampling, a.salt)
    result = {
        "programRoot": program.program_root.hex(), "weightsRoot": program.weights_root.hex(),
        "logitsSHA256": sha(logits.astype("<i4").tobytes()).hex(), "logits": logits[:8].tolist(), "answer": answer,
        "traceRoot": trace_root(run.roots, 0, len(prompt) + len(answer)).hex(),
        "tokenChain": token_chain(a.chain_blind, answer).hex(),
    }
    print(json.dumps(result) if a.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


def main(argv):
    try:
        if argv[:1] == ["check"] and len(argv) == 2:
            program = load(argv[1])
            print(f"programRoot: {program.program_root.hex()}\nweightsRoot: {program.weights_root.hex()}")
        else:
            run_command(argv)
    except (Violation, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
