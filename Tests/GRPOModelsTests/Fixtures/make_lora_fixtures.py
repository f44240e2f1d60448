#!/usr/bin/env python3
"""Write what PEFT says of adapters on the tiny models: logits and every gradient.

Run with PyTorch, transformers, safetensors and peft installed, after make_fixtures.py:

    python3 make_lora_fixtures.py [OUTPUT_DIRECTORY]

The base models are those of `NAME.safetensors`, the loss is theirs too (`loss_sequence_mean`), all
in float64. `lora-NAME.safetensors` holds `adapter.*` and `gradient.*` under the names that
`save_pretrained` gives, and `value.logits` [34, 61]; `lora-NAME.json` is the adapter_config.json.
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

import make_fixtures as fixtures

ADAPTERS = {
    "llama-tied": dict(
        r=3, lora_alpha=5, use_rslora=False,
        target_modules=[
            "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]),
    "qwen3-tied": dict(
        r=4, lora_alpha=8, use_rslora=True, target_modules=["q_proj", "v_proj", "up_proj"]),
}


def base(name, arrays):
    config = AutoConfig.for_model(**fixtures.settings(fixtures.CONFIGS[name]))
    model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa").eval()
    prefix = "parameter."
    state = {key[len(prefix):]: value for key, value in arrays.items() if key.startswith(prefix)}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    model.tie_weights()
    return model.double()


def make(name, options, source, directory):
    arrays = load_file(source / f"{name}.safetensors")
    tokens = arrays["tokens"].split(fixtures.LENGTHS)
    model = get_peft_model(
        base(name, arrays), LoraConfig(**options, lora_dropout=0.0, task_type="CAUSAL_LM"),
        autocast_adapter_dtype=False)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if "lora_" in key:
                drawn = 0.3 * torch.randn(parameter.shape, generator=generator)
                parameter.copy_(drawn.to(parameter.dtype))
    with fixtures.DoublePrecision():
        logits = fixtures.all_logits(model, tokens)
        log_probs, _ = fixtures.completion_log_probs(logits, tokens, 1.0)
        loss = fixtures.grpo(
            log_probs, arrays["value.old_log_probs"], arrays["value.reference_log_probs"])[0]
        loss.backward()
    trained = {key: p for key, p in model.named_parameters() if p.requires_grad}
    assert trained and all("lora_" in key for key in trained)
    result = {"value.logits": logits.detach()}
    for key, parameter in trained.items():
        saved = key.replace(".default.", ".")
        result["adapter." + saved] = parameter.detach().float()
        result["gradient." + saved] = parameter.grad.float()
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        config = json.loads((Path(folder) / "adapter_config.json").read_text())
        config["target_modules"].sort()
        names = set(load_file(Path(folder) / "adapter_model.safetensors"))
    assert names == {key[len("adapter."):] for key in result if key.startswith("adapter.")}
    loss_of_base = json.loads((source / f"{name}.json").read_text())["loss_sequence_mean"]
    assert abs(loss.item() - loss_of_base) > 1e-3
    save_file(
        {key: value.contiguous() for key, value in result.items()},
        directory / f"lora-{name}.safetensors")
    (directory / f"lora-{name}.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    print(name, loss.item(), len(trained))


def main():
    source = Path(__file__).parent
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else source
    torch.set_num_threads(1)
    for name, options in ADAPTERS.items():
        make(name, options, source, directory)


if __name__ == "__main__":
    main()
