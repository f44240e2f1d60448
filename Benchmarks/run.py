#!/usr/bin/env python3
"""Runs grpo and its peers alternately on the same work and prints ratios with their spread.

    Benchmarks/run.py                        every comparison, five pairs each
    Benchmarks/run.py --only train --pairs 7
    Benchmarks/run.py --precision float32    against peers in float32
    Benchmarks/run.py --precision float32 --engines onednn openblas

Needs the standard library alone; the peers run in the environment that `Benchmarks/setup` made.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


@dataclass
class Peer:
    name: str
    command: list  # of the script and its arguments, or of a program
    llama_sequences: int = 0


@dataclass
class Comparison:
    work: str
    ours: str  # a name of `grpo benchmark`
    peers: list
    with_model: bool = False
    by_seconds: bool = False  # same step, not same tokens
    our_runs: dict = field(default_factory=dict)  # by engine
    peer_runs: dict = field(default_factory=dict)


def comparisons(options):
    kind = options.precision
    model = str(options.model)
    build = HERE / ".build"

    def torch(script, *arguments, precisions=(kind,)):
        label = {"float32": "fp32", "bfloat16": "bf16 autocast"}
        return [Peer(f"PyTorch {label[p]}", [script, *arguments, "--precision", p])
                for p in precisions]

    # PyTorch is not always faster in bf16 on a model this small: the better one is the peer.
    both = ["float32"] if kind == "float32" else ["bfloat16", "float32"]

    def llama(sequences):
        file = build / f"smollm2-{'F32' if kind == 'float32' else 'BF16'}.gguf"
        program = build / "llama" / "bin" / "llama-batched-bench"
        if not program.exists() or not file.exists():
            return []
        room = str(sequences * 128)
        return [Peer(
            f"llama.cpp {kind}",
            [str(program), "-m", str(file), "-c", room, "-b", "4096", "-ub", "512",
             "-npp", "64", "-ntg", "64",
             "-npl", ",".join([str(sequences)] * (options.repetitions + 1)),
             "-t", str(options.threads), "-tb", str(options.threads)], sequences)]

    def generate(sequences):
        return [Peer(
            f"Hugging Face {kind}",
            ["decode.py", "--sequences", str(sequences), "--precision", kind])]

    tossed = ["--tossed-rewards"] if options.tossed_rewards else []

    def trl(prompts, length):
        return [Peer(
            f"TRL {kind}",
            ["trl_step.py", "--model", model, "--prompts", str(prompts), "--length", str(length),
             "--precision", kind, *tossed])]

    return [
        Comparison("train, 16 x 256 tokens", "train", torch("train.py")),
        Comparison("decode, 64 sequences", "decode-64", llama(64) + generate(64)),
        Comparison("decode, 16 sequences", "decode-16", llama(16) + generate(16)),
        Comparison("decode, 1 sequence", "decode-1", llama(1) + generate(1)),
        Comparison("GRPO step 4 x 8 x 128", "grpo-step-4x8x128", trl(4, 128), True, True),
        Comparison("GRPO step 8 x 8 x 24", "grpo-step-8x8x24", trl(8, 24), True, True),
        Comparison(
            "character model: pretraining", "character-pretrain",
            torch("characters.py", "pretrain", "--tokens", "30", precisions=both)),
        Comparison(
            "character model: GRPO step", "character-grpo-step",
            torch("characters.py", "grpo", "--tokens", "58", precisions=both)),
    ]


def environment(options, engine=None):
    """The children's: OpenBLAS and the peers choose their kernels for this very CPU."""
    result = dict(os.environ)
    result.pop("GRPO_GEMM", None)
    if engine and engine != "default":
        result["GRPO_GEMM"] = engine
    for name in ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_ENABLE_INSTRUCTIONS"]:
        result.pop(name, None)
    result["OMP_NUM_THREADS"] = str(options.threads)
    result["TOKENIZERS_PARALLELISM"] = "false"
    return result


def run(command, options, engine=None):
    """The standard output of a child and its peak resident memory in bytes."""
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(options, engine))
    errors = []
    reader = threading.Thread(target=lambda: errors.append(child.stderr.read()))
    reader.start()
    output = child.stdout.read()
    reader.join()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(
            f"{' '.join(command)}: exit code {child.returncode}\n{''.join(errors)[-2000:]}")
    return output, usage.ru_maxrss * 1024


def ours(comparison, engine, options):
    command = [
        str(options.grpo), "benchmark", "--json", "--only", comparison.ours, "--precision",
        options.precision, "--threads", str(options.threads), "--repetitions",
        str(options.repetitions)]
    if comparison.with_model:
        command += ["--model", str(options.model)]
        if options.tossed_rewards:
            command += ["--tossed-rewards"]
    output, memory = run(command, options, engine)
    document = json.loads(output)
    result = document["results"][0]
    result["memory"] = memory
    result["setting"] = {
        key: document[key] for key in ["engine", "core", "threads", "precision", "matrix_gflops"]}
    return result


def theirs(peer, options):
    if peer.llama_sequences:
        output, memory = run(peer.command, options)
        # Columns: PP, TG, B, N_KV, T_PP, S_PP, T_TG, S_TG, T, S; S_TG is tokens a second of
        # generation, over the time after the prefill.
        rows = [line for line in output.splitlines() if re.match(r"\|\s*64 \|\s*64 \|", line)]
        seconds = statistics.median(float(row.strip("|").split("|")[6]) for row in rows[1:])
        tokens = peer.llama_sequences * 64
        return {"tokens": tokens, "s": seconds, "tokens_per_s": tokens / seconds,
                "memory": memory}
    script, *arguments = peer.command
    command = [
        str(options.venv / "bin" / "python"), str(HERE / "peers" / script), *arguments,
        "--threads", str(options.threads), "--repetitions", str(options.repetitions)]
    output, memory = run(command, options)
    line = [line for line in output.splitlines() if line.startswith("RESULT ")][-1]
    return {**json.loads(line[len("RESULT "):]), "memory": memory}


