r"""Piecewise definitions: rows in any order, `otherwise`, conditions that say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.math import STRICT, compare


def cases(*rows: str) -> str:
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


EQUAL = [
    (cases("4 & n = 1", "3n & n > 1"), cases(r"3n & n \ge 2", "4 & n = 1")),
    (cases("x^2, & x > 2", "5, & x \\le 2"), cases(r"x^2 & \text{if } x > 2", r"5 & \text{otherwise}")),
    (cases("x + 3 & x < 0", "3 - x & x \\ge 0"), cases(r"3 - x & x > 0", r"x + 3 & x \le 0")),
    (cases("1 & 0 < x < 1", "2 & 1 \\le x < 4"), cases(r"2 & x \in [1, 4)", r"1 & x \in (0, 1)")),
]
DIFFERENT = [
    (cases("4 & n = 1", "3n & n > 1"), cases(r"3n & n \ge 3", "4 & n = 1")),
    (cases("4 & n = 1", "3n & n > 1"), cases(r"3n & n \ge 2", "3 & n = 1")),
    (cases("4 & n = 0", "3n & n \\ge 1"), cases(r"3n & n \ge 1", "5 & n = 0")),
    (cases("4 & n < 100", "3n & n \\ge 100"), cases("4 & n < 200", "3n & n \\ge 200")),
    (cases("x + 3 & x < 0", "2 - x & x \\ge 0"), cases(r"2 - x & x > 0", r"x + 3 & x \le 0")),
    (cases("x^2 & x > 2", "5 & x \\le 2"), cases("x^2 & x \\le 2", "5 & x > 2")),
    (cases("x^2 & x > 2", "5 & x \\le 2"), cases("x^2 & x > 2", "5 & x \\le 1")),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_one_function_by_other_cases_is_equal(one: str, other: str) -> None:
    assert compare(one, other, profile=STRICT).accepted
    assert compare(other, one, profile=STRICT).accepted


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_function_is_not(one: str, other: str) -> None:
    assert not compare(one, other, profile=STRICT).accepted
    assert not compare(other, one, profile=STRICT).accepted


@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5))
def test_the_boundary_belongs_to_either_piece_where_both_have_one_value(
    at: int, slope: int, value: int
) -> None:
    one = cases(f"{slope}x & x < {at}", f"{value} & x \\ge {at}")
    other = cases(f"{value} & x > {at}", f"{slope}x & x \\le {at}")
    assert compare(one, other, profile=STRICT).accepted == (slope * at == value)
