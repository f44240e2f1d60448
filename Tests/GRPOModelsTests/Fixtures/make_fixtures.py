#!/usr/bin/env python3
"""Write the oracle values for tiny random models: forward, GRPO loss, gradients, AdamW.

Run with PyTorch, transformers, safetensors and numpy installed:

    python3 make_fixtures.py [OUTPUT_DIRECTORY]

Everything is computed in float64 by transformers' LlamaForCausalLM, Qwen2ForCausalLM and
Qwen3ForCausalLM, with the three places where transformers rounds to float32 on its own (RMSNorm,
rotary angles, their cosines) replaced by float64. The unmodified float32 model is run too; the script fails when the two disagree by more
than rounding, and reports the distance per quantity in the JSON file under "float32_error".
"""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.models.llama import modeling_llama
from transformers.models.qwen2 import modeling_qwen2
from transformers.models.qwen3 import modeling_qwen3

COMMON = dict(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    head_dim=8, intermediate_size=48, vocab_size=61, max_position_embeddings=64,
    bos_token_id=None, eos_token_id=None, pad_token_id=None)

# Chosen so that no ratio lies at a clipping edge, no greedy choice is close, and no gradient that
# Adam divides by its own size is so near zero that float32 rounding decides its sign: the script
# asserts the first two and a float32 distance of the trained weights under 1e-6.
SEEDS = [160, 310, 320, 410, 510]

# `llama3` scaling has three regimes. With theta 100 and 32 original positions the four
# frequencies of a head meet all of them: kept, blended, divided, divided.
CONFIGS = {
    "llama-tied": dict(
        tie_word_embeddings=True, rms_norm_eps=1e-5,
        rope_parameters=dict(rope_type="default", rope_theta=10000.0)),
    "llama-untied": dict(
        tie_word_embeddings=False, rms_norm_eps=1e-5, attention_bias=True, mlp_bias=True,
        rope_parameters=dict(
            rope_type="llama3", rope_theta=100.0, factor=8.0, low_freq_factor=1.0,
            high_freq_factor=4.0, original_max_position_embeddings=32)),
    "llama-linear": dict(
        tie_word_embeddings=True, rms_norm_eps=1e-6,
        rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.0)),
    "qwen2-untied": dict(
        model_type="qwen2", tie_word_embeddings=False, rms_norm_eps=1e-6,
        rope_parameters=dict(rope_type="default", rope_theta=100.0)),
    # Heads of 12 channels: not the hidden size shared among the heads.
    "qwen3-tied": dict(
        model_type="qwen3", head_dim=12, tie_word_embeddings=True, rms_norm_eps=1e-6,
        rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
}

LENGTHS = [11, 7, 16]
PROMPTS = [4, 3, 5]
ADVANTAGES = [1.25, -0.5, -0.75]
CLIP = 0.2
BETA = 0.04
LEARNING_RATE = 1e-2
WEIGHT_DECAY = 0.1
STEPS = 3
CONTINUATION = 8


def inverse_frequencies(config):
    """Rotary inverse frequencies [head_dim / 2] in float64, after scaling."""
    rope = config.rope_parameters
    dimension = getattr(config, "head_dim", None) or (
        config.hidden_size // config.num_attention_heads)
    exponents = torch.arange(0, dimension, 2, dtype=torch.float64) / dimension
    inverse = rope["rope_theta"] ** -exponents
    if rope["rope_type"] == "linear":
        return inverse / rope["factor"]
    if rope["rope_type"] == "llama3":
        low, high = rope["low_freq_factor"], rope["high_freq_factor"]
        original = rope["original_max_position_embeddings"]
        turns = original * inverse / (2 * math.pi)
        blend = ((turns - low) / (high - low)).clamp(0, 1)
        return (1 - blend) * inverse / rope["factor"] + blend * inverse
    return inverse


# The norms and rotary embeddings of the three families.
NORMS = [
    modeling_llama.LlamaRMSNorm, modeling_qwen2.Qwen2RMSNorm, modeling_qwen3.Qwen3RMSNorm]
ROTARIES = [
    modeling_llama.LlamaRotaryEmbedding, modeling_qwen2.Qwen2RotaryEmbedding,
    modeling_qwen3.Qwen3RotaryEmbedding]


class DoublePrecision:
    """Within this context RMSNorm and the rotary embedding keep the input's precision."""

    def __enter__(self):
        self.forwards = [(kind, kind.forward) for kind in NORMS + ROTARIES]

        def norm(module, x):
            variance = x.pow(2).mean(-1, keepdim=True)
            return module.weight * (x * torch.rsqrt(variance + module.variance_epsilon))

        def rotary(module, x, position_ids, *_, **__):
            angles = position_ids[..., None].to(x.dtype) * inverse_frequencies(module.config)
            both = torch.cat([angles, angles], dim=-1)
            return both.cos(), both.sin()

        for kind in NORMS:
            kind.forward = norm
        for kind in ROTARIES:
            kind.forward = rotary

    def __exit__(self, *_):
        for kind, forward in self.forwards:
            kind.forward = forward


def settings(options):
    return {"model_type": "llama", **COMMON, **options}


def build(name, options, seed):
    torch.manual_seed(seed)
    config = AutoConfig.for_model(**settings(options))
    model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa").eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            parameter.normal_(0.0, 0.2, generator=generator)
            if "norm" in key:
                parameter.add_(1.0)
    return model, config


def parameters(model):
    """Parameters in a fixed order; a tied head is listed once, as the embedding."""
    return dict(model.named_parameters())


def sequences(seed, vocabulary):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randint(0, vocabulary, (n,), generator=generator) for n in LENGTHS]


