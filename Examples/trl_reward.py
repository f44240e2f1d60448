#!/usr/bin/env python3
"""Runs a reward function written for TRL, unchanged, as the program of a `command` reward.

    rewards:
      - command: {name: style, directory: ., run: [python3, trl_reward.py, my_rewards:style_reward]}

`my_rewards` is a module in the working directory or on PYTHONPATH, or a path such as `../lib/r.py`;
`style_reward` is a function, or a class's instance, called as TRL's GRPOTrainer calls it:

    style_reward(prompts=[...], completions=[...], completion_ids=[...], **columns)

Every list has one entry for each completion of a group: the prompt and each column of the data set
are repeated. `answer` is the problem's ground truth; `--answer-as solution` passes it under the name
that the data set had in TRL (may be repeated). With `--conversational` prompts are lists of messages
and completions are `[{"role": "assistant", "content": text}]`, as TRL passes them for chat data. A
coroutine function is awaited. It returns a list of numbers; None means "not applicable".

What differs from TRL: a group at a time, not a batch; `completion_ids` are lists of the right length
filled with -1, because tokens stay with the trainer; `trainer_state` has `global_step` and
`max_steps` alone; `log_extra` and `log_metric` do nothing. NaN, which TRL takes for None, is counted
as non-finite here.

What the function prints goes to standard error. What it raises becomes an answer {"error": ...},
which is counted and does not end this program.
"""

import argparse
import asyncio
import importlib
import importlib.util
import inspect
import json
import os
import sys
import traceback
from types import SimpleNamespace


def load(name):
    """The function that MODULE:FUNCTION or PATH.py:FUNCTION names."""
    place, separator, attribute = name.rpartition(":")
    if not separator:
        sys.exit(f"trl_reward: found '{name}', expected MODULE:FUNCTION")
    if place.endswith(".py"):
        spec = importlib.util.spec_from_file_location("user_rewards", place)
        if spec is None or not os.path.exists(place):
            sys.exit(f"trl_reward: found no file {place}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        sys.path.insert(0, os.path.dirname(os.path.abspath(place)))
        spec.loader.exec_module(module)
    else:
        sys.path.insert(0, os.getcwd())
        module = importlib.import_module(place)
    function = module
    for part in attribute.split("."):
        function = getattr(function, part)
    if not callable(function):
        sys.exit(f"trl_reward: {name} is no function")
    return function


def arguments_of(group, answer_names, conversational):
    """What TRL would call the function with."""
    completions = group["completions"]
    count = len(completions)
    prompt = group["prompt"]
    if conversational:
        prompt = group["messages"] or [{"role": "user", "content": prompt}]
        completions = [[{"role": "assistant", "content": text}] for text in completions]
    columns = dict(group["columns"])
    for name in answer_names:
        columns.setdefault(name, group["answer"])
    for name in ("prompt", "completion", "completion_ids", "prompts", "completions"):
        columns.pop(name, None)
    return {
        "prompts": [prompt] * count,
        "completions": completions,
        "completion_ids": [[-1] * length for length in group["token_counts"]],
        "trainer_state": SimpleNamespace(
            global_step=group["step"], max_steps=group["max_steps"]
        ),
        "log_extra": lambda *_, **__: None,
        "log_metric": lambda *_, **__: None,
        **{name: [value] * count for name, value in columns.items()},
    }


def number(value):
    """A score as JSON can say it: numpy's, torch's and Python's numbers alike."""
    return None if value is None else float(value)


def scores(function, group, options):
    result = function(**arguments_of(group, options.answer_as, options.conversational))
    if inspect.isawaitable(result):
        result = asyncio.run(_awaited(result))
    return [number(value) for value in result]


async def _awaited(value):
    return await value


def main():
    parser = argparse.ArgumentParser(
        description="Run a TRL reward function as the program of a command reward."
    )
    parser.add_argument("function", help="MODULE:FUNCTION or PATH.py:FUNCTION")
    parser.add_argument(
        "--answer-as",
        action="append",
        default=["answer"],
        metavar="NAME",
        help="a column name under which the ground truth is passed; always also: answer",
    )
    parser.add_argument(
        "--conversational",
        action="store_true",
        help="pass messages instead of texts, as TRL does for chat data",
    )
    options = parser.parse_args()
    # Standard output is for answers alone, whatever the function and its libraries print.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    function = load(options.function)
    for line in sys.stdin.buffer:
        group = json.loads(line)
        try:
            answer = {"id": group["id"], "scores": scores(function, group, options)}
        except Exception as error:  # The function's own fault is told, not hidden.
            traceback.print_exc()
            answer = {"id": group["id"], "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
