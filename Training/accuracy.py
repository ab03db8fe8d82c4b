"""Counts answers that are right word for word, for questions with one right answer.

    python3 accuracy.py model
"""

import sys
from pathlib import Path

import conversations as talk
import tokenizer as bpe
from chooser import Chooser
from float_llama import FloatLlama
from words import FACTS, SELF

SEED = 4
COUNT = 150


def sums(sign: str):
    word = {"+": "plus", "-": "minus"}[sign]
    for a in range(talk.LIMIT + 1):
        for b in range(talk.LIMIT + 1 if sign == "+" else a + 1):
            yield f"What is {a} {word} {b}?", f"{a} {sign} {b} = {a + b if sign == '+' else a - b}."


def drawn(turn):
    chooser = Chooser(SEED)
    return (turn(chooser) for _ in range(COUNT))


def right(model, tokenizer, question: str, answer: str) -> bool:
    """Whether taking the likeliest token at every step gives exactly this answer."""
    prompt = tokenizer.prompt([("user", question)])
    wanted = tokenizer.encode("\n" + answer)[len(tokenizer.encode("\n")) :] + [tokenizer.special("end")]
    best = model.logits([prompt + wanted[:-1]])[0, len(prompt) - 1 :].argmax(axis=-1)
    return best.tolist() == wanted


def main():
    directory = Path(sys.argv[1])
    model, tokenizer = FloatLlama(directory), bpe.load(directory / "tokenizer.json")
    tables = (
        ("sums of two numbers up to 20", sums("+")),
        ("differences of two numbers up to 20, not negative", sums("-")),
        ("which is bigger, numbers", drawn(talk.compare_turn)),
        ("which is bigger, animals", drawn(talk.size_turn)),
        ("counting", drawn(talk.counting_turn)),
        ("colours", drawn(talk.colour_turn)),
        ("animals", drawn(talk.animal_turn)),
        ("facts", FACTS),
        ("about Razao and itself, first wordings", [(q[0], a[0]) for q, a in SELF if len(a) == 1]),
        ("questions it cannot know", drawn(talk.unknown_turn)),
    )
    for name, pairs in tables:
        results = [right(model, tokenizer, question, answer) for question, answer in pairs]
        print(f"{name:<52} {sum(results):>4} of {len(results)}", flush=True)


if __name__ == "__main__":
    main()
