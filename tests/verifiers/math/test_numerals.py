"""Spelled numbers become digits; words in an order that no number has stay words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.math.numerals import spelled_out

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(value: int) -> str:
    """Return a number below a billion in English."""
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= size:
            rest = f" {in_words(value % size)}" if value % size else ""
            return f"{in_words(value // size)} {name}{rest}"
    if value < 20:
        return SMALL.split()[value]
    return TENS.split()[value // 10 - 2] + (f"-{SMALL.split()[value % 10]}" if value % 10 else "")


@given(st.integers(13, 10**9 - 1))
def test_every_number_in_words_is_its_digits(value: int) -> None:
    assert spelled_out(f"{in_words(value)} apples") == f"{value} apples"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("one hundred and five", "105"),
        ("\\text{seventy}", "\\text{70}"),
        ("2.5 billion dollars", "2500000000 dollars"),
        ("one half", "1/2"),
        ("three-quarters", "3/4"),
        ("six and a half", "13/2"),
        ("3 to 5", "3:5"),
        ("forty twelve", "forty twelve"),
        ("five hundred two million thousand", "five hundred two million thousand"),
        ("twenty third", "twenty third"),
        ("two half", "two half"),
        ("to the right", "to the right"),
        ("weighty", "weighty"),
    ],
)
def test_spelled_numbers(text: str, digits: str) -> None:
    assert spelled_out(text) == digits
