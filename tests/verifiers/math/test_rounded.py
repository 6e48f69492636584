"""Printed decimals: what they may stand for, under which number of digits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.math import LENIENT, STRICT, compare

SIX = replace(LENIENT, printed_digits=6)


@pytest.mark.parametrize(
    ("exact", "printed"),
    [
        ("x - \\sqrt{5}", "x - 2.236"),
        ("4 + \\sqrt{6}i", "4 + 2.449i"),
        ("\\frac{2}{3}t - 7", "0.667t - 7"),
        ("\\frac{2t-21}{3}", "0.667t - 7.00"),
        ("\\pi h^2 + \\frac{h}{7}", "3.14h^2 + 0.143h"),
        ("\\frac{x^2+1}{3}", "0.333(x^2+1)"),
        ("y = \\sqrt{11}x", "y = 3.317x"),
    ],
)
def test_a_coefficient_may_be_printed(exact: str, printed: str) -> None:
    for a, b in ((exact, printed), (printed, exact)):
        assert compare(a, b, profile=LENIENT).accepted
        assert not compare(a, b, profile=STRICT).accepted


@pytest.mark.parametrize(
    ("exact", "printed"),
    [
        ("x - \\sqrt{5}", "x - 2.263"),
        ("x - \\sqrt{5}", "x + 2.236"),
        ("x - \\sqrt{5}", "x - 2.2"),
        ("4 + \\sqrt{6}i", "4 - 2.449i"),
        ("4 + \\sqrt{6}i", "2.449 + 4i"),
        ("\\frac{2}{3}t - 7", "0.667t^2 - 7"),
        ("\\frac{2}{3}t - 7", "0.667t"),
        ("2^{t/3}", "2^{0.333t}"),
    ],
)
def test_another_coefficient_is_not(exact: str, printed: str) -> None:
    for a, b in ((exact, printed), (printed, exact)):
        assert not compare(a, b, profile=LENIENT).accepted


@pytest.mark.parametrize(
    ("one", "other"),
    [("8.46", "8.4"), ("-0.25", "-0.258"), ("3.59", "3.5"), ("61/12", "5.0"), ("127/12", "10.5")],
)
def test_two_short_decimals_are_rounded_not_cut(one: str, other: str) -> None:
    assert not compare(one, other, profile=LENIENT).accepted
    assert not compare(other, one, profile=LENIENT).accepted


@pytest.mark.parametrize(
    ("one", "other"), [("8.46", "8.5"), ("2.71828", "2.7183"), ("1.73205081", "1.73205")]
)
def test_two_decimals_compare_at_the_coarser(one: str, other: str) -> None:
    assert compare(one, other, profile=LENIENT).accepted
    assert compare(other, one, profile=LENIENT).accepted


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("0.054321678", "0.0543217", True),
        ("1/7", "0.142857", True),
        ("1/7", "0.14286", False),
        ("4.56", "4.561", False),
        ("0.054321678", "0.0543218", False),
    ],
)
def test_a_profile_says_how_many_digits(one: str, other: str, equal: bool) -> None:
    assert compare(one, other, profile=SIX).accepted is equal


@given(st.fractions(min_value=Fraction(1, 10), max_value=90, max_denominator=500), st.integers(3, 8))
def test_the_decimal_of_a_fraction_may_be_its_coefficient(value: Fraction, places: int) -> None:
    exact, printed = f"({value})x + 1", f"{float(value):.{places}f}"
    off = f"{float(printed) + 2 * 10**-places:.{places}f}"
    assert compare(exact, f"{printed}x + 1", profile=LENIENT).accepted
    assert not compare(exact, f"{off}x + 1", profile=LENIENT).accepted
