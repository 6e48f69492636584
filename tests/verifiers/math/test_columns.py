"""Formulas that a model broke over the rows of a column, and columns that are vectors."""

from __future__ import annotations

import time

import pytest

from evol.types import Outcome
from evol.verifiers.math import LENIENT, STRICT, compare, verify


def column(*rows: str, brackets: str = "") -> str:
    return f"\\begin{{{brackets}matrix}} " + " \\\\ ".join(rows) + f" \\end{{{brackets}matrix}}"


@pytest.mark.parametrize(
    ("formula", "rows"),
    [
        ("7\\sqrt{5}", ("7", "\\sqrt{", "5", "}")),
        ("\\frac{3}{8}", ("\\frac{", "3", "}{", "8", "}")),
        ("\\frac{3\\pi}{8}", ("\\dfrac{", "3", "\\pi", "}", "", "\\dfrac{", "\\,", "}", "", "8")),
        ("\\frac{\\sqrt{3}}{8}", ("\\dfrac{", "\\sqrt{", "3", "}", "}", "/", "8")),
        ("2\\ln 7", ("2", "", "\\times", "", "\\ln", "", "7")),
        ("\\log_{2} 5 - 1", ("\\log", "_{", "2", "}", "", "5", "", "-", "", "1")),
        ("1 - \\sqrt{2}", ("\\text{ }", "1", "", "-", "\\sqrt{", "\\,", "2", "\\,", "}")),
        ("\\frac{1}{2}, 3", ("\\frac{", "1", "}{", "2", "}", "", ",", "", "3")),
        ("4, 9 + \\sqrt{2}", ("4", "", "9", "+", "\\sqrt{", "2", "}")),
    ],
)
def test_a_broken_formula_is_read_as_one_line(formula: str, rows: tuple[str, ...]) -> None:
    assert verify(formula, f"\n{column(*rows)}\n", last_resort=False).accepted


@pytest.mark.parametrize("brackets", ["p", "b"])
def test_an_empty_row_parts_the_entries_of_a_bracketed_column(brackets: str) -> None:
    rows = (
        "5",
        "",
        "\\frac{",
        "1",
        "}{",
        "2",
        "}",
        "+",
        "",
        "i",
        "",
        "\\sqrt{",
        "3",
        "}",
        "",
        "\\sqrt{",
        "2",
        "}",
    )
    text = column(*rows, brackets=brackets)
    assert compare(text, "5, \\frac12 + i\\sqrt3, \\sqrt2", profile=LENIENT).accepted
    assert compare(text, "5, \\frac12 + i\\sqrt3, \\sqrt7", profile=LENIENT).outcome is Outcome.REJECT


def test_a_column_of_whole_values_stays_a_vector() -> None:
    vector = column("8", "\\sqrt{10}")
    assert not compare(vector, "8\\sqrt{10}", profile=LENIENT).accepted
    assert compare(vector, "(8, \\sqrt{10})", profile=LENIENT).accepted
    assert not compare(column("3", "7", "5"), "375", profile=LENIENT).accepted


def test_letters_in_alphabetical_order_label_the_values_of_a_column() -> None:
    labelled = column("x", "4", "y", "-1", "z", "\\frac12", brackets="p")
    assert compare(labelled, "4, -1, \\frac12", profile=LENIENT).accepted
    assert not compare(labelled, "4, -1, 2", profile=LENIENT).accepted
    assert not compare(labelled, "4, -1, \\frac12", profile=STRICT).accepted
    assert not compare(column("y", "4", "x", "-1"), "4, -1", profile=LENIENT).accepted
    assert not compare(column("x", "4", "y", "x"), "4, x", profile=LENIENT).accepted


def test_a_long_column_costs_little() -> None:
    start = time.process_time()
    verify("1", column(*(["", "1", "+"] * 300)), last_resort=False)
    verify("1", column(*(["", "\\sqrt{", "1", "}"] * 150), brackets="p"), last_resort=False)
    assert time.process_time() - start < 2
