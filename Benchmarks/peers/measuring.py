"""What all peers share: threads, the model's shape, one line of JSON as the result."""

import argparse
import contextlib
import json
import os
import statistics
import time

import torch


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repetitions", type=int, default=3)
    return parser


def parse(parser):
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    return options


def autocast(precision):
    if precision == "float32":
        return contextlib.nullcontext()
    return torch.autocast("cpu", dtype=torch.bfloat16)


def smollm2_config():
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30,
        num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=8192,
        rope_theta=100000.0, rms_norm_eps=1e-5, tie_word_embeddings=True,
        bos_token_id=None, eos_token_id=None, pad_token_id=0)


def median_seconds(work, repetitions):
    """The median of `repetitions` calls; one more comes first and is not counted."""
    work()
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def report(tokens, seconds, **more):
    result = {"tokens": tokens, "s": seconds, "tokens_per_s": tokens / seconds, **more}
    print("RESULT " + json.dumps(result), flush=True)
