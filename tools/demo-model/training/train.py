"""Trains the built-in model and proves its export. Only what needs PyTorch is here.

train.py train WORK     training/ -> weights/: one little-endian float32 file per tensor of the GGUF
train.py refine WORK    the same, going on from weights/ with small steps
train.py logits WORK    weights of exported/ on reference/tokens.u16 -> reference/logits.f32

Runs on Debian's python3-torch 1.13; no other package is needed.
"""

import json
import math
import pathlib
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

SEED = 7
# Highest and lowest learning rate.
TRAIN_RATES = (2e-3, 1e-4)
REFINE_RATES = (5e-4, 2e-5)
WARM_UP_STEPS = 100
WEIGHT_DECAY = 0.05
DROPOUT = 0.1
# Of the running average of the weights that is exported: about the last 500 steps.
AVERAGE_DECAY = 0.998
# Queries are attended to in blocks of this many, so that a long row needs no square of its length.
ATTENTION_BLOCK = 256


class Layer(nn.Module):
    def __init__(self, shape, epsilon):
        super().__init__()
        self.heads, self.kv_heads = shape["heads"], shape["kvHeads"]
        self.head_size, self.epsilon = shape["headSize"], epsilon
        width, feed_forward = shape["width"], shape["feedForward"]
        queries, keys = self.heads * self.head_size, self.kv_heads * self.head_size
        self.attn_norm = nn.Parameter(torch.ones(width))
        self.ffn_norm = nn.Parameter(torch.ones(width))
        self.attn_q = nn.Linear(width, queries, bias=False)
        self.attn_k = nn.Linear(width, keys, bias=False)
        self.attn_v = nn.Linear(width, keys, bias=False)
        self.attn_output = nn.Linear(queries, width, bias=False)
        self.ffn_gate = nn.Linear(width, feed_forward, bias=False)
        self.ffn_up = nn.Linear(width, feed_forward, bias=False)
        self.ffn_down = nn.Linear(feed_forward, width, bias=False)

    def forward(self, hidden, rotation, mask, drop):
        hidden = hidden + drop(self.attend(rms_norm(hidden, self.attn_norm, self.epsilon), rotation, mask))
        inner = rms_norm(hidden, self.ffn_norm, self.epsilon)
        return hidden + drop(self.ffn_down(functional.silu(self.ffn_gate(inner)) * self.ffn_up(inner)))

    def attend(self, inner, rotation, mask):
        rows, length, _ = inner.shape
        split = lambda projected, heads: projected.view(rows, length, heads, self.head_size).transpose(1, 2)
        group = self.heads // self.kv_heads
        q = rotate(split(self.attn_q(inner), self.heads), rotation) / math.sqrt(self.head_size)
        k = rotate(split(self.attn_k(inner), self.kv_heads), rotation)
        v = split(self.attn_v(inner), self.kv_heads)
        # Grouped queries: the heads of a group stand below each other and share K and V.
        q = q.reshape(rows, self.kv_heads, group, length, self.head_size)
        k, v = k.unsqueeze(2), v.unsqueeze(2)
        blocks = []
        for start in range(0, length, ATTENTION_BLOCK):
            end = min(start + ATTENTION_BLOCK, length)
            scores = q[..., start:end, :] @ k[..., :end, :].transpose(-1, -2)
            scores = scores + mask[start:end, :end]
            blocks.append(functional.softmax(scores, -1) @ v[..., :end, :])
        mixed = torch.cat(blocks, -2) if len(blocks) > 1 else blocks[0]
        mixed = mixed.reshape(rows, self.heads, length, self.head_size)
        return self.attn_output(mixed.transpose(1, 2).reshape(rows, length, -1))


class Model(nn.Module):
    """A llama: RMS norms, rotary positions in interleaved pairs, gated feed-forward, tied embedding."""

    def __init__(self, plan):
        super().__init__()
        shape = plan["shape"]
        self.epsilon = plan["rmsEpsilon"]
        self.rope_base, self.head_size = plan["ropeBase"], shape["headSize"]
        self.token_embd = nn.Embedding(plan["vocabularySize"], shape["width"])
        self.blk = nn.ModuleList(Layer(shape, self.epsilon) for _ in range(shape["layers"]))
        self.output_norm = nn.Parameter(torch.ones(shape["width"]))
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                scale = 0.02 if name == "token_embd.weight" else 0.5 / math.sqrt(parameter.shape[1])
                if name.endswith(("attn_output.weight", "ffn_down.weight")):
                    scale /= math.sqrt(2 * shape["layers"])
                nn.init.normal_(parameter, std=scale)

    def forward(self, tokens, drop=lambda hidden: hidden):
        """Hidden states (rows, length, width) after the last norm."""
        length = tokens.shape[1]
        rotation = rotations(length, self.head_size, self.rope_base)
        mask = torch.full((length, length), float("-inf")).triu(1)
        if torch.is_autocast_cpu_enabled():
            mask = mask.bfloat16()
        hidden = drop(self.token_embd(tokens))
        for layer in self.blk:
            hidden = layer(hidden, rotation, mask, drop)
        return rms_norm(hidden, self.output_norm, self.epsilon)

    def logits(self, hidden):
        return hidden @ self.token_embd.weight.t()


def rms_norm(hidden, weight, epsilon):
    hidden = hidden.float()
    return hidden * torch.rsqrt(hidden.pow(2).mean(-1, keepdim=True) + epsilon) * weight


def rotations(length, head_size, base):
    frequencies = base ** (-torch.arange(0, head_size, 2).double() / head_size)
    angles = torch.arange(length).double()[:, None] * frequencies
    return torch.cos(angles).float(), torch.sin(angles).float()


