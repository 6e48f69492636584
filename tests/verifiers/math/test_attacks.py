"""Inputs written to hang, crash or fool a grader: bounded work, no code run, never taken for equal."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evol.verifiers.math import LENIENT, compare, verify

ATTACKS = [
    "9**9**9**9",
    "2^{10^{10}}",
    "2^{2^{2^{2^{2^{2}}}}}",
    "(((10^5)!)!)!",
    "(10^8)!",
    "1e400000000",
    "\\binom{10^9}{5\\cdot 10^8}",
    "\\sum_{k=1}^{10^9} \\frac{1}{k^2+k}",
    "\\sum_{a=1}^{400}\\sum_{b=1}^{400}\\sum_{c=1}^{400} a b c",
    "\\prod_{k=1}^{400} (k!+1)",
    "+".join(["\\sum_{k=1}^{499} k^k"] * 120),
    "+".join(f"{n}!" for n in range(19_600, 20_000)),
    ", ".join(["\\sum_{k=1}^{400} \\sqrt{k}"] * 100),
    "e^{e^{e^{e^{e}}}}",
    "\\sin(10^{10^{6}})",
    "(x+y+z+w+1)^{100000}-(x+y+z+w)^{100000}",
    "+".join(f"\\sqrt{{{n}}}" for n in range(2, 300)),
    "\\pm " * 60 + "1",
    ", ".join(f"\\sqrt{{{n}}}" for n in range(190)),
    "(" * 1_900 + "3" + ")" * 1_900,
    "\\frac{1}{1+" * 60 + "1" + "}" * 60,
    "x" + "^x" * 800,
    "9" * 3_900,
    "\\boxed{" * 2_000,
    "the answer is " * 5_000,
    "$" * 3_000,
    "**" * 4_000,
    "½" * 900,
    "\ud800\udfff",
    "\x00\x01\x02",
    "\\begin{matrix}" * 150,
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:24].encode("ascii", "replace").decode())
@pytest.mark.parametrize("gold", ["1", "x+1", "\\sqrt{2}", None])
def test_no_input_costs_more_than_two_seconds(text: str, gold: str | None) -> None:
    start = time.process_time()
    for other in (gold or f"{text[:1_900]}+1", text):
        verdict = verify(other, text, profile=LENIENT, last_resort=False)
        assert not verdict.reason.startswith("internal_error")
        assert other == text or not verdict.accepted
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "code",
    [
        "__import__('os').system('touch {}')",
        "sympify.__globals__['__builtins__']['__import__']('os').system('touch {}')",
        "Matrix([[__import__('os').system('touch {}')]])",
        "(lambda: open('{}', 'w'))()",
        "__import__('os').system('touch {}')#\\pi",
        "\\int_0^1 __import__('os').system('touch {}') dx",
    ],
)
def test_an_answer_is_never_run(code: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for gold in ("2", "x+1", "\\int_0^1 x dx"):
        assert not verify(gold, code.format(mark)).accepted
    assert not mark.exists()


def test_long_permuted_lists_compare_within_the_budget() -> None:
    numbers = [f"\\sqrt{{{n}}}" for n in range(2, 62)]
    start = time.process_time()
    compare(", ".join(numbers), ", ".join(reversed(numbers)), profile=LENIENT)
    assert time.process_time() - start < 2
