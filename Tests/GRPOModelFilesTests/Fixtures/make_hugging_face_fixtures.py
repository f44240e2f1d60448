#!/usr/bin/env python3
"""Write tiny random Hugging Face directories with transformers, and the logits of their models.

Run with PyTorch, transformers and safetensors installed:

    python3 make_hugging_face_fixtures.py [OUTPUT_DIRECTORY]

`huggingface/NAME/` is what `save_pretrained` wrote; `huggingface/NAME.logits.safetensors` holds
`tokens` [length] and `logits` [length, vocabulary], computed in float32 from the weights as saved.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

COMMON = dict(
    hidden_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
    intermediate_size=24, vocab_size=37, max_position_embeddings=64,
    bos_token_id=1, eos_token_id=2, pad_token_id=None)

# Name: configuration, class, element type, largest file.
MODELS = {
    "llama-untied": (
        LlamaConfig(
            **COMMON, head_dim=8, tie_word_embeddings=False, rms_norm_eps=1e-5,
            attention_bias=True, mlp_bias=True,
            rope_parameters=dict(
                rope_type="llama3", rope_theta=100.0, factor=8.0, low_freq_factor=1.0,
                high_freq_factor=4.0, original_max_position_embeddings=32)),
        LlamaForCausalLM, torch.float32, "1GB"),
    "llama-sharded": (
        LlamaConfig(
            **COMMON, head_dim=8, tie_word_embeddings=True, rms_norm_eps=1e-6,
            rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.0)),
        LlamaForCausalLM, torch.bfloat16, "4KB"),
    "qwen2-tied": (
        Qwen2Config(
            **COMMON, tie_word_embeddings=True, rms_norm_eps=1e-6,
            rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
        Qwen2ForCausalLM, torch.float16, "1GB"),
    "qwen3-untied": (
        Qwen3Config(
            **COMMON, head_dim=12, tie_word_embeddings=False, rms_norm_eps=1e-6,
            attention_bias=True,
            rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
        Qwen3ForCausalLM, torch.float32, "1GB"),
}


def main():
    parent = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for seed, (name, (config, cls, dtype, size)) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = cls(config)
        with torch.no_grad():
            for parameter in model.parameters():
                # Biases and norms too, which the library starts at zero and one.
                parameter.add_(0.1 * torch.randn_like(parameter))
        directory = parent / "huggingface" / name
        model.to(dtype).save_pretrained(directory, max_shard_size=size)
        model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
        tokens = torch.randint(0, config.vocab_size, (1, 12))
        with torch.no_grad():
            logits = model(tokens).logits[0]
        save_file(
            {"tokens": tokens[0].to(torch.int32), "logits": logits.contiguous()},
            parent / "huggingface" / f"{name}.logits.safetensors")


if __name__ == "__main__":
    main()
