"""PyTorch: forward, backward and AdamW on 16 x 256 tokens of SmolLM2-135M's shape."""

import torch
import torch.nn.functional as F
from transformers import LlamaForCausalLM

import measuring


def main():
    options = measuring.parse(measuring.arguments(__doc__))
    model = LlamaForCausalLM(measuring.smollm2_config())
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, fused=True)
    ids = torch.randint(0, 49152, (16, 257))

    def step():
        with measuring.autocast(options.precision):
            logits = model(ids[:, :-1], use_cache=False).logits
        loss = F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    measuring.report(16 * 256, measuring.median_seconds(step, options.repetitions))


if __name__ == "__main__":
    main()
