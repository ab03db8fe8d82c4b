"""Writes a Hugging Face model directory: config.json, model.safetensors (F16), tokenizer files, generation_config.json.

    python3 export.py build/checkpoint.pt model
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np


def tensors_of(model) -> dict[str, np.ndarray]:
    """Hugging Face names, float16."""
    s, out = model.shape, {"model.embed_tokens.weight": model.embedding.weight, "model.norm.weight": model.norm.weight}
    q_size, kv_size = s.heads * s.head_size, s.kv_heads * s.head_size
    for i, layer in enumerate(model.layers):
        q, k, v = layer.qkv.weight.split((q_size, kv_size, kv_size))
        gate, up = layer.gate_up.weight.chunk(2)
        for name, tensor in (("input_layernorm", layer.attention_norm.weight), ("self_attn.q_proj", q),
                             ("self_attn.k_proj", k), ("self_attn.v_proj", v), ("self_attn.o_proj", layer.o.weight),
                             ("post_attention_layernorm", layer.mlp_norm.weight), ("mlp.gate_proj", gate),
                             ("mlp.up_proj", up), ("mlp.down_proj", layer.down.weight)):
            out[f"model.layers.{i}.{name}.weight"] = tensor
    return {name: tensor.detach().numpy().astype("<f2") for name, tensor in sorted(out.items())}


def safetensors(tensors: dict[str, np.ndarray]) -> bytes:
    """u64 header length, JSON header padded with spaces to 8 bytes, then the tensors end to end."""
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(t).tobytes() for t in tensors.values())


def config_of(shape, end: int) -> dict:
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": shape.width,
            "intermediate_size": shape.hidden, "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
            "num_key_value_heads": shape.kv_heads, "head_dim": shape.head_size, "vocab_size": shape.vocab,
            "max_position_embeddings": shape.context, "rms_norm_eps": shape.eps, "rope_theta": shape.theta,
            "rope_scaling": None, "hidden_act": "silu", "attention_bias": False, "mlp_bias": False,
            "tie_word_embeddings": True, "bos_token_id": None, "eos_token_id": end, "torch_dtype": "float16"}


def write_json(path: Path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def export(model, tokenizer, out: Path):
    out.mkdir(parents=True, exist_ok=True)
    end, pad = tokenizer.special("end"), tokenizer.special("endoftext")
    (out / "model.safetensors").write_bytes(safetensors(tensors_of(model)))
    write_json(out / "config.json", config_of(model.shape, end))
    write_json(out / "generation_config.json", {"eos_token_id": [end, pad], "pad_token_id": pad, "max_new_tokens": 256})
    write_json(out / "tokenizer.json", tokenizer.json())
    write_json(out / "tokenizer_config.json", tokenizer.config())


def main():
    import torch

    import tokenizer as bpe
    from model import Llama

    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    model = Llama()
    model.load_state_dict(torch.load(source)["model"])
    export(model, bpe.load(source.parent / "tokenizer.json"), out)


if __name__ == "__main__":
    main()
