"""Mutants of a solution: which changes are made, and which never are."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evol.verifiers.code.mutants import mutants, stubs

COUNT = '''
import math

LIMIT = 3

def helper(x: int = 1) -> int:
    """Return x."""
    return x

def unused():
    return 99

def count(xs):
    total = 0
    for i in range(len(xs)):
        if xs[i] > LIMIT and not xs[i] == 7:
            total += helper(xs[i])
    return total

if __name__ == "__main__":
    print(count([1, 2, 3]))
'''


def changes(source, names=()):
    return [m.change for m in mutants(source, names, limit=1000)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a, b):\n    return a + b", "return a - b"),
        ("def f(a, b):\n    return a + b", "return None"),
        ("def f(a):\n    return a < 3", "a <= 3"),
        ("def f(a):\n    return a < 3", "a >= 3"),
        ("def f(a):\n    return a < 3", "a < 4"),
        ("def f(a):\n    return a < 3", "a < 2"),
        ("def f(a, b):\n    return a and b", "a or b"),
        ("def f(a):\n    return True", "return False"),
        ("def f(a):\n    return 'yes'", "return ''"),
        ("def f(n):\n    return list(range(n))", "range(n + 1)"),
        ("def f(n):\n    return list(range(1, n))", "range(1, n - 1)"),
        ("def f(n):\n    if n:\n        return 1\n    return 2", "if not n:"),
        ("def f(n):\n    n += 1\n    return n", "    pass\n"),
        ("def f(n):\n    n.append(1)\n    return n", "    pass\n"),
        ("def f(n):\n    n //= 2\n    return n", "n *= 2"),
        ("def f(n):\n    if n:\n        return None\n    return n + 1", "return 0\n"),
        ("def f(n):\n    if n:\n        return\n    return n + 1", "return 0\n"),
    ],
)
def test_makes_each_kind_of_change(source, expected):
    assert any(expected in m.source for m in mutants(source, ["f"]))


@pytest.mark.parametrize(
    "source",
    [
        "def f(n):\n    n.sort()\n    return None",
        "def f(n):\n    if not n:\n        return\n    n.sort()",
        "def f(n):\n    def g(x):\n        return x\n    n.sort(key=g)\n    return None",
    ],
)
def test_none_where_nothing_else_is_returned_stays(source):
    assert not any("for None" in change for change in changes(source, ["f"]))


def test_every_mutant_is_a_program_and_differs_from_all_others():
    found = mutants(COUNT, limit=1000)
    sources = {m.source for m in found}
    assert len(sources) == len(found) > 15
    assert ast.unparse(ast.parse(COUNT)) not in sources
    for source in sources:
        compile(source, "mutant", "exec")


def test_changes_only_what_the_entry_point_reaches():
    found = mutants(COUNT, ["count"], limit=1000)
    assert any("LIMIT = 4" in m.source for m in found)
    assert not any("98" in m.source or "100" in m.source for m in found)
    assert all('"__main__"' in m.source or "'__main__'" in m.source for m in found)


def test_annotations_and_docstrings_stay():
    assert all("Return x." in m.source for m in mutants(COUNT, limit=1000))


def test_the_cap_holds_and_the_choice_is_the_same_each_time():
    assert len(mutants(COUNT, limit=7)) == 7
    assert mutants(COUNT, limit=7) == mutants(COUNT, limit=7)
    lines = [int(m.change.rsplit("line ", 1)[1].rstrip(")")) for m in mutants(COUNT, limit=7)]
    assert max(lines) - min(lines) > 5


def test_stubs_keep_names_and_signatures_and_do_nothing():
    source = "class S:\n    def __init__(self, x): self.x = x\n    def get(self): return self.x\n"
    for stub in stubs("N = 2\n" + source + "def f(a, *, b=N):\n    while True: pass\n"):
        space: dict = {}
        exec(stub.source, space)
        value = eval(stub.change.removeprefix("returns "))
        assert space["f"](1, b=3) == value
        assert space["S"](1).get() == value


def test_a_name_that_is_no_function_gets_a_stub_too():
    space: dict = {}
    exec(stubs("add = lambda a, b: a + b", ["add"])[0].source, space)
    assert space["add"](1, 2) is None


def test_the_stub_of_a_program_that_reads_and_prints_is_empty():
    assert [s.source for s in stubs("print(int(input()) + 1)")] == [""]


def test_a_wrapped_function_gets_a_stub_in_its_place():
    source = "def make():\n    return lambda a: a\nadd = make()\n"
    space: dict = {}
    exec(stubs(source, ["add"])[0].source, space)
    assert space["add"](1) is None


@pytest.mark.parametrize("text", ["def f(:", "", "\x00", "x = " + "+".join(["a"] * 900)])
def test_what_is_no_program_has_no_mutants(text):
    assert mutants(text) == []


@settings(max_examples=30)
@given(st.text(alphabet="def f(x):\n return+-*<1", max_size=80))
def test_never_raises(text):
    for m in [*mutants(text), *stubs(text)]:
        ast.parse(m.source)
