"""TRL: whole GRPO steps on sums of two numbers from 1 to 20, beta 0, model from a GGUF file."""

import copy
import os
import random
import re
import statistics
import tempfile
import time

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

import measuring


def accuracy(completions, answer, **kwargs):
    """1 where the last number of the completion is the sum."""
    scores = []
    for completion, truth in zip(completions, answer):
        numbers = re.findall(r"\d+", completion[0]["content"])
        scores.append(1.0 if numbers and numbers[-1] == truth else 0.0)
    return scores


def tossed(completions, **kwargs):
    """By chance, so that nearly every group has a signal."""
    return [float(random.random() < 0.5) for _ in completions]


def sums(count):
    draw = random.Random(0)
    rows = []
    for _ in range(count):
        a, b = draw.randint(1, 20), draw.randint(1, 20)
        rows.append(
            {"prompt": [{"role": "user", "content": f"What is {a} + {b}?"}], "answer": str(a + b)})
    return Dataset.from_list(rows)


class Steps(TrainerCallback):
    """Seconds between the ends of steps, sampling included, and the completions' mean lengths."""

    def __init__(self):
        self.ends = []
        self.lengths = []
        self.signals = []

    def on_train_begin(self, *args, **kwargs):
        self.ends.append(time.perf_counter())

    def on_step_end(self, *args, **kwargs):
        self.ends.append(time.perf_counter())

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "completions/mean_length" in logs:
            self.lengths.append(logs["completions/mean_length"])
            self.signals.append(1 - logs["frac_reward_zero_std"])


def load(path, dtype):
    """The tokenizer and the model of a GGUF file, its weights as ordinary numbers."""
    folder, file = os.path.split(os.path.abspath(path))
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)
    read = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=dtype)
    # Transformers takes a dequantized model for a quantized one and refuses to train it: the
    # weights move into a fresh model of the same shape.
    config = copy.deepcopy(read.config)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    model.load_state_dict(read.state_dict())
    return tokenizer, model


def main():
    parser = measuring.arguments(__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--prompts", type=int, default=8)
    parser.add_argument("--generations", type=int, default=8)
    parser.add_argument("--length", type=int, default=24)
    parser.add_argument("--tossed-rewards", action="store_true")
    options = measuring.parse(parser)
    tokenizer, model = load(options.model, getattr(torch, options.precision))
    size = options.prompts * options.generations
    steps = Steps()
    with tempfile.TemporaryDirectory() as output:
        trainer = GRPOTrainer(
            model=model, processing_class=tokenizer, reward_funcs=tossed if options.tossed_rewards else accuracy,
            train_dataset=sums(size * (options.repetitions + 1)), callbacks=[steps],
            args=GRPOConfig(
                output_dir=output, per_device_train_batch_size=size,
                gradient_accumulation_steps=1, num_generations=options.generations,
                max_completion_length=options.length, max_steps=options.repetitions + 1,
                learning_rate=1e-5, lr_scheduler_type="constant", beta=0.0, loss_type="grpo",
                scale_rewards="group", temperature=1.0, max_grad_norm=1.0, weight_decay=0.0,
                bf16=options.precision == "bfloat16", gradient_checkpointing=False,
                logging_steps=1, save_strategy="no", report_to="none", use_cpu=True, seed=0,
                disable_tqdm=True))
        trainer.train()
    seconds = [end - start for start, end in zip(steps.ends, steps.ends[1:])][1:]
    lengths = steps.lengths[1:options.repetitions + 1]
    signals = steps.signals[1:options.repetitions + 1]
    measuring.report(
        round(statistics.mean(lengths) * size), statistics.median(seconds),
        groups_with_signal=statistics.mean(signals), mean_length=statistics.mean(lengths), steps=seconds)


if __name__ == "__main__":
    main()
