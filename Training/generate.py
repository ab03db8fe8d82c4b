"""Writes the training text: one JSON conversation per line, from a seed.

    python3 generate.py --seed 1 --documents 1000 --out corpus.jsonl
"""

import argparse
import json

from chooser import Chooser
from conversations import conversation


def documents(seed: int, count: int):
    chooser = Chooser(seed)
    for _ in range(count):
        yield conversation(chooser)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    with open(options.out, "w", encoding="utf-8") as out:
        for talk in documents(options.seed, options.documents):
            out.write(json.dumps(talk, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
