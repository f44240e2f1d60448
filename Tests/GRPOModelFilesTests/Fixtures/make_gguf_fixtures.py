#!/usr/bin/env python3
"""Write tiny GGUF files with the `gguf` Python package: they seed the fuzzer and test the reader.

Run with gguf and numpy installed: python3 make_gguf_fixtures.py [OUTPUT_DIRECTORY]

`gguf/tiny.gguf`: a Llama of one layer, its matrices in seven types, with a tokenizer of 32 tokens.
`gguf/vocabulary.gguf`: the tokenizer alone.
`gguf-names.json`: what the package calls tensors and keys, of each family.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

HIDDEN, WIDTH, VOCABULARY = 32, 256, 32


def metadata(writer):
    writer.add_name("tiny")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    tokens = ["<s>", "</s>"] + [chr(ord("a") + index) for index in range(26)] + ["ab", "cd", "Ġ", "<x>"]
    writer.add_token_list(tokens)
    writer.add_token_types([3, 3] + [1] * 29 + [4])
    writer.add_token_merges(["a b", "c d"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(False)
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")


def names(parent):
    """The package's tensor names by those of Hugging Face, and its keys."""
    layer = ["input_layernorm", "post_attention_layernorm"]
    layer += ["self_attn." + name for name in ("q_proj", "k_proj", "v_proj", "o_proj", "q_norm", "k_norm")]
    layer += ["mlp." + name for name in ("gate_proj", "up_proj", "down_proj")]
    sources = ["model.embed_tokens", "model.norm", "lm_head"]
    sources += [f"model.layers.{index}.{name}" for index in range(2) for name in layer]
    tensors = {}
    for family in ("llama", "qwen2", "qwen3"):
        table = gguf.get_tensor_name_map(gguf.MODEL_ARCH[family.upper()], 2)
        pairs = {source: table.get_name(source) for source in sources}
        tensors[family] = {source: target for source, target in pairs.items() if target}
    groups = (gguf.Keys.General, gguf.Keys.LLM, gguf.Keys.Attention, gguf.Keys.Rope, gguf.Keys.Tokenizer)
    keys = sorted({key for group in groups for name, key in vars(group).items() if name.isupper()})
    document = {"keys": keys, "tensors": tensors}
    (parent / "gguf-names.json").write_text(json.dumps(document, indent=1) + "\n")


def main():
    parent = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    (parent / "gguf").mkdir(exist_ok=True)
    names(parent)
    random = np.random.default_rng(11)

    writer = gguf.GGUFWriter(parent / "gguf" / "vocabulary.gguf", "llama")
    metadata(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()

    writer = gguf.GGUFWriter(parent / "gguf" / "tiny.gguf", "llama")
    metadata(writer)
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(WIDTH)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)

    def add(name, shape, type):
        elements, size = gguf.GGML_QUANT_SIZES[type]
        values = random.normal(0, 0.1, shape).astype(np.float32)
        if type == Type.F32:
            writer.add_tensor(name, values)
        elif type in (Type.Q6_K, Type.Q4_K, Type.Q5_K):
            # The package does not encode these: random quants with a fixed scale.
            blocks = random.integers(0, 256, (shape[0], shape[1] // elements, size), dtype=np.uint8)
            scale = np.array([1e-4], dtype=np.float16).view(np.uint8)
            places = (208,) if type == Type.Q6_K else (0, 2)
            for place in places:
                blocks[:, :, place:place + 2] = scale
            writer.add_tensor(name, blocks.reshape(shape[0], -1), raw_dtype=type)
        else:
            writer.add_tensor(name, gguf.quantize(values, type), raw_dtype=type)

    add("token_embd.weight", (VOCABULARY, HIDDEN), Type.Q8_0)
    add("output_norm.weight", (HIDDEN,), Type.F32)
    add("output.weight", (VOCABULARY, HIDDEN), Type.BF16)
    add("blk.0.attn_norm.weight", (HIDDEN,), Type.F32)
    add("blk.0.attn_q.weight", (HIDDEN, HIDDEN), Type.Q4_0)
    add("blk.0.attn_k.weight", (HIDDEN // 2, HIDDEN), Type.Q5_0)
    add("blk.0.attn_v.weight", (HIDDEN // 2, HIDDEN), Type.Q5_1)
    add("blk.0.attn_output.weight", (HIDDEN, HIDDEN), Type.Q4_1)
    add("blk.0.ffn_norm.weight", (HIDDEN,), Type.F32)
    add("blk.0.ffn_gate.weight", (WIDTH, HIDDEN), Type.F16)
    add("blk.0.ffn_up.weight", (WIDTH, HIDDEN), Type.Q8_0)
    add("blk.0.ffn_down.weight", (HIDDEN, WIDTH), Type.Q6_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
