"""Asks the exported model, in float64, always taking the likeliest token.

    python3 sample.py model "Tell me a story about a fox and a lantern."
    python3 sample.py model "My name is Mia." "What is my name?" --together
"""

import argparse
from pathlib import Path

import tokenizer as bpe
from float_llama import FloatLlama


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("prompts", nargs="+")
    parser.add_argument("--together", action="store_true", help="the prompts are the turns of one conversation")
    options = parser.parse_args()
    model, tokenizer = FloatLlama(options.model), bpe.load(options.model / "tokenizer.json")
    stop = {tokenizer.special("end"), tokenizer.special("endoftext")}
    talk = []
    for prompt in options.prompts:
        talk = (talk if options.together else []) + [("user", prompt)]
        ids = tokenizer.prompt(talk)
        answer = tokenizer.decode(model.greedy(ids, min(300, model.context - len(ids)), stop))
        talk.append(("assistant", answer))
        print(f"> {prompt}\n{answer}\n")


if __name__ == "__main__":
    main()
