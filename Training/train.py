"""One command from nothing to the model: text, tokenizer, training, export.

    python3 train.py                 # build/ gets the checkpoint and the loss log, model/ the exported model
    python3 train.py --steps 200     # a short trial

The learning rate warms up, stays level, and falls along a cosine in the last part. As long as the fall has not begun, a
number written to build/steps changes the length of the run; the result is that of --steps with this number.
"""

import argparse
import csv
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import tokenizer as bpe
from export import export
from generate import documents
from model import Llama, Shape

TRAINING_SEED, HELD_OUT_SEED, WEIGHT_SEED = 1, 2, 3
TOKENIZER_DOCUMENTS = 8000
WARM_UP, PEAK, FALL_FRACTION, LONG_FRACTION = 100, 3e-3, 0.45, 0.15
PROMPT_WEIGHT = 0.2  # what the user says matters less than what is answered
HERE = Path(__file__).resolve().parent


class Windows:
    """Training windows: conversations end to end, each window starting with the start of one."""

    def __init__(self, tokenizer, seed: int):
        self.tokenizer, self.talks = tokenizer, documents(seed, 1 << 60)
        self.end = tokenizer.special("endoftext")

    def window(self, length: int):
        ids, weights = [], []
        while len(ids) <= length:
            more, spoken = self.tokenizer.encode_chat(next(self.talks))
            ids += more + [self.end]
            weights += [1.0 if s else PROMPT_WEIGHT for s in spoken] + [PROMPT_WEIGHT]
        return ids[: length + 1], weights[1 : length + 1]

    def batch(self, count: int, length: int):
        ids, weights = zip(*(self.window(length) for _ in range(count)))
        return torch.tensor(np.array(ids, dtype=np.int64)), torch.tensor(np.array(weights, dtype=np.float32))


def loss_of(model, ids, weights):
    logits = model(ids[:, :-1])
    each = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1), reduction="none")
    weights = weights.reshape(-1)
    return (each * weights).sum() / weights.sum()


def learning_rate(step: int, steps: int) -> float:
    fall = int(steps * (1 - FALL_FRACTION))
    if step < WARM_UP:
        return PEAK * (step + 1) / WARM_UP
    if step < fall:
        return PEAK
    return PEAK * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - fall) / (steps - fall))))


def batch_shape(step: int, steps: int):
    """Short windows first; the last part sees the whole context."""
    return (4, 512) if step >= steps * (1 - LONG_FRACTION) else (8, 256)


def optimiser_of(model):
    matrices = [p for p in model.parameters() if p.ndim == 2]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=PEAK, betas=(0.9, 0.98), eps=1e-8, fused=True)


def wished_steps(build: Path, step: int, steps: int) -> int:
    path = build / "steps"
    if not path.exists():
        return steps
    wished = int(path.read_text())
    safe = step < int(min(wished, steps) * (1 - FALL_FRACTION))
    return wished if safe else steps


def run(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(WEIGHT_SEED)
    build, steps = Path(options.build), options.steps
    build.mkdir(parents=True, exist_ok=True)
    tokenizer = bpe.train(documents(TRAINING_SEED, TOKENIZER_DOCUMENTS), Shape().vocab)
    model = Llama(Shape())
    model.scale_residual_branches()
    optimiser = optimiser_of(model)
    data = Windows(tokenizer, TRAINING_SEED)
    held_ids, held_weights = Windows(tokenizer, HELD_OUT_SEED).batch(32, 256)
    checkpoint, first = build / "checkpoint.pt", 0
    if options.resume and checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        first, steps = state["step"], state["steps"]
        for step in range(first):
            data.batch(*batch_shape(step, steps))
    log = open(build / "loss.csv", "a" if first else "w", newline="", encoding="utf-8")
    writer = csv.writer(log)
    if not first:
        writer.writerow(("step", "tokens", "training_loss", "held_out_loss", "seconds"))
    started, recent = time.time(), []
    for step in range(first, steps + 1):
        if step % options.every == 0 or step == steps:
            with torch.no_grad():
                held = loss_of(model, held_ids, held_weights).item()
            mean = sum(recent) / max(1, len(recent))
            writer.writerow((step, step * 2048, f"{mean:.4f}", f"{held:.4f}", int(time.time() - started)))
            log.flush()
            print(
                f"step {step} of {steps}  loss {mean:.4f}  held out {held:.4f}  {time.time() - started:.0f} s",
                flush=True,
            )
            recent = []
            torch.save(
                {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "steps": steps},
                build / "checkpoint.new",
            )
            os.replace(build / "checkpoint.new", checkpoint)
            (build / "tokenizer.json").write_text(json.dumps(tokenizer.json()), encoding="utf-8")
            steps = wished_steps(build, step, steps)
        if step >= steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(step, steps)
        loss = loss_of(model, *data.batch(*batch_shape(step, steps)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        recent.append(loss.item())
    export(model, tokenizer, Path(options.out))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=5500)
    parser.add_argument("--every", type=int, default=100, help="steps between log lines and checkpoints")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--build", default=str(HERE / "build"))
    parser.add_argument("--out", default=str(HERE / "model"))
    parser.add_argument("--resume", action="store_true")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
