"""Straight-line programs come to what Python comes to, and everything else is left to the sandbox."""

import contextlib
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evol.verifiers.code.program import evaluate_program, run_program
from evol.verifiers.code.straight_line import straight_line

NAMES = ("a", "b", "total", "price_2")
IMPORTS = "import math\nfrom fractions import Fraction\nfrom math import gcd as common\n"

whole = st.integers(-(10**6), 10**6).map(str)
numbers = st.one_of(
    whole,
    st.integers(0, 20).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.sampled_from(["0", "1", "2", "100", "0.5", "1e22", "1_000", "math.pi"]),
    st.sampled_from(["Fraction(1, 3)", "Fraction('2.5')"]),
    st.sampled_from(NAMES),
)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner)
    one = ("abs", "int", "float", "round", "math.sqrt", "math.floor", "math.ceil", "math.factorial", "str")
    two = (
        "min",
        "max",
        "math.gcd",
        "math.lcm",
        "math.comb",
        "math.perm",
        "round",
        "pow",
        "Fraction",
        "common",
    )
    lists = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        binary.map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda a: f"-{a}"),
        st.tuples(st.sampled_from(one), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(two), inner, inner).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
        st.tuples(st.sampled_from(["sum", "max", "min", "math.prod"]), lists).map(
            lambda p: f"{p[0]}([{', '.join(p[1])}])"
        ),
    )


expressions = st.recursive(numbers, larger, max_leaves=6)
statements = st.one_of(
    st.tuples(st.sampled_from(NAMES), expressions).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(st.sampled_from(NAMES), st.sampled_from("+-*/"), expressions).map(
        lambda p: f"{p[0]} {p[1]}= {p[2]}"
    ),
    st.lists(expressions, max_size=2).map(lambda p: f"print({', '.join(p)})"),
    st.just("'a remark'"),
)
programs = st.tuples(st.lists(statements, max_size=6), st.booleans(), expressions).map(
    lambda p: (
        IMPORTS + "a = 7\nb = 2.5\n" + "\n".join([*p[0], f"answer = {p[2]}" if p[1] else f"print({p[2]})"])
    )
)


def as_python(source: str) -> str | None:
    """What Python itself answers, or None where it raises; only short programs may be asked."""
    scope: dict[str, object] = {}
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(source, scope)
        printed = out.getvalue().strip().splitlines()
        text = str(scope["answer"]) if "answer" in scope else printed[-1] if printed else ""
    except Exception:
        return None
    return text.strip() or None


@settings(max_examples=600, deadline=None)
@given(programs)
def test_what_is_evaluated_is_what_python_computes(source: str) -> None:
    found = straight_line(source)
    if found is not None:
        assert found.text == as_python(source)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(whole, st.sampled_from("+-*"), whole), min_size=1, max_size=8))
def test_plain_arithmetic_is_always_evaluated(parts: list[tuple[str, str, str]]) -> None:
    lines = [f"step{n} = ({left}) {sign} ({right})" for n, (left, sign, right) in enumerate(parts)]
    source = "\n".join([*lines, f"answer = step0 - step{len(parts) - 1}"])
    found = straight_line(source)
    assert found is not None
    assert (found.text, found.where) == (as_python(source), "variable")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), programs.map(lambda source: source[: len(source) * 2 // 3])))
def test_no_text_raises(source: str) -> None:
    straight_line(source)


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("answer = 10 / 4", "2.5"),
        ("answer = 10 / 5", "2.0"),
        ("answer = -7 // 2", "-4"),
        ("answer = -7 % 3", "2"),
        ("answer = 0.1 + 0.2", "0.30000000000000004"),
        ("answer = Fraction(3, 4) + Fraction(1, 4) / 2", "7/8"),
        ("import fractions as f\nanswer = f.Fraction(6, 4)", "3/2"),
        ("from math import comb, perm\nanswer = comb(52, 5) + perm(5)", "2599080"),
        ("answer = round(2.5) + round(-1.5)", "0"),
        ("answer = 2 ** -2", "0.25"),
        ("answer = Fraction(2, 3) ** 3", "8/27"),
        ("sum = 3\nanswer = sum * 2", "6"),
        ("prices = [1, 2.5, 4]\nanswer = sum(prices) - min(prices)", "6.5"),
        ("answer = ' 12 apples '", "12 apples"),
        ("print('so')\nprint('x =', 3.0)", "x = 3.0"),
        ("print(4)\nanswer = 5", "5"),
        ("a = b = 4\na *= b\nanswer = a", "16"),
    ],
)
def test_examples(source: str, answer: str) -> None:
    found = straight_line(source)
    assert found is not None
    assert found.text == answer


