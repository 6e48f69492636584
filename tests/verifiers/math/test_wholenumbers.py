"""Whole numbers in words: other words and notation for the same set are equal, another set never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.math import LENIENT, compare, verify

EQUAL = [
    (r"\text{all odd integers } n \ge 5", r"n \text{ odd}, n > 3"),
    ("$n$ is odd", r"\text{all odd } n"),
    (
        r"\text{all positive integers except powers of } 3",
        r"\text{positive integers that are not powers of three}",
    ),
    (r"n = 3^k, k \ge 0", r"\text{powers of three}"),
    (r"n \equiv 0, 2 \pmod{5}", r"\text{numbers congruent to } 0 \text{ or } 2 \text{ modulo } 5"),
    (r"n = 5k \text{ or } n = 5k + 2, k \in \mathbb{N}", r"\text{those congruent to 0 or 2 mod 5}"),
    (r"n \not\equiv 1 \pmod 3", r"n \equiv 0, 2 \pmod 3"),
    (r"\text{all multiples of } 6", "6k"),
    (r"\text{all multiples of } 6", "n is divisible by 6"),
    (r"7 \nmid n", r"\text{all } n \text{ not divisible by } 7"),
    (r"\text{all } n \text{ except } 4", r"\text{all positive integers } n \ne 4"),
    (r"\text{perfect squares}", r"n = m^2"),
    (r"\text{any even number of stones}", r"\text{even}"),
    (r"\text{primes greater than } 3", r"\text{all prime numbers } p \ge 5"),
]
DIFFERENT = [
    (r"\text{all odd } n", r"\text{all even } n"),
    (r"\text{all odd integers } n \ge 5", r"\text{all odd } n"),
    (r"\text{powers of } 3", r"\text{multiples of } 3"),
    (r"n = 3^k, k \ge 2", r"\text{powers of three}"),
    (r"n = 5k \text{ or } n = 5k + 2, k \in \mathbb{N}", r"\text{those congruent to 2 mod 5}"),
    (r"n \not\equiv 1 \pmod 3", r"n \equiv 0, 1 \pmod 3"),
    (r"\text{all multiples of } 6", "n is divisible by 3"),
    (r"\text{odd}", r"\text{numbers with an odd number of divisors}"),
    (r"\text{all odd } n", r"\text{the function is odd}"),
    (r"\text{all even numbers}", r"a \text{ and } b \text{ are even}"),
    (r"\text{perfect squares}", r"\text{squares of primes}"),
    (r"\text{all multiples of } 4", r"\text{twice a multiple of } 4"),
    (r"\text{powers of } 2", r"\text{powers of } 2 \text{ minus } 1"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_one_set_in_other_words_is_equal(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert compare(a, b, profile=LENIENT).accepted


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_set_is_not(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert not compare(a, b, profile=LENIENT).accepted


def test_a_description_is_taken_whole_from_prose() -> None:
    for answer in (
        "those congruent to 1 or 2 modulo 5",
        "So the answer is all n congruent to 1 or 2 modulo 5.",
    ):
        verdict = verify(r"n \equiv 1, 2 \pmod 5", answer, profile=LENIENT)
        assert verdict.accepted, verdict.evidence


@given(st.integers(2, 30), st.integers(0, 40), st.integers(2, 30), st.integers(0, 40))
def test_residues_are_equal_only_where_they_are_one_class(m: int, r: int, k: int, s: int) -> None:
    verdict = compare(
        f"n = {m}k + {r}, k \\in \\mathbb{{Z}}", f"congruent to {s} modulo {k}", profile=LENIENT
    )
    assert verdict.accepted == (m == k and (r - s) % m == 0)
