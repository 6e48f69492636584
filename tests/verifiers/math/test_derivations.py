"""Rows that lead up to the last one, and lists that are none."""

from __future__ import annotations

import pytest

from evol.verifiers.math import LENIENT, STRICT, verify


@pytest.mark.parametrize("profile", [STRICT, LENIENT], ids=lambda profile: profile.name)
@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("9", r"\begin{align*} 4x &= 36 \\ x &= 9 \end{align*}"),
        ("9", r"\begin{align*} 4x+1 &= 37 \\ 4x &= 36 \\ x &= 9 \end{align*}"),
        ("x=9", r"\begin{aligned} 4x &= 36 \\ x &= 9 \end{aligned}"),
        ("9", r"$4x = 36 \Rightarrow x = 9$"),
        ("9", r"$\therefore x = 9$"),
        ("9", r"$\Rightarrow 9$"),
        ("1, 2", "x = 1, x = 2"),
    ],
)
def test_the_last_row_is_the_answer(gold: str, response: str, profile: object) -> None:
    verdict = verify(gold, response, profile=profile, last_resort=False)  # type: ignore[arg-type]
    assert verdict.accepted, (verdict.reason, verdict.evidence)


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("36", r"\begin{align*} 4x &= 36 \\ x &= 9 \end{align*}"),
        ("2", "x = 1, x = 2"),
        ("2", "x = 1, y = 2"),
        ("9", r"\begin{align*} 5x &= 36 \\ x &= 9 \end{align*}"),  # the rows contradict each other
        ("9", r"$4x = 36 \Rightarrow x = 8$"),
        ("p=1", r"$q=2 \Rightarrow p=3$"),
    ],
)
def test_no_row_of_a_list_is_lost(gold: str, response: str) -> None:
    assert not verify(gold, response, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("gold", "response", "accepted"),
    [
        ("6", r"$x=6\text{ (rejecting }x=-6)$", True),
        ("6", "$x=6$ (reject $x=-6$)", True),
        ("6", "$x = 6$ (since $x > 0$)", True),
        ("-6", "$x=6$ (reject $x=-6$)", False),
        ("-2, 0, 2", "$x(x-2)(x+2)=0$, so $x=0$, $x=2$, $x=-2$", True),
        ("0", "$x(x-2)(x+2)=0$, so $x=0$, $x=2$, $x=-2$", False),
    ],
)
def test_what_is_rejected_or_solved_on_the_way(gold: str, response: str, accepted: bool) -> None:
    assert verify(gold, response, profile=LENIENT, last_resort=False).accepted is accepted