@pytest.mark.parametrize(
    "source",
    [
        "def solution():\n    return 3",
        "for i in range(3):\n    answer = i",
        "answer = [n for n in (1, 2)]",
        "import os\nanswer = 1",
        "from math import *\nanswer = 1",
        "answer = open('/etc/passwd').read()",
        "answer = (1).__class__",
        "answer = eval('1')",
        "answer = 'a' * 3",
        "answer = 1 / 0",
        "answer = undefined",
        "answer = True",
        "answer = [1, 2]",
        "answer = None",
        "answer = 2j",
        "answer = (-8) ** 0.5",
        "answer = math.sqrt",
        "answer = 3 if 2 > 1 else 4",
        "from math import sqrt as print\nprint(4)",
        "print = 3\nanswer = 2",
        "math = 3\nanswer = math.sqrt(4)",
        "print(3, end='')",
        "x = 3",
        "print()",
        "",
        "answer = (",
        "answer = '\\ud800'",
    ],
)
def test_anything_else_is_left_to_the_sandbox(source: str) -> None:
    assert straight_line(source) is None


@pytest.mark.parametrize(
    "source",
    [
        "answer = 10 ** 10 ** 10",
        "answer = math.factorial(10 ** 9)",
        "answer = math.comb(10 ** 12, 10 ** 9)",
        "answer = math.perm(10 ** 12, 10 ** 9)",
        "answer = math.prod([" + ", ".join(["10 ** 500"] * 100) + "])",
        "answer = sum([" + ", ".join(f"Fraction(1, 10 ** 500 + {n})" for n in range(150)) + "])",
        "answer = Fraction('1e1000000000')",
        "answer = round(1, -(10 ** 9))",
        "answer = 2.0 ** 10 ** 500",
        "a = Fraction(10 ** 300, 7 ** 300)\n" + "a *= a\n" * 300 + "answer = a",
        "answer = " + "-" * 50_000 + "1",
        "answer = " + "+".join(["1"] * 9_000),
        "answer = " + "(" * 300 + "1" + ")" * 300,
        "a = 1\n" * 10_000 + "answer = a",
    ],
)
def test_sizes_are_bounded_before_they_are_computed(source: str) -> None:
    started = time.process_time()
    assert straight_line(source) is None
    assert time.process_time() - started < 1


def test_the_evidence_says_which_way_it_ran(kitchen) -> None:
    for source, ran in (("answer = 6 * 12", "evaluated"), ("answer = max(n for n in (5, 72))", "sandbox")):
        result = evaluate_program(source) or run_program(source, kitchen)
        assert (result.answer, result.verdict.evidence["ran"]) == ("72", ran)
        assert ("level" in result.verdict.evidence) == (ran == "sandbox")


@pytest.mark.parametrize(
    "source",
    [
        "answer = Fraction(4, 2) + 1",
        "answer = 1e22",
        "answer = 2 ** 70",
        "answer = -0.0",
        "answer = 7 / 2",
        "answer = '  a b '",
        "answer = math.comb(5, 2)",
        "print('x', 3)\nprint(4.0, 'apples')",
        "print(3)\nprint('')",
    ],
)
def test_both_ways_come_to_the_same_text(source: str, kitchen) -> None:
    evaluated, ran = evaluate_program(source), run_program(source, kitchen)
    assert evaluated is not None
    assert evaluated.answer == ran.answer
    assert evaluated.verdict.evidence["from"] == ran.verdict.evidence["from"]
