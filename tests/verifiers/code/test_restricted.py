"""The label of the restricted subset: what solutions use is inside, doors to the host are named."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from evol.verifiers.code.restricted import subset

DATA = Path(__file__).parents[3] / "../shared/data"


@pytest.mark.parametrize(
    "source",
    [
        "def f(x: int = 1) -> int:\n    x += 1\n    xs: list[int] = []\n    xs[0] += 1\n    return x",
        "class A:\n    def __init__(self): self._n = 0\n    def __add__(self, o): self._n += 1",
        "def f(x):\n    match x:\n        case [1, *r] | {'a': r}: pass\n        case str() as s: pass",
        "from collections import *\nimport math, itertools\nprint(math.pi, *[1], sep='')",
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g",
        "import functools\n@functools.cache\ndef f(n): return [y := n, y]\nif __name__ == '__main__': f(2)",
    ],
)
def test_what_solutions_use_is_inside(source):
    assert subset(source).label == "in_subset", subset(source)


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("import os", "import of os"),
        ("from statistics import sys", "import of sys"),
        ("import contextlib\ncontextlib.os.system('x')", "contextlib"),
        ("import statistics\nstatistics.sys.modules", "attribute sys"),
        ("().__class__.__base__.__subclasses__()", "__subclasses__"),
        ("open('x')", "open"),
        ("eval('1')", "eval"),
        ("__import__('os')", "__import__"),
        ("g = (x for x in [1])\ng.gi_frame.f_back", "gi_frame"),
        ("class M(metaclass=type): pass", "metaclass"),
        ("class A:\n    def __del__(self): pass", "__del__"),
        ("async def f(): pass", "Async"),
        ("try:\n    pass\nexcept* ValueError:\n    pass", "TryStar"),
        ("__builtins__ = {}", "__builtins__"),
    ],
)
def test_doors_to_the_host_are_named(source, part):
    found = subset(source)
    assert found.label == "out_of_subset"
    assert any(part in r for r in found.refused), found.refused


@pytest.mark.parametrize("text", ["def f(:", "\x00", "x" * 2_000_000 + "("])
def test_what_is_no_program_has_no_label_of_its_own(text):
    assert subset(text).label == "no_program"


def test_the_library_is_imported_only_when_a_label_is_asked_for():
    code = "import sys, evol.verifiers.code.restricted; assert 'RestrictedPython' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.skipif(not DATA.exists(), reason="shared/data is not on this machine")
def test_nearly_all_humaneval_solutions_are_inside():
    with gzip.open(DATA / "HumanEval.jsonl.gz") as file:
        rows = [json.loads(line) for line in file]
    labels = [subset(r["prompt"] + r["canonical_solution"]).label for r in rows]
    assert labels.count("in_subset") >= 0.98 * len(rows)