def measure(comparison, options):
    for pair in range(options.pairs):
        load = os.getloadavg()[0]
        print(f"{comparison.work}: pair {pair + 1} of {options.pairs}, load {load:.2f}",
              file=sys.stderr, flush=True)
        for engine in options.engines:
            result = ours(comparison, engine, options)
            comparison.our_runs.setdefault(engine, []).append(result)
            print(f"  ours, {result['setting']['engine']}: {brief(result)}", file=sys.stderr,
                  flush=True)
        for peer in comparison.peers:
            result = theirs(peer, options)
            comparison.peer_runs.setdefault(peer.name, []).append(result)
            print(f"  {peer.name}: {brief(result)}", file=sys.stderr, flush=True)


def brief(result):
    return (f"{result['tokens_per_s']:.4g} tokens/s ({result['s']:.3g} s, "
            f"{result['memory'] / 1e9:.2f} GB)")


def speed(comparison, result):
    return 1 / result["s"] if comparison.by_seconds else result["tokens_per_s"]


def figure(comparison, runs):
    if comparison.by_seconds:
        tokens = statistics.median(r["tokens"] for r in runs)
        signal = statistics.mean(r["groups_with_signal"] for r in runs)
        return (f"{statistics.median(r['s'] for r in runs):.3g} s, {tokens:.0f} tokens, "
                f"{signal:.0%} of groups with signal")
    return f"{statistics.median(r['tokens_per_s'] for r in runs):.4g} tokens/s"


def ratio_rows(comparison):
    for mine in comparison.our_runs.values():
        for name, results in comparison.peer_runs.items():
            ratios = [speed(comparison, a) / speed(comparison, b) for a, b in zip(mine, results)]
            memory = statistics.median(b["memory"] / a["memory"] for a, b in zip(mine, results))
            yield (comparison.work, mine[0]["setting"]["engine"], name,
                   figure(comparison, mine), figure(comparison, results),
                   f"{statistics.median(ratios):.2f} x", f"{min(ratios):.2f} to {max(ratios):.2f}",
                   f"{mine[0]['memory'] / 1e9:.2f} / {results[0]['memory'] / 1e9:.2f} GB",
                   f"1/{memory:.1f}", str(len(ratios)))


def share_rows(comparison):
    for mine in comparison.our_runs.values():
        shares = [run["share_of_matrix_rate"] for run in mine]
        rates = [run["setting"]["matrix_gflops"] for run in mine]
        yield (comparison.work, mine[0]["setting"]["engine"],
               f"{statistics.median(rates):.0f} GFLOP/s", f"{statistics.median(shares):.1%}",
               f"{min(shares):.1%} to {max(shares):.1%}", str(len(shares)))


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grpo", type=Path, default=ROOT / ".build" / "release" / "grpo")
    parser.add_argument("--venv", type=Path, default=HERE / ".venv")
    parser.add_argument("--model", type=Path, default=ROOT / "Models" / "smollm2.gguf")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--repetitions", type=int, default=3, help="within a run; the median counts")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--precision", choices=["bfloat16", "float32"], default="bfloat16")
    parser.add_argument(
        "--engines", nargs="+", choices=["default", "onednn", "openblas"], default=["default"],
        help="ours is run once with each in every pair")
    parser.add_argument(
        "--tossed-rewards", action="store_true",
        help="in GRPO steps both sides toss their rewards, so that every group has a signal")
    parser.add_argument("--only", nargs="+", default=[], help="names of `grpo benchmark`")
    parser.add_argument("--peer", default="", help="only peers whose name contains this")
    parser.add_argument("--output", type=Path, help="also write every run as JSON")
    options = parser.parse_args()

    chosen = [c for c in comparisons(options) if not options.only or c.ours in options.only]
    if not chosen:
        names = ", ".join(c.ours for c in comparisons(options))
        parser.error(f"--only: expected some of {names}; found {' '.join(options.only)}")
    if not options.grpo.exists():
        parser.error(f"{options.grpo} is not there: run swift build -c release")
    if not (options.venv / "bin" / "python").exists():
        parser.error(f"{options.venv} has no Python: run Benchmarks/setup")
    for comparison in chosen:
        comparison.peers = [p for p in comparison.peers if options.peer in p.name]
        measure(comparison, options)
        if options.output:  # after each comparison: hours of measuring are not to be lost
            options.output.write_text(json.dumps(
                [{"work": c.work, "ours": c.our_runs, "peers": c.peer_runs} for c in chosen],
                indent=1))

    setting = next(iter(chosen[0].our_runs.values()))[0]["setting"]
    print(f"\ncore {setting['core']}, {setting['threads']} threads, {setting['precision']}; "
          f"load at the end {os.getloadavg()[0]:.2f}\n")
    table(("work", "engine", "peer", "grpo", "peer's", "ratio", "from, to", "peak memory",
           "of peer's", "pairs"), [row for c in chosen for row in ratio_rows(c)])
    table(("work", "engine", "matrix rate", "share", "from, to", "runs"),
          [row for c in chosen for row in share_rows(c)])


if __name__ == "__main__":
    main()
