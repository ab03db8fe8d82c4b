"""Asks the exported model, in float64; without a temperature it always takes the likeliest token.

    python3 sample.py model "Tell me a story about a fox and a lantern."
    python3 sample.py model "My name is Mia." "What is my name?" --together
"""

import argparse
from pathlib import Path

import numpy as np

import tokenizer as bpe
from float_llama import FloatLlama


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("prompts", nargs="+")
    parser.add_argument("--together", action="store_true", help="the prompts are the turns of one conversation")
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.Generator(np.random.PCG64(options.seed))
    model, tokenizer = FloatLlama(options.model), bpe.load(options.model / "tokenizer.json")
    stop = {tokenizer.special("end"), tokenizer.special("endoftext")}
    talk = []
    for prompt in options.prompts:
        talk = (talk if options.together else []) + [("user", prompt)]
        ids = tokenizer.prompt(talk)
        room = min(300, model.context - len(ids))
        answer = tokenizer.decode(model.answer(ids, room, stop, options.temperature, random))
        talk.append(("assistant", answer))
        print(f"> {prompt}\n{answer}\n")


if __name__ == "__main__":
    main()
