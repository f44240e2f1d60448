"""Asks Math-Verify about the pairs of its own test suite and writes math_verify.jsonl.

    pip install math-verify[antlr4_13_2]==0.9.0
    pip download --no-binary :all: --no-deps math-verify==0.9.0 && tar xzf math_verify-0.9.0.tar.gz
    python make_math_verify.py math_verify-0.9.0/tests > math_verify.jsonl

Every pair that a test of theirs compares is taken once, with what the library answers at its default
settings; "asserted" is there where a test with settings of its own expects the opposite. Long texts
are cut to the end that gives the same answer. Tests of other things (options of the parser, timeouts)
have no pairs.
"""

import ast
import json
import math
import pathlib
import sys

from math_verify import parse, verify


def pairs(folder):
    for path in sorted(pathlib.Path(folder).glob("test_*.py")):
        for test in ast.parse(path.read_text()).body:
            if not isinstance(test, ast.FunctionDef):
                continue
            for mark in test.decorator_list:
                if not ast.unparse(mark).startswith("pytest.mark.parametrize("):
                    continue
                names = [name.strip() for name in ast.literal_eval(mark.args[0]).split(",")]
                if "gold" not in names:
                    continue
                for values in eval(ast.unparse(mark.args[1]), {"math": math}):
                    case = dict(zip(names, values))
                    expected = case.get("expected", case.get("result"))
                    name = path.stem.removeprefix("test_") + "/" + test.name.removeprefix("test_")
                    yield name, case["gold"], case["pred"], bool(expected)


def are_equal(gold, prediction):
    return bool(verify(parse(gold), parse(prediction)))


def shortened(text, is_same):
    for length in (200, 300, 400, 600, 900, 1500):
        if len(text) <= max(320, length):
            return text
        end = text[-length:]
        end = end[end.find(" ") + 1 :]
        # An odd number of dollar signs would turn formulas and words around.
        if end.count("$") % 2 == 0 and is_same(end):
            return end
    return text


seen = set()
for name, gold, prediction, expected in pairs(sys.argv[1]):
    if (gold, prediction) in seen:
        continue
    seen.add((gold, prediction))
    equal = are_equal(gold, prediction)
    prediction = shortened(prediction, lambda end: are_equal(gold, end) == equal)
    gold = shortened(gold, lambda end: are_equal(end, prediction) == equal)
    row = {"test": name, "gold": gold, "prediction": prediction, "equal": equal}
    if expected != equal:
        row["asserted"] = expected
    print(json.dumps(row, ensure_ascii=True))
