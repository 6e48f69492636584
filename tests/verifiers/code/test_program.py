"""A program of thought: its answer as data, or why there is none."""

import pytest

from evol.verifiers.code.program import run_program
from evol.verifiers.sandbox import Limits


@pytest.mark.parametrize(
    ("source", "answer", "where"),
    [
        ("answer = 6 * 12", "72", "variable"),
        ("def solution():\n    return 3 / 4", "0.75", "function"),
        ("x = 5\nprint('so:')\nprint(x + 1)", "6", "print"),
        ("answer = Fraction(3, 4) + Fraction(1, 4) / 2", "7/8", "variable"),
        ("from sympy import *\nanswer = sqrt(50) / 10", "sqrt(2)/2", "variable"),
        (
            "import sympy\nx = sympy.symbols('x')\nanswer = sympy.solve(x**2 - 2, x)",
            "[-sqrt(2), sqrt(2)]",
            "variable",
        ),
        ("import sympy\nanswer = sympy.Rational(1, 3)", "1/3", "variable"),
        ("import sympy\ndef solution():\n    return sympy.Integer(10) ** 30", "1" + "0" * 30, "function"),
        ("answer = ' 12 apples '", "12 apples", "variable"),
        ("answer = sum(itertools.islice(itertools.count(1), 4)) + math.factorial(3)", "16", "variable"),
        ("def solution():\n    return 1\nanswer = solution() + 1", "2", "variable"),
        ("def main():\n    print(42)\nif __name__ == '__main__':\n    main()", "42", "print"),
    ],
)
def test_the_answer_comes_back_as_its_exact_text(source, answer, where, kitchen):
    result = run_program(source, kitchen)
    assert (result.answer, result.verdict.reason) == (answer, "program_answered"), result
    assert result.verdict.evidence["from"] == where


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("answer = 1 / 0", "program_failed"),
        ("def solution():\n    return undefined", "program_failed"),
        ("x = 3", "no_answer"),
        ("answer = None", "no_answer"),
        ("answer = (", "syntax_error"),
        ("while True: pass", "timeout"),
        ("import os\nos._exit(0)", "crashed"),
        ("answer = open('/etc/passwd').read()", "forbidden"),
    ],
)
def test_no_answer_has_its_reason(source, reason, kitchen):
    result = run_program(source, kitchen, Limits(cpu_s=1, wall_s=10))
    assert (result.answer, result.verdict.outcome, result.verdict.reason) == (None, "reject", reason), result