def all_logits(model, tokens):
    """Logits [sum of lengths, vocabulary]: each sequence is run alone, without padding."""
    return torch.cat([model(ids[None], use_cache=False).logits[0] for ids in tokens])


def completion_log_probs(logits, tokens, temperature):
    """Log-probabilities and entropies [sum of completion lengths] of the completion tokens."""
    log_probs, entropies, start = [], [], 0
    for ids, prompt in zip(tokens, PROMPTS):
        rows = logits[start + prompt - 1 : start + len(ids) - 1] / temperature
        distribution = F.log_softmax(rows, dim=-1)
        log_probs.append(distribution.gather(1, ids[prompt:, None])[:, 0])
        entropies.append(-(distribution.exp() * distribution).sum(-1))
        start += len(ids)
    return torch.cat(log_probs), torch.cat(entropies)


def grpo(log_probs, old, reference):
    """Losses: mean over sequences of the mean over tokens, and the mean over all tokens."""
    counts = [length - prompt for length, prompt in zip(LENGTHS, PROMPTS)]
    advantages = torch.cat(
        [torch.full((n,), a, dtype=log_probs.dtype) for n, a in zip(counts, ADVANTAGES)])
    ratio = (log_probs - old).exp()
    surrogate = torch.minimum(
        ratio * advantages, ratio.clamp(1 - CLIP, 1 + CLIP) * advantages)
    difference = reference - log_probs
    kl = difference.exp() - difference - 1
    per_token = -surrogate + BETA * kl
    sequence_mean = torch.stack([part.mean() for part in per_token.split(counts)]).mean()
    return sequence_mean, per_token.mean(), ratio, kl, per_token


def train(model, tokens, old, reference):
    """Three AdamW steps on the same batch; returns losses and gradient norms before clipping."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8,
        weight_decay=WEIGHT_DECAY)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        log_probs, _ = completion_log_probs(all_logits(model, tokens), tokens, 1.0)
        loss = grpo(log_probs, old, reference)[0]
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        losses.append(loss.item())
    return losses, norms


def greedy(model, prompt):
    """The next tokens at temperature 0, and the smallest gap between first and second logit."""
    ids, gap = prompt.clone(), math.inf
    for _ in range(CONTINUATION):
        row = model(ids[None], use_cache=False).logits[0, -1]
        top = row.topk(2).values
        gap = min(gap, (top[0] - top[1]).item())
        ids = torch.cat([ids, row.argmax()[None]])
    return ids[len(prompt):].tolist(), gap


def distance(a, b):
    """Norm-wise relative error of `a` against `b`."""
    a, b = a.double(), b.double()
    return ((a - b).norm() / b.norm()).item()


def measure(model, tokens, old, reference):
    """All oracle values of one model, in the model's own precision."""
    values = {}
    logits = all_logits(model, tokens)
    log_probs, entropies = completion_log_probs(logits, tokens, 1.0)
    cooler, cooler_entropies = completion_log_probs(logits, tokens, 0.7)
    sequence_mean, token_mean, ratio, kl, per_token = grpo(log_probs, old, reference)

    # Not through retain_grad, which would add the two up.
    token_gradient, = torch.autograd.grad(token_mean, log_probs, retain_graph=True)
    sequence_gradient, = torch.autograd.grad(sequence_mean, log_probs, retain_graph=True)
    model.zero_grad()
    sequence_mean.backward()
    gradients = {key: p.grad.clone() for key, p in parameters(model).items()}
    values.update(
        logits=logits, log_probs=log_probs, entropies=entropies,
        log_probs_at_0_7=cooler, entropies_at_0_7=cooler_entropies,
        ratio=ratio, kl=kl, per_token_loss=per_token,
        dlog_probs_sequence_mean=sequence_gradient, dlog_probs_token_mean=token_gradient)
    values = {key: value.detach().clone() for key, value in values.items()}

    losses, norms = train(model, tokens, old, reference)
    after = {key: p.detach().clone() for key, p in parameters(model).items()}
    scalars = dict(
        loss_sequence_mean=sequence_mean.item(), loss_token_mean=token_mean.item(),
        step_losses=losses, step_gradient_norms=norms)
    return values, gradients, after, scalars


