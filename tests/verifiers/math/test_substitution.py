"""An answer is put into what a problem states in notation; what is not plain is not judged."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.math.substitution import check_substitution


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        ("Solve for x: 2x + 3 = 11", "4"),
        ("Solve for $x$: $2x+3=11$.", r"Thus \boxed{x = 4}."),
        ("Solve 3x + 5 = 20 for x, and show your work.", "#### 5"),
        ("Find the value of x such that 3x - 7 = 2(x + 1).", "9"),
        ("If 3y - 7 = 8, what is the value of y?", "The answer is 5."),
        ("For what value of $k$ does $3k + 2 = 17$?", "5"),
        ("Find a if 2a + 3 = 4", "0.5"),
        ("Find x: 2^x = 32", "5"),
        (r"Solve for $x$: \[\frac{x}{3} = \frac{5}{6}\]", r"\frac{5}{2}"),
        ("Solve the system for x and y: x + y = 5 and x - y = 1", "(3, 2)"),
        ("Solve the system: x + y = 5, x - y = 1. Find x and y.", "x = 3, y = 2"),
        (r"Solve \[\begin{cases} x+y=5 \\ x-y=1 \end{cases}\] for $x$ and $y$.", r"\boxed{(3,2)}"),
        ("Solve x^2 = 4.", r"x = \pm 2"),
        ("Find all roots of x^2 - 5x + 6 = 0", "2, 3"),
        ("Solve the inequality 2x + 1 > 7", "x > 3"),
        ("Solve the inequality 2x + 1 > 7", r"(3, \infty)"),
        ("Solve the inequality x^2 - 4 < 0.", "-2 < x < 2"),
        ("Find all real numbers x with |x - 2| < 3", "(-1, 5)"),
    ],
)
def test_a_right_answer_holds(problem, answer):
    assert check_substitution(problem, answer).reason == "substitution_holds"


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        ("Solve for x: 2x + 3 = 11", "5"),
        ("If x^2 = 4, what is x?", "3"),
        ("Solve x^2 = 4.", "2, 3"),
        ("Solve the system for x and y: x + y = 5 and x - y = 1", "(2, 3)"),
        ("Solve the inequality 2x + 1 > 7", "x >= 3"),
        ("Solve the inequality x^2 - 4 < 0.", "x < 2"),
        ("Find the smallest integer x such that 2x + 1 > 7.", "3"),
        ("Solve for x: 6/(x - 1) = (x + 5)/(x - 1)", "1"),
    ],
)
def test_a_wrong_answer_fails(problem, answer):
    assert check_substitution(problem, answer).reason == "substitution_fails"


@pytest.mark.parametrize(
    ("problem", "answer", "reason"),
    [
        ("Solve x^2 = 4.", "2", "may_be_incomplete"),
        ("Find the largest x with x^2 = 4.", "-2", "may_be_incomplete"),
        ("Find the smallest integer x such that 2x + 1 > 7.", "4", "may_be_incomplete"),
        ("Solve for x: x^2 = 2", "1.41", "not_evaluable"),
        ("Solve for x: 2x + 3 = 11", "no idea, really", "answer_form"),
        ("Solve for x: 2x + 3 = 11", "y = 4", "answer_form"),
        ("Tom has 3 apples and buys 4. How many has he?", "7", "nothing_to_substitute"),
        ("If 2x + 3 = 11, what is the value of x + 1?", "5", "nothing_to_substitute"),
        ("Find the sum of the solutions of x^2 - 5x + 6 = 0", "5", "nothing_to_substitute"),
        ("Solve for x: 2x + 3 = 11. Then find 3x.", "12", "nothing_to_substitute"),
        ("x + y = 5 and xy = 6. Find x and y.", "(2, 3)", "nothing_to_substitute"),
        ("Find x: log_2(x) = 5", "32", "nothing_to_substitute"),
        ("Solve for x: ab + 3x = 9", "3", "nothing_to_substitute"),
        ("Solve for x: 2x + k = 11", "4", "nothing_to_substitute"),
        ("The price p = 5 and q = 3. What is the total?", "8", "nothing_to_substitute"),
    ],
)
def test_what_is_not_plain_is_not_judged(problem, answer, reason):
    assert check_substitution(problem, answer).reason == reason


@given(st.integers(-99, 99).filter(bool), st.integers(-99, 99), st.integers(-99, 99), st.integers(-3, 3))
def test_a_linear_equation_accepts_its_solution_and_no_other(a, x, b, off):
    problem = f"Solve for n: {a}n + {b} = {a * x + b}".replace("+ -", "- ")
    verdict = check_substitution(problem, str(x + off))
    assert verdict.reason == ("substitution_holds" if off == 0 else "substitution_fails")


@given(st.text(max_size=80), st.text(max_size=40))
def test_no_text_raises(problem, answer):
    json.dumps(check_substitution(f"Solve for x: {problem} = 3", answer).to_json())


@given(
    st.lists(st.sampled_from(list("x y0123+-*/^()=<>|,.$\\{}")), max_size=40).map("".join),
    st.text(max_size=20),
)
def test_no_notation_raises(problem, answer):
    json.dumps(check_substitution(f"Find x: {problem}", answer).to_json())


@pytest.mark.parametrize(
    "problem",
    [
        "Solve log base 2 of (x + 5) = 6 for x.",
        "Solve half of x = 6 for x.",
        "Solve the square root of x = 3 for x.",
        "Three times x = 9. Solve for x.",
    ],
)
def test_notation_that_words_operate_on_is_not_read(problem: str) -> None:
    assert check_substitution(problem, "1").reason == "nothing_to_substitute"


@pytest.mark.parametrize(
    "problem",
    [
        "Find the solutions of x^2 = 4.",
        "Find the values of x for which x^2 = 4.",
        "What are the roots of x^2 = 4?",
    ],
)
def test_a_word_for_what_solves_an_equation_operates_on_nothing(problem: str) -> None:
    assert check_substitution(problem, "3").reason == "substitution_fails"


@pytest.mark.parametrize("answer", ["3 + i", "z = 2 - 5i"])
def test_complex_numbers_have_no_order(answer):
    assert check_substitution("Find $z$ with $z^2 - z > 2$.", answer).reason == "not_evaluable"
