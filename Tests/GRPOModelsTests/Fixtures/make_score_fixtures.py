#!/usr/bin/env python3
"""Write what transformers says of reward models on the tiny models: scores and every gradient.

Run with PyTorch, transformers and safetensors installed, after make_fixtures.py:

    python3 make_score_fixtures.py [OUTPUT_DIRECTORY]

The bodies are those of `NAME.safetensors`, the head is a drawn row `score.weight` [1, 32]; a
sequence-classification model with one label gives the score of each whole sequence, in float64. The
loss is the mean of -log sigmoid(chosen - rejected) over two pairs of the three sequences: the first
over the second, and the third over the second.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForSequenceClassification

import make_fixtures as fixtures

NAMES = ["llama-tied", "llama-untied", "qwen3-tied"]


def model_of(name, arrays):
    config = AutoConfig.for_model(**fixtures.settings(fixtures.CONFIGS[name]), num_labels=1)
    model = AutoModelForSequenceClassification.from_config(
        config, attn_implementation="sdpa").eval()
    prefix = "parameter."
    state = {key[len(prefix):]: value for key, value in arrays.items() if key.startswith(prefix)}
    state.pop("lm_head.weight", None)
    state["score.weight"] = 0.3 * torch.randn(
        (1, config.hidden_size), generator=torch.Generator().manual_seed(11))
    model.load_state_dict(state, strict=True)
    return model.double()


def main():
    source = Path(__file__).parent
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else source
    torch.set_num_threads(1)
    for name in NAMES:
        arrays = load_file(source / f"{name}.safetensors")
        tokens = arrays["tokens"].split(fixtures.LENGTHS)
        model = model_of(name, arrays)
        with fixtures.DoublePrecision():
            scores = torch.stack([model(ids[None], use_cache=False).logits[0, 0] for ids in tokens])
            scores.retain_grad()
            margins = torch.stack([scores[0] - scores[1], scores[2] - scores[1]])
            loss = -F.logsigmoid(margins).mean()
            loss.backward()
        result = {
            "value.scores": scores.detach(), "value.dscores": scores.grad,
            "value.loss": loss.detach()[None],
            "parameter.score.weight": model.score.weight.detach().float()}
        for key, parameter in model.named_parameters():
            result["gradient." + key] = parameter.grad.float()
        save_file(
            {key: value.contiguous() for key, value in result.items()},
            directory / f"score-{name}.safetensors")
        print(name, scores.tolist(), loss.item())


if __name__ == "__main__":
    main()
