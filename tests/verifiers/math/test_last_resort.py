"""Sympy as the last resort: it decides what is beyond the evaluator, in a process that can be killed."""

from __future__ import annotations

import time

import pytest

from evol.types import Outcome
from evol.verifiers.math import verify
from evol.verifiers.math.last_resort import LIMIT_S, judge


@pytest.mark.parametrize(
    ("one", "other", "finding"),
    [
        ("\\int_0^1 x^2 dx", "\\frac{1}{3}", (True, "sympy_equal")),
        ("\\int_0^1 x^2 dx", "\\frac{1}{4}", (False, "sympy_different")),
        ("\\lim_{x \\to 0} \\frac{\\sin x}{x}", "1", (True, "sympy_equal")),
        ("\\sum_{k=1}^{\\infty} \\frac{1}{2^k}", "1", (True, "sympy_equal")),
        ("\\text{nothing}", "1", (None, "not_evaluable")),
    ],
)
def test_what_sympy_finds(one: str, other: str, finding: tuple[bool | None, str]) -> None:
    assert judge(one, other) == finding


def test_nobody_waits_longer_than_the_limit_and_a_timeout_is_undecided() -> None:
    hard = "\\int_0^1 \\sin(x^x)\\cos(e^{x^2}) dx"
    for _ in range(2):
        start = time.monotonic()
        verdict = verify("1", hard)
        assert time.monotonic() - start < LIMIT_S + 1
        assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, "timeout")


def test_the_last_resort_can_be_left_out() -> None:
    assert verify("1", "\\int_0^1 2xe^{x^2} dx", last_resort=False).reason == "not_evaluable"
