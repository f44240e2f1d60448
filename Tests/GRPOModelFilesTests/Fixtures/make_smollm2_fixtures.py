#!/usr/bin/env python3
"""Write what transformers continues with SmolLM2's GGUF weights: `smollm2-greedy.json`.

Run with PyTorch, transformers, gguf and tokenizers installed, after `Scripts/fetch smollm2`:

    python3 make_smollm2_fixtures.py [Models/smollm2.gguf] [OUTPUT_DIRECTORY]

transformers dequantises the file itself, to float32. The script loads the weights a second time by
hand (gguf's dequantisation, rows of q and k put back in Hugging Face's order) and fails unless the
two models are equal, bit for bit.
"""

import json
import math
import sys
from pathlib import Path

import torch
import transformers
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM

HERE = Path(__file__).resolve().parent
CONTINUATION = 24
LOGITS_OF = ["Gravity is", "def fibonacci(n):\n", "chat:What is 7 + 5?"]
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"

# A prompt that begins with `chat:` is put into the model's own template, with its default system
# message and the opening of the answer.
PROMPTS = [
    "Gravity is",
    "Once upon a time, in a village by the sea, there lived",
    "The capital of France is",
    "def fibonacci(n):\n",
    "import numpy as np\n\ndef softmax(x):",
    "Q: What is 12 + 30?\nA:",
    "1, 2, 3, 5, 8, 13,",
    "Der schnelle braune Fuchs",
    "The recipe needs 2 eggs, 250 g of flour and",
    "In 1969, the first humans",
    "\"To be, or not to be,",
    "<html>\n<head>\n<title>",
    "Water boils at 100",
    "Dear Professor Lindqvist,\n\nI am writing to",
    "The opposite of hot is",
    "Résumé: naïve café 🙂",
    "chat:What is 7 + 5?",
    "chat:Write a haiku about rain.",
    "chat:Name three animals that live in the sea.",
    "chat:Who are you?",
]


def text_of(prompt):
    if not prompt.startswith("chat:"):
        return prompt
    return (f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{prompt[5:]}<|im_end|>\n"
            "<|im_start|>assistant\n")


def contents(reader, key):
    return reader.fields[key].contents()


def tokenizer_of(reader):
    """Byte-level BPE with SmolLM2's pre-tokenizer: single digits, then GPT-2's pattern."""
    tokens = contents(reader, "tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in contents(reader, "tokenizer.ggml.merges")]
    kinds = contents(reader, "tokenizer.ggml.token_type")
    tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([t for t, kind in zip(tokens, kinds) if kind == 3])
    assert tokenizer.get_vocab_size() == len(tokens)
    return tokenizer


def check_config(reader, config):
    def field(name):
        return contents(reader, f"llama.{name}")

    expected = {
        "num_hidden_layers": field("block_count"), "hidden_size": field("embedding_length"),
        "num_attention_heads": field("attention.head_count"),
        "num_key_value_heads": field("attention.head_count_kv"),
        "intermediate_size": field("feed_forward_length"), "vocab_size": field("vocab_size"),
        "rms_norm_eps": field("attention.layer_norm_rms_epsilon"), "tie_word_embeddings": True}
    found = {key: getattr(config, key) for key in expected}
    assert found == expected, (found, expected)
    assert config.rope_parameters["rope_theta"] == field("rope.freq_base"), config.rope_parameters
    assert field("rope.dimension_count") == config.hidden_size // config.num_attention_heads


def check_weights(reader, model, config):
    names = {
        "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
        "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj"}
    whole = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
    state = model.state_dict()
    seen = {"lm_head.weight"}
    for tensor in reader.tensors:
        values = torch.tensor(dequantize(tensor.data, tensor.tensor_type))
        values = values.reshape(*reversed(tensor.shape.tolist()))
        parts = tensor.name.removesuffix(".weight").split(".")
        if parts[0] == "blk":
            key = f"model.layers.{parts[1]}.{names[parts[2]]}.weight"
        else:
            key = whole[parts[0]] + ".weight"
        heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
        if count := heads.get(parts[-1]):
            rows, columns = values.shape
            values = values.reshape(count, rows // count // 2, 2, columns).swapaxes(1, 2)
            values = values.reshape(rows, columns)
        assert torch.equal(state[key], values), key
        seen.add(key)
    assert seen == set(state), seen ^ set(state)


@torch.no_grad()
def continue_greedily(model, ids, end):
    """New ids (the ending token included) and the smallest gap between the two best logits."""
    tokens, cache, feed, gap = [], None, torch.tensor([ids]), math.inf
    first = None
    for _ in range(CONTINUATION):
        output = model(feed, past_key_values=cache, use_cache=True)
        cache, row = output.past_key_values, output.logits[0, -1]
        first = row if first is None else first
        top = row.topk(2).values
        gap = min(gap, (top[0] - top[1]).item())
        tokens.append(row.argmax().item())
        if tokens[-1] == end:
            break
        feed = torch.tensor([[tokens[-1]]])
    return tokens, gap, first


def main():
    path = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[2] / "Models/smollm2.gguf")
    directory = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE
    reader = GGUFReader(path)
    tokenizer = tokenizer_of(reader)
    model = AutoModelForCausalLM.from_pretrained(
        path.resolve().parent, gguf_file=path.name, dtype=torch.float32,
        attn_implementation="eager").eval()
    check_config(reader, model.config)
    check_weights(reader, model, model.config)
    end = contents(reader, "tokenizer.ggml.eos_token_id")

    indices = [index * 49152 // 64 + index for index in range(64)]
    entries = []
    for prompt in PROMPTS:
        text = text_of(prompt)
        ids = tokenizer.encode(text).ids
        assert tokenizer.decode(ids, skip_special_tokens=False) == text, text
        tokens, gap, row = continue_greedily(model, ids, end)
        assert gap > 5e-3, f"{prompt!r}: two candidates lie {gap} apart; choose another prompt"
        entry = dict(
            prompt=text, prompt_ids=ids, token_ids=tokens,
            finish_reason="stop" if tokens[-1] == end else "length",
            text=tokenizer.decode(tokens, skip_special_tokens=False), smallest_gap=gap)
        if prompt in LOGITS_OF:
            entry |= dict(
                logits=row[indices].tolist(), logits_norm=row.double().norm().item(),
                logits_log_sum_exp=row.double().logsumexp(0).item())
        entries.append(entry)
        print(f"{gap:.4f} {len(tokens):2d} {prompt!r} -> {entry['text']!r}", flush=True)
    document = dict(
        model="SmolLM2-135M-Instruct, Q4_1 dequantised to float32",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        versions=dict(torch=torch.__version__.split("+")[0],
                      transformers=transformers.__version__),
        max_tokens=CONTINUATION, end_of_sequence=end, logit_indices=indices, prompts=entries)
    (directory / "smollm2-greedy.json").write_text(
        json.dumps(document, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
