#!/usr/bin/env python3
"""Makes Tests/Fixtures/families: small random models as published, and what transformers computes with them.

Needs torch, transformers and safetensors (torch 2.13.0+cpu and transformers 5.23.0 made the files in the repository):
    python3 scripts/family-fixtures.py Tests/Fixtures/families
Weights are binary16, so that every reader sees the same numbers; the expected values are computed in binary64.
Each folder has config.json, model.safetensors, expected.json (token ids and the shape of the values) and expected.f32
(binary32, row after row: logits for each position, or one unit vector).
"""
import json
import math
import pathlib
import shutil
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file, save_file

POSITIONS = 24
VOCABULARY = 96


def randomise(model, seed):
    """Weights with which every operator matters: matrices keep variance, norms and biases are far from neutral."""
    generator = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
        is_norm = weight.dim() == 1 and ("norm" in name.lower() or "ln_" in name) and "bias" not in name
        if is_norm:
            value = 1 + 0.3 * noise
        elif weight.dim() == 1:
            value = 0.2 * noise
        elif any(part in name for part in ("embed", "wte", "wpe")):
            value = noise
        else:
            # Conv1D and Llama 4's experts have shape (inputs, outputs), all others (outputs, inputs).
            is_transposed = ".c_" in name or "feed_forward.experts" in name
            inputs = weight.shape[-2] if is_transposed else weight.shape[-1]
            value = noise / math.sqrt(inputs)
            if "router" in name or name.endswith("mlp.gate.weight"):
                value = 3 * value
        weight.data = value.half().double()


def router_margin(model, tokens, chosen):
    """The least distance between the last chosen logit and the first that is not, over the logits' deviation: where it is
    small, rounding decides which expert works, and no tolerance is meaningful."""
    logits = []
    hooks = []
    for name, module in model.named_modules():
        if type(module).__name__.endswith("Router"):
            hooks.append(module.register_forward_hook(
                lambda module, inputs, output: logits.append(inputs[0].reshape(-1, inputs[0].shape[-1]) @ module.weight.T)))
    model(tokens)
    for hook in hooks:
        hook.remove()
    if not logits:
        return math.inf
    logits = torch.cat(logits)
    ordered = logits.sort(dim=-1, descending=True).values
    return float(((ordered[:, chosen - 1] - ordered[:, chosen]).min()) / logits.std())


def build(kind, config, seed):
    torch.manual_seed(0)
    model = kind(config).double().eval()
    randomise(model, seed)
    if getattr(model, "tie_weights", None):
        model.tie_weights()
    return model


def stored(model):
    """The tensors as transformers publishes them."""
    with tempfile.TemporaryDirectory() as folder:
        model.half().save_pretrained(folder)
        tensors = load_file(pathlib.Path(folder) / "model.safetensors")
    model.double()
    return tensors


def write(folder, config, tensors, tokens, values, files=None):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    save_file({name: tensor.contiguous() for name, tensor in sorted(tensors.items())}, folder / "model.safetensors")
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1) + "\n")
    expected = {"tokens": tokens.flatten().tolist(), "rows": values.shape[0], "columns": values.shape[1]}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    (folder / "expected.f32").write_bytes(values.float().numpy().tobytes())
    print(folder.name, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()), "bytes")


def plain(config, architecture):
    """The configuration without what this version of transformers adds for itself."""
    content = config.to_dict()
    for name in ("transformers_version", "dtype", "torch_dtype", "_name_or_path"):
        content.pop(name, None)
    content["architectures"] = [architecture]
    return content


def decoder(root, name, kind, config, chosen=0, wrap=None):
    tokens = torch.randint(0, VOCABULARY, (1, POSITIONS), generator=torch.Generator().manual_seed(7))
    with torch.no_grad():
        for seed in range(1, 2000):
            model = build(kind, config, seed)
            if chosen == 0 or router_margin(model, tokens, chosen) > 0.05:
                break
        else:
            raise SystemExit(f"{name}: no seed keeps the experts apart")
        values = model(tokens).logits[0]
        tensors, content = stored(model), plain(config, kind.__name__)
        if wrap:
            tensors, content = wrap(tensors, content)
        write(root / name, content, tensors, tokens, values)


