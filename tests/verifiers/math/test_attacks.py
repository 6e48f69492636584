"""Inputs written to hang, crash or fool a grader: bounded work, no code run, never taken for equal."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evol.types import Outcome
from evol.verifiers.math import LENIENT, compare, verify
from evol.verifiers.math.steps import check_steps
from evol.verifiers.math.substitution import check_substitution

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
    "\\begin{matrix}" * 13_000,
    "\\(" * 90_000,
    "\\[ x " * 40_000,
    "$$ x" * 50_001,
    "answer" + " " * 190_000,
    "answer is " * 19_000 + " " * 1_000,
    "the answer is A" + " " * 150_000,
    " " * 199_000 + "and",
    "\\boxed{1}" * 20_000,
    "\\boxed{1" * 20_000,
    "\\text{" * 30_000,
    "** " * 60_000,
    "#### " * 40_000,
    "1,234," * 30_000,
    "\n \n " * 30_000,
    "-" * 150_000,
    "x" * 150_000,
    "\\boxed{" + "x" * 150_000 + "}",
    "<answer>" * 25_000,
    "\\text{, where any}" + " \t" * 1_900 + "constants",
    " " * 1_900 + " only, where a number is real and constant, an integer",
    "-1" + "," * 3_800 + " where a number is real and constant",
    "\\text" + " " * 3_800 + "for any constant, where only real",
    "The answer is what \\not" + " " * 150_000 + "!",
    "The answer is a number but" + " \t" * 70_000 + "so",
    "The answer is real, where " + "1" * 150_000,
    "\\" * 150_000 + " boxed",
    "\\" * 3_900 + "x",
    "The answer is a number, " + "\x1c" * 3_000 + "not",
    "The answer is a number, " + " \n" * 3_000 + "not",
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:24].encode("ascii", "replace").decode())
@pytest.mark.parametrize("gold", ["7.25", "x+77", "\\sqrt{77}", "B"])
def test_no_input_costs_more_than_two_seconds_or_passes(text: str, gold: str) -> None:
    start = time.process_time()
    verdict = verify(gold, text, profile=LENIENT, last_resort=False)
    assert not verdict.reason.startswith("internal_error")
    assert not verdict.accepted
    assert time.process_time() - start < 2


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:24].encode("ascii", "replace").decode())
def test_an_attack_as_the_gold_costs_no_more(text: str) -> None:
    start = time.process_time()
    verdict = verify(text, f"{text[:1_900]}+1", profile=LENIENT, last_resort=False)
    assert not verdict.reason.startswith("internal_error")
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
    for gold in ("27.5", "x+1", "\\int_0^1 x dx"):
        assert not verify(gold, code.format(mark)).accepted
    assert not mark.exists()


def test_long_permuted_lists_compare_within_the_budget() -> None:
    numbers = [f"\\sqrt{{{n}}}" for n in range(2, 62)]
    start = time.process_time()
    compare(", ".join(numbers), ", ".join(reversed(numbers)), profile=LENIENT)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "solution",
    ["\n" * 150_000 + "5", "\r\n" * 80_000, "<<" * 90_000, "1 = " * 40_000, "\n" + " " * 150_000 + "x = 2"],
)
def test_step_checks_are_bounded(solution: str) -> None:
    start = time.process_time()
    check_steps(solution)
    assert time.process_time() - start < 2


def test_an_equation_of_any_depth_can_be_shown() -> None:
    problem = "Solve for x: x^2 + 1 = 3" + "!" * 1_000
    assert check_substitution(problem, "5").outcome is Outcome.UNDECIDED
