"""Hugging Face generate: 64 prompt + 64 new tokens, sampled from the full distribution.

As on the other side, the clock runs from the second new token of every sequence to the last.
"""

import statistics
import time

import torch
from transformers import LlamaForCausalLM, StoppingCriteria, StoppingCriteriaList

import measuring


class TokenTimes(StoppingCriteria):
    """Notes when each new token was there; stops nothing."""

    def __init__(self):
        self.times = []

    def __call__(self, ids, scores, **kwargs):
        self.times.append(time.perf_counter())
        return torch.zeros(ids.shape[0], dtype=torch.bool)


def main():
    parser = measuring.arguments(__doc__)
    parser.add_argument("--sequences", type=int, default=64)
    options = measuring.parse(parser)
    model = LlamaForCausalLM(measuring.smollm2_config())
    model.to(getattr(torch, options.precision)).eval()
    seconds = []
    for _ in range(options.repetitions + 1):
        ids = torch.randint(1, 49152, (options.sequences, 64))
        times = TokenTimes()
        with torch.inference_mode():
            model.generate(
                ids, attention_mask=torch.ones_like(ids), min_new_tokens=64, max_new_tokens=64,
                do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
                stopping_criteria=StoppingCriteriaList([times]))
        assert len(times.times) == 64, len(times.times)
        seconds.append(times.times[-1] - times.times[1])
    measuring.report(options.sequences * 62, statistics.median(seconds[1:]))


if __name__ == "__main__":
    main()
