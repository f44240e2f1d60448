#!/usr/bin/env python3
"""Write dequantised values as the `gguf` Python package computes them, and row permutations.

Run with gguf, numpy and safetensors installed: python3 make_fixtures.py [OUTPUT_DIRECTORY]

`dequantization.safetensors`: for every type TYPE the arrays `TYPE.bytes` (the raw blocks, one byte
an int32) and `TYPE.values` (float32). The blocks are random bytes with the scales replaced by
hard and ordinary halves: zeros of both signs, subnormals, the largest.

`quantization.safetensors`: `values` (float32) and their bytes as `gguf` encodes them, `F16.bytes`,
`BF16.bytes`, `Q8_0.bytes`.

`rope.safetensors`: `half_split` [rows, columns] and `interleaved`, the same rows in the order of
llama.cpp's converter, for `heads` heads; and a bias.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize, quantize
from safetensors.numpy import save_file

HALVES = np.array(
    [0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x0400, 0x3C00, 0xBC00, 0x7BFF, 0xFBFF, 0x2E66, 0xA8F6],
    dtype=np.uint16)
# Where the halves lie in a block.
SCALES = {
    "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,),
    "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,)}
TYPES = ["F16", "BF16", "Q4_1", "Q8_0", "Q4_0", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"]


def blocks(name, random):
    elements, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    count = {1: 2048, 32: 96, 256: 16}[elements]
    raw = random.integers(0, 256, (count, size), dtype=np.uint8)
    if name == "F16":
        # Without infinities and NaN, whose payload is the processor's choice.
        halves = raw.view(np.uint16)
        halves[(halves & 0x7C00) == 0x7C00] &= 0x83FF
        halves[: len(HALVES), 0] = HALVES
    if name == "BF16":
        halves = raw.view(np.uint16)
        halves[(halves & 0x7F80) == 0x7F80] &= 0x80FF
    for place in SCALES.get(name, ()):
        scales = random.normal(0, 0.05, count).astype(np.float16).view(np.uint16)
        scales[: len(HALVES)] = random.permutation(HALVES)
        raw[:, place : place + 2] = scales[:, None].view(np.uint8)
    return raw.reshape(-1)


def converted(weights, heads):
    """llama.cpp's permutation of query and key rows."""
    shape = weights.shape
    return (
        weights.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape))


def hard_values(random):
    """Ordinary weights, and what rounds badly: ties, subnormals, zeros of both signs."""
    values = random.normal(0, 0.05, 1024).astype(np.float32)
    hard = [
        0.0, -0.0, 65504.0, -65519.0, 2.0 ** -14, 2.0 ** -24, 2.0 ** -25, 3 * 2.0 ** -25, 1e-30,
        -1e-38, 1 + 2.0 ** -11, 1 + 3 * 2.0 ** -11, 1 + 2.0 ** -8, 1 + 3 * 2.0 ** -8, 2.0 ** -126]
    values[: len(hard)] = hard
    values[64:96] = 0
    values[96:128] *= np.float32(1e-30)
    # Scale 1, so that x.5 is a tie of Q8_0.
    values[128:160] = np.arange(32, dtype=np.float32) - np.float32(16.5)
    values[128] = 127
    return values


def quantized(values, name):
    return quantize(values, GGMLQuantizationType[name]).view(np.uint8).reshape(-1)


def main():
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    random = np.random.default_rng(7)
    tables = {}
    for name in TYPES:
        raw = blocks(name, random)
        values = dequantize(raw.copy(), GGMLQuantizationType[name]).astype(np.float32)
        assert np.isfinite(values).all(), name
        tables[f"{name}.bytes"] = raw.astype(np.int32)
        tables[f"{name}.values"] = np.ascontiguousarray(values.reshape(-1))
    save_file(tables, directory / "dequantization.safetensors")

    heads, size, columns = 3, 8, 5
    weights = random.normal(size=(heads * size, columns)).astype(np.float32)
    bias = random.normal(size=heads * size).astype(np.float32)
    save_file(
        {"heads": np.array([heads], dtype=np.int32),
         "half_split": weights, "interleaved": np.ascontiguousarray(converted(weights, heads)),
         "half_split_bias": bias, "interleaved_bias": np.ascontiguousarray(converted(bias, heads))},
        directory / "rope.safetensors")

    values = hard_values(random)
    tables = {"values": values, "F16.bytes": values.astype(np.float16).view(np.uint8)}
    for name in ["BF16", "Q8_0"]:
        tables[f"{name}.bytes"] = quantized(values, name)
    save_file(
        {name: table if name == "values" else table.astype(np.int32)
         for name, table in tables.items()},
        directory / "quantization.safetensors")


if __name__ == "__main__":
    main()