def rotate(heads, rotation):
    """Turns each pair of neighbouring values by an angle that grows with the position (RoPE)."""
    cosine, sine = rotation
    heads = heads.float()
    even, odd = heads[..., 0::2], heads[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)


def gguf_name(name):
    return name if name.endswith(".weight") else name + ".weight"


def read_list(path, kind):
    return numpy.fromfile(path, dtype=kind)


def batches(directory):
    """(tokens, weights) of every batch, padded with zeros to the longest row."""
    tokens, weights = read_list(directory / "tokens.u16", "<u2"), read_list(directory / "weights.u8", "u1")
    lengths, counts = read_list(directory / "rows.u32", "<u4"), read_list(directory / "batches.u32", "<u4")
    row = at = 0
    for count in counts:
        sizes = lengths[row : row + count]
        row += count
        padded = numpy.zeros((count, sizes.max()), dtype="int64")
        counted = numpy.zeros((count, sizes.max()), dtype="float32")
        for index, size in enumerate(sizes):
            padded[index, :size] = tokens[at : at + size]
            counted[index, :size] = weights[at : at + size]
            at += size
        yield torch.from_numpy(padded), torch.from_numpy(counted)


def learning_rate(step, steps, highest, lowest):
    if step < WARM_UP_STEPS:
        return highest * (step + 1) / WARM_UP_STEPS
    progress = (step - WARM_UP_STEPS) / max(1, steps - WARM_UP_STEPS)
    return lowest + (highest - lowest) * 0.5 * (1 + math.cos(math.pi * progress))


def train(work):
    learn(work, TRAIN_RATES)


def refine(work):
    learn(work, REFINE_RATES, work / "weights")


def learn(work, rates, first_weights=None):
    """Exported is the running average of the weights."""
    plan = json.loads((work / "training" / "training.json").read_text())
    steps = plan["batches"]
    print(f"{plan['tokens']} tokens in {steps} steps", flush=True)
    torch.manual_seed(SEED)
    model, average = Model(plan), Model(plan)
    if first_weights is not None:
        read_weights(model, first_weights)
    average.load_state_dict(model.state_dict())
    print(f"{sum(parameter.numel() for parameter in model.parameters())} parameters", flush=True)
    decayed = [parameter for parameter in model.parameters() if parameter.dim() == 2]
    others = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0}],
        lr=rates[0],
        betas=(0.9, 0.98),
    )
    drop = lambda hidden: functional.dropout(hidden, DROPOUT)
    started, done, losses = time.monotonic(), 0, []
    for step, (tokens, weights) in enumerate(batches(work / "training")):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, *rates)
        targets, counted = tokens[:, 1:], weights[:, 1:]
        wanted = counted > 0
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model(tokens[:, :-1], drop)
            logits = model.logits(hidden[wanted])
        loss = functional.cross_entropy(logits.float(), targets[wanted], reduction="none")
        loss = (loss * counted[wanted]).sum() / counted[wanted].sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        decay = min(AVERAGE_DECAY, (step + 1) / (step + 10))
        with torch.no_grad():
            for kept, current in zip(average.parameters(), model.parameters()):
                kept.lerp_(current, 1 - decay)
        losses.append(loss.item())
        done += int((tokens > 0).sum())
        if step % 100 == 99 or step == steps - 1:
            elapsed = time.monotonic() - started
            line = f"step {step + 1}: loss {sum(losses) / len(losses):.3f}, {done / elapsed:.0f} tokens/s, {elapsed:.0f} s"
            losses = []
            if step % 500 == 499 or step == steps - 1:
                line += ", " + probe(average, plan)
            print(line, flush=True)
    write_weights(average, work / "weights")


def write_weights(model, directory):
    directory.mkdir(exist_ok=True)
    for name, parameter in model.named_parameters():
        parameter.detach().numpy().astype("<f4").tofile(directory / f"{gguf_name(name)}.f32")


@torch.no_grad()
def read_weights(model, directory):
    for name, parameter in model.named_parameters():
        values = read_list(directory / f"{gguf_name(name)}.f32", "<f4")
        parameter.copy_(torch.from_numpy(values).view(parameter.shape))


@torch.no_grad()
def probe(model, plan):
    """Shares of the development questions whose answer begins as it should, greedily."""
    groups = {}
    for entry in plan["probes"]:
        groups.setdefault(entry["group"], []).append(entry)
    lines = []
    for group, entries in groups.items():
        right = 0
        by_length = {}
        for entry in entries:
            by_length.setdefault(len(entry["prompt"]), []).append(entry)
        for same in by_length.values():
            answer_tokens = max(len(accepted) for entry in same for accepted in entry["accepted"])
            tokens = torch.tensor([entry["prompt"] for entry in same])
            start = tokens.shape[1]
            for _ in range(answer_tokens):
                following = model.logits(model(tokens)[:, -1]).argmax(-1)
                tokens = torch.cat((tokens, following[:, None]), 1)
            for row, entry in zip(tokens[:, start:].tolist(), same):
                right += any(row[: len(accepted)] == accepted for accepted in entry["accepted"])
        lines.append(f"{group} {100 * right / len(entries):.1f} %")
    return ", ".join(lines)


@torch.no_grad()
def logits(work):
    plan = json.loads((work / "training" / "training.json").read_text())
    model = Model(plan)
    read_weights(model, work / "exported")
    tokens = torch.from_numpy(read_list(work / "reference" / "tokens.u16", "<u2").astype("int64"))
    result = model.logits(model(tokens[None]))[0]
    result.numpy().astype("<f4").tofile(work / "reference" / "logits.f32")


if __name__ == "__main__":
    command, work = sys.argv[1:]
    {"train": train, "refine": refine, "logits": logits}[command](pathlib.Path(work))