def make(name, options, seed, directory):
    single, config = build(name, options, seed)
    tokens = sequences(seed + 1, config.vocab_size)
    initial = {key: p.detach().clone() for key, p in parameters(single).items()}
    double = AutoModelForCausalLM.from_config(
        config, attn_implementation="sdpa").eval().double()
    double.load_state_dict(single.state_dict())

    with DoublePrecision():
        with torch.no_grad():
            exact, _ = completion_log_probs(all_logits(double, tokens), tokens, 1.0)
            continuations = [greedy(double, ids[:n]) for ids, n in zip(tokens, PROMPTS)]
        noise = torch.Generator().manual_seed(seed + 2)
        shape = exact.shape
        old = exact + 0.15 * torch.randn(shape, generator=noise, dtype=torch.float64)
        reference = exact + 0.3 * torch.randn(shape, generator=noise, dtype=torch.float64)
        old, reference = old.float().double(), reference.float().double()
        values, gradients, after, scalars = measure(double, tokens, old, reference)

    check, single_gradients, single_after, single_scalars = measure(
        single, tokens, old.float(), reference.float())

    boundary = min(
        (values["ratio"] - edge).abs().min().item() for edge in (1 - CLIP, 1 + CLIP))
    assert boundary > 1e-3, f"{name}: a ratio lies {boundary} from the clipping edge"
    gap = min(gap for _, gap in continuations)
    assert gap > 1e-3, f"{name}: two greedy candidates lie {gap} apart"
    errors = {key: distance(check[key], values[key]) for key in values}
    errors["gradient_worst_parameter"] = max(
        distance(single_gradients[key], gradients[key]) for key in gradients)
    errors["after_steps_worst_parameter"] = max(
        distance(single_after[key], after[key]) for key in after)
    assert max(errors.values()) < 5e-6, (name, errors)
    assert errors["after_steps_worst_parameter"] < 1e-6, (name, errors)

    arrays = {f"parameter.{key}": value.float() for key, value in initial.items()}
    arrays |= {f"gradient.{key}": value.float() for key, value in gradients.items()}
    arrays |= {f"after.{key}": value.float() for key, value in after.items()}
    arrays |= {f"value.{key}": value for key, value in values.items()}
    arrays |= {"value.old_log_probs": old, "value.reference_log_probs": reference}
    arrays["tokens"] = torch.cat(tokens)
    save_file({k: v.contiguous() for k, v in arrays.items()}, directory / f"{name}.safetensors")

    low, high = 1 - CLIP, 1 + CLIP
    counts = [length - prompt for length, prompt in zip(LENGTHS, PROMPTS)]
    document = dict(
        config={**settings(options), "hidden_act": "silu"},
        lengths=LENGTHS, prompt_lengths=PROMPTS, advantages=ADVANTAGES,
        clip=CLIP, beta=BETA,
        optimizer=dict(
            learning_rate=LEARNING_RATE, beta1=0.9, beta2=0.999, epsilon=1e-8,
            weight_decay=WEIGHT_DECAY, max_grad_norm=1.0, steps=STEPS),
        **scalars,
        tokens_outside_clip_range=int(
            ((values["ratio"] < low) | (values["ratio"] > high)).sum()),
        completion_tokens=sum(counts),
        greedy=[ids for ids, _ in continuations], greedy_smallest_gap=gap,
        float32_error=errors,
        versions=dict(torch=torch.__version__.split("+")[0],
                      transformers=__import__("transformers").__version__))
    document["config"] = {k: v for k, v in document["config"].items() if v is not None}
    (directory / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
    print(name, json.dumps({**scalars, **errors, "boundary": boundary, "gap": gap,
                            "outside": document["tokens_outside_clip_range"]}, indent=1))


def main():
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for seed, (name, options) in zip(SEEDS, CONFIGS.items()):
        make(name, options, seed, directory)


if __name__ == "__main__":
    main()
