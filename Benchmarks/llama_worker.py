"""llama.cpp's side of the benchmarks: keeps one model open, and measures what it is told to, one JSON line an answer.

Usage: llama_worker.py MODEL.gguf CONTEXT       then on standard input:
  prefill threads=N prompt=P          a prompt up to the logits after its last token
  generate threads=N prompt=P tokens=T  T single-token steps after a prompt; no sampling, as llama-bench does it
"""

import json
import os
import sys
import time

import llama_cpp as llama


class Model:
    """One model in one context, driven by `llama_decode` alone."""

    def __init__(self, path, context):
        llama.llama_backend_init()
        started = time.monotonic_ns()
        self.model = llama.llama_model_load_from_file(path.encode(), llama.llama_model_default_params())
        if not self.model:
            raise RuntimeError("llama.cpp does not load " + path)
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = context
        parameters.n_batch = parameters.n_ubatch = 512
        parameters.n_threads = parameters.n_threads_batch = 1
        self.context = llama.llama_init_from_model(self.model, parameters)
        if not self.context:
            raise RuntimeError("llama.cpp makes no context for " + path)
        self.batch = llama.llama_batch_init(512, 0, 1)
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))
        self.opened = time.monotonic_ns() - started

    def restart(self, threads):
        llama.llama_set_n_threads(self.context, threads, threads)
        llama.llama_memory_clear(llama.llama_get_memory(self.context), True)

    def feed(self, first, count):
        """Feeds `count` tokens from position `first` on; logits only after the last."""
        batch = self.batch
        batch.n_tokens = count
        for index in range(count):
            batch.token[index] = ((first + index) * 7919 + 104729) % self.vocabulary
            batch.pos[index] = first + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = index == count - 1
        if llama.llama_decode(self.context, batch) != 0:
            raise RuntimeError("llama_decode failed")
        llama.llama_synchronize(self.context)

    def prefill(self, prompt):
        for first in range(0, prompt, 512):
            self.feed(first, min(512, prompt - first))

    def generate(self, first, tokens):
        for position in range(first, first + tokens):
            self.feed(position, 1)


def perform(model, line):
    name, *words = line.split()
    values = {key: int(value) for key, value in (word.split("=") for word in words)}
    prompt = values.get("prompt", 16)
    model.restart(values["threads"])
    if name == "prefill":
        started = time.monotonic_ns()
        model.prefill(prompt)
    elif name == "generate":
        model.prefill(prompt)
        started = time.monotonic_ns()
        model.generate(prompt, values["tokens"])
    else:
        raise ValueError("no order " + name)
    return {"nanoseconds": time.monotonic_ns() - started}


def main():
    model = Model(sys.argv[1], int(sys.argv[2]))
    ready = {
        "open_nanoseconds": model.opened,
        "system_info": llama.llama_print_system_info().decode().strip(" |"),
        "version": llama.__version__,
        "program_bytes": os.path.getsize(sys.argv[1]),
    }
    print(json.dumps({"ready": ready}), flush=True)
    for line in sys.stdin:
        print(json.dumps(perform(model, line)), flush=True)


if __name__ == "__main__":
    main()
