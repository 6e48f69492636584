r"""Answers by cases in words: the same cases in any form and order are equal, others never."""

from __future__ import annotations

import pytest

from evol.verifiers.math import LENIENT, compare, verify

HALVES = r"\begin{cases} \frac{n}{2} & n \text{ even} \\ \frac{n+3}{2} & n \text{ odd} \end{cases}"
EQUAL = [
    (r"\lfloor n^2/4 \rfloor", r"$n^2/4$ if $n$ is even and $(n^2 - 1)/4$ if $n$ is odd"),
    (HALVES, r"$\frac{n+3}{2}$ if $n$ is odd, $\frac{n}{2}$ if $n$ is even"),
    (HALVES, r"\frac n2 \text{ for even } n \text{ and } \frac{n+3}{2} \text{ for odd } n"),
    (HALVES, r"\text{If } n \text{ is even, } n/2; \text{ if } n \text{ is odd, } (n+3)/2"),
    (HALVES, r"n/2 (n even), (n+3)/2 (n odd)"),
    (
        HALVES,
        r"f(n) = \begin{cases} n/2 & \text{if } 2 \mid n \\ (n+3)/2 & \text{otherwise} \end{cases}",
    ),
    ("7 if n = 1, 2n otherwise", r"\begin{cases} 2n & n \ge 2 \\ 7 & n = 1 \end{cases}"),
    ("2 if n = 1, 2n if n > 1", r"\begin{cases} 2n & \text{n odd} \\ 2n & \text{n even} \end{cases}"),
    (
        r"1 if $n \equiv 1 \pmod 3$, 0 otherwise",
        r"0 \text{ when } n \not\equiv 1 \pmod 3, 1 \text{ when } n \equiv 1 \pmod 3",
    ),
]
DIFFERENT = [
    (r"\lfloor n^2/4 \rfloor", r"$n^2/4$ if $n$ is even and $(n^2 + 1)/4$ if $n$ is odd"),
    ("n", r"$n$ if $n$ is even and $n + 1$ if $n$ is odd"),
    (HALVES, r"$\frac{n+3}{2}$ if $n$ is even, $\frac{n}{2}$ if $n$ is odd"),
    (HALVES, r"$\frac{n+1}{2}$ if $n$ is odd, $\frac{n}{2}$ if $n$ is even"),
    (HALVES, r"\frac{n}{2}"),
    ("7 if n = 1, 2n otherwise", r"\begin{cases} 2n & n \ge 3 \\ 7 & n = 1 \end{cases}"),
    ("7 if n = 1, 2n otherwise", r"\begin{cases} 2n & n \ge 3 \\ 7 & n \le 2 \end{cases}"),
    (r"1 if $n \equiv 1 \pmod 3$, 0 otherwise", r"1 \text{ if } n \equiv 2 \pmod 3, 0 \text{ otherwise}"),
    (r"1 if $n > 150$, 0 otherwise", r"1 \text{ if } n > 160, 0 \text{ otherwise}"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_the_same_cases_are_equal(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        verdict = compare(a, b, profile=LENIENT)
        assert verdict.accepted, (verdict.reason, verdict.evidence)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_cases_are_not(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert not compare(a, b, profile=LENIENT).accepted


def test_cases_are_taken_whole_from_prose() -> None:
    response = "Therefore the answer is 4 if n is odd, 2n if n is even."
    assert verify(
        r"\begin{cases} 4 & n \text{ odd} \\ 2n & n \text{ even} \end{cases}", response, profile=LENIENT
    ).accepted
