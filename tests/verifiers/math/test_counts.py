"""Lists of counted things: each count belongs to its noun, whatever the order and the words around it."""

from __future__ import annotations

import pytest

from evol.verifiers.math import LENIENT, STRICT, compare


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7 apples, 9 pears", r"9 \text{ pears and } 7 \text{ apples}"),
        ("7 red, 9 green", r"9 \text{ green marbles}, 7 \text{ red marbles}"),
        ("7 plum jams, 9 cherry jams", r"7 \text{ plum jams}, 9 \text{ other jams}"),
        ("7 apples, 9 pears", "9, 7"),
    ],
)
def test_the_same_counts_are_equal(one: str, other: str) -> None:
    assert compare(one, other, profile=LENIENT).accepted
    assert compare(other, one, profile=LENIENT).accepted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7 apples, 9 pears", "9 apples, 7 pears"),
        ("7 red, 9 green", r"9 \text{ red marbles}, 7 \text{ green marbles}"),
        ("7 plum jams, 9 cherry jams", r"9 \text{ plum jams}, 7 \text{ other jams}"),
        ("7 boys, 9 girls", "9 ladies, 7 gentlemen"),
        ("7 apples, 9 pears", "7 apples, 9 pears, 2 plums"),
    ],
)
def test_counts_of_other_things_are_not(one: str, other: str) -> None:
    for profile in (STRICT, LENIENT):
        assert not compare(one, other, profile=profile).accepted
        assert not compare(other, one, profile=profile).accepted