def beside_vision(tensors, config):
    """Llama 4 as it is published: the text model inside another."""
    tensors = {"language_model." + name: tensor for name, tensor in tensors.items()}
    tensors["vision_model.class_embedding"] = torch.ones(8, dtype=torch.float16)
    tensors["multi_modal_projector.linear_1.weight"] = torch.ones(2, 8, dtype=torch.float16)
    config.pop("architectures")
    return tensors, {
        "model_type": "llama4", "architectures": ["Llama4ForConditionalGeneration"], "text_config": config,
        "vision_config": {"model_type": "llama4_vision_model", "hidden_size": 8}}


def encoder(root, name, kind, pooling, files):
    config = transformers.BertConfig(
        vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=40, attn_implementation="eager", experts_implementation="eager")
    tokens = torch.randint(0, VOCABULARY, (1, POSITIONS), generator=torch.Generator().manual_seed(8))
    with torch.no_grad():
        model = build(kind, config, 5)
        hidden = getattr(model, "bert", model)(tokens).last_hidden_state[0]
        vector = hidden[0] if pooling == "cls" else hidden.mean(0)
        write(root / name, plain(config, kind.__name__), stored(model), tokens, (vector / vector.norm())[None], files)


def main():
    root = pathlib.Path(sys.argv[1])
    common = dict(vocab_size=VOCABULARY, attn_implementation="eager", experts_implementation="eager", bos_token_id=1, eos_token_id=2, pad_token_id=None)
    llama = dict(
        common, hidden_size=32, num_attention_heads=4, num_key_value_heads=2, head_dim=8, max_position_embeddings=64)
    decoder(root, "gpt2", transformers.GPT2LMHeadModel, transformers.GPT2Config(
        **common, n_embd=32, n_layer=3, n_head=4, n_positions=40))
    decoder(root, "mixtral", transformers.MixtralForCausalLM, transformers.MixtralConfig(
        **llama, num_hidden_layers=2, intermediate_size=48, num_local_experts=4, num_experts_per_tok=2), chosen=2)
    decoder(root, "qwen3-moe", transformers.Qwen3MoeForCausalLM, transformers.Qwen3MoeConfig(
        **llama, num_hidden_layers=3, intermediate_size=64, moe_intermediate_size=32, num_experts=4,
        num_experts_per_tok=2, norm_topk_prob=False, mlp_only_layers=[0]), chosen=2)
    llama4 = dict(
        llama, num_hidden_layers=4, intermediate_size=32, intermediate_size_mlp=64, num_local_experts=4,
        attention_chunk_size=8, floor_scale=4, attn_scale=0.3, interleave_moe_layer_step=2,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    decoder(root, "llama4-text", transformers.Llama4ForCausalLM, transformers.Llama4TextConfig(
        **llama4, num_experts_per_tok=1, use_qk_norm=True), chosen=1)
    decoder(root, "llama4", transformers.Llama4ForCausalLM, transformers.Llama4TextConfig(
        **llama4, num_experts_per_tok=2, use_qk_norm=False, no_rope_layers=[1, 0, 1, 0]), chosen=2, wrap=beside_vision)
    steps = [
        {"idx": index, "name": str(index), "path": path, "type": "sentence_transformers.models." + kind}
        for index, (path, kind) in enumerate([("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])]
    pooling = {
        "word_embedding_dimension": 32, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}
    encoder(root, "bert-first", transformers.BertModel, "cls", {"modules.json": steps, "1_Pooling/config.json": pooling})
    encoder(root, "bert-mean", transformers.BertForMaskedLM, "mean", {})


main()
