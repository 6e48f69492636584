"""Arithmetic of matrices that are written out, and what has no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.math import LENIENT, compare


def written(rows: list[list[int]], kind: str = "pmatrix") -> str:
    body = r" \\ ".join(" & ".join(map(str, row)) for row in rows)
    return rf"\begin{{{kind}}} {body} \end{{{kind}}}"


M = written([[2, 1], [5, 3]])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (M + M, written([[9, 5], [25, 14]], "bmatrix")),
        (M + r" \cdot " + M, written([[9, 5], [25, 14]])),
        (M + "^2", written([[9, 5], [25, 14]])),
        (M + "^{-1}", written([[3, -1], [-5, 2]])),
        (M + "^{-1}" + M, written([[1, 0], [0, 1]])),
        (M + written([[1], [1]]), written([[3], [8]])),
        (written([[1, 2, 3]]) + written([[4], [5], [6]]), "32"),
        (rf"2 {M} {M} - {M}", written([[16, 9], [45, 25]])),
        (
            r"\begin{pmatrix} a & b \\ b & a \end{pmatrix}^2",
            r"\begin{pmatrix} a^2+b^2 & 2ab \\ 2ab & a^2+b^2 \end{pmatrix}",
        ),
    ],
)
def test_products_and_powers_equal_the_matrix_that_they_are(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert compare(a, b, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (M + written([[1, 2], [3, 4]]), written([[7, 9], [26, 31]])),  # the product in the other order
        (M + "^2", written([[4, 1], [25, 9]])),  # each cell squared
        (M + "^{-1}", written([[0, 1], [0, 0]])),
        (M + written([[1, 1]]), written([[3, 8]])),  # the shapes do not fit
        (written([[1, 2], [2, 4]]) + "^{-1}", written([[1, 2], [2, 4]])),  # singular
        (M + "^{99}", M),
        (M + M, M),
    ],
)
def test_what_is_another_matrix_or_none_is_not_accepted(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert not compare(a, b, profile=LENIENT, last_resort=False).accepted


_matrices = st.integers(1, 3).flatmap(
    lambda n: st.lists(
        st.lists(st.lists(st.integers(-9, 9), min_size=n, max_size=n), min_size=n, max_size=n),
        min_size=2,
        max_size=2,
    )
)


@given(_matrices, st.integers(1, 5))
def test_a_product_is_the_product_and_no_neighbour_of_it(pair: list[list[list[int]]], off: int) -> None:
    a, b = pair
    product = [
        [sum(x * y for x, y in zip(row, col, strict=True)) for col in zip(*b, strict=True)] for row in a
    ]
    shown = written(a) + written(b)
    assert compare(written(product), shown, profile=LENIENT, last_resort=False).accepted
    product[0][0] += off
    assert not compare(written(product), shown, profile=LENIENT, last_resort=False).accepted
