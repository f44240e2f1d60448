"""PyTorch: the quickstart's character model, one pretraining update or one GRPO step.

Written for speed as a practised user would: fused attention, a preallocated cache, each prompt
computed once for its group, dense batches without padding.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

import measuring

VOCABULARY, WIDTH, HEADS, LAYERS, HIDDEN, POSITIONS = 30, 128, 4, 4, 384, 512
SIZE = WIDTH // HEADS


def rotary():
    frequencies = 10000.0 ** (-torch.arange(0, SIZE, 2) / SIZE)
    angles = torch.outer(torch.arange(POSITIONS).float(), frequencies)
    return torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()


def rotate(x, cosines, sines):
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat([-second, first], -1) * sines


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm = nn.RMSNorm(WIDTH, eps=1e-5)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.output = nn.Linear(WIDTH, WIDTH, bias=False)
        self.norm = nn.RMSNorm(WIDTH, eps=1e-5)
        self.gate_up = nn.Linear(WIDTH, 2 * HIDDEN, bias=False)
        self.down = nn.Linear(HIDDEN, WIDTH, bias=False)

    def forward(self, x, cosines, sines, cache=None, position=0):
        batch, count, _ = x.shape
        qkv = self.qkv(self.attention_norm(x)).view(batch, count, 3, HEADS, SIZE)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        q, k = rotate(q, cosines, sines), rotate(k, cosines, sines)
        if cache is not None:
            cache[0][:, :, position:position + count] = k
            cache[1][:, :, position:position + count] = v
            k = cache[0][:, :, :position + count]
            v = cache[1][:, :, :position + count]
            q = q.to(k.dtype)
        y = F.scaled_dot_product_attention(q, k.to(q.dtype), v.to(q.dtype), is_causal=count > 1)
        x = x + self.output(y.transpose(1, 2).reshape(batch, count, WIDTH))
        gate, up = self.gate_up(self.norm(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class CharacterModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, WIDTH)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.RMSNorm(WIDTH, eps=1e-5)
        cosines, sines = rotary()
        self.register_buffer("cosines", cosines)
        self.register_buffer("sines", sines)

    def forward(self, ids, caches=None, position=0):
        x = self.embedding(ids)
        cosines = self.cosines[position:position + ids.shape[1]]
        sines = self.sines[position:position + ids.shape[1]]
        for index, block in enumerate(self.blocks):
            x = block(x, cosines, sines, caches[index] if caches else None, position)
        return F.linear(self.norm(x), self.embedding.weight).float()


def log_probabilities(logits, targets):
    return -F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view_as(
        targets)


def update(optimizer, model, loss):
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()


def pretrain(model, optimizer, options):
    ids = torch.randint(0, VOCABULARY, (128, options.tokens + 1))

    def step():
        with measuring.autocast(options.precision):
            logits = model(ids[:, :-1])
        update(optimizer, model, -log_probabilities(logits, ids[:, 1:]).mean())

    measuring.report(
        128 * options.tokens, measuring.median_seconds(step, options.repetitions))


def grpo(model, optimizer, options):
    problems, generations, prompt, length = 16, 16, 9, options.tokens
    rows = problems * generations
    kind = torch.float32 if options.precision == "float32" else torch.bfloat16
    prompts = torch.randint(0, VOCABULARY, (problems, prompt))

    def cache(count):
        shape = (count, HEADS, prompt + length, SIZE)
        return [(torch.empty(shape, dtype=kind), torch.empty(shape, dtype=kind))
                for _ in range(LAYERS)]

    @torch.inference_mode()
    def sample():
        first = cache(problems)
        with measuring.autocast(options.precision):
            logits = model(prompts, first, 0)[:, -1].repeat_interleave(generations, 0)
            caches = [tuple(part.repeat_interleave(generations, 0) for part in pair)
                      for pair in first]
            ids, recorded = [], []
            for place in range(length):
                distribution = F.log_softmax(logits, -1)
                token = torch.multinomial(distribution.exp(), 1)
                ids.append(token)
                recorded.append(distribution.gather(1, token))
                if place + 1 < length:
                    logits = model(token, caches, prompt + place)[:, -1]
        return torch.cat(ids, 1), torch.cat(recorded, 1)

    def step():
        completions, old = sample()
        completions, old = completions.clone(), old.clone()
        rewards = torch.randint(0, 2, (problems, generations)).float()
        advantages = (rewards - rewards.mean(1, keepdim=True)) / (
            rewards.std(1, keepdim=True) + 1e-4)
        texts = torch.cat([prompts.repeat_interleave(generations, 0), completions], 1)
        with measuring.autocast(options.precision):
            logits = model(texts[:, :-1])[:, prompt - 1:]
        ratio = (log_probabilities(logits, completions) - old).exp()
        weights = advantages.view(rows, 1)
        loss = -torch.min(ratio * weights, ratio.clamp(0.8, 1.2) * weights).mean(1).mean()
        update(optimizer, model, loss)

    measuring.report(rows * length, measuring.median_seconds(step, options.repetitions))


def main():
    parser = measuring.arguments(__doc__)
    parser.add_argument("work", choices=["pretrain", "grpo"])
    parser.add_argument("--tokens", type=int, required=True, help="of a document or completion")
    options = measuring.parse(parser)
    model = CharacterModel()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6, fused=True)
    (pretrain if options.work == "pretrain" else grpo)(model, optimizer, options)


if __name__ == "__main__":
    main()
