"""Whether a problem asks for one checkable answer, by its words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.domains.math.well_posed import LONGEST, one_question, short_enough

GSM8K = Path(__file__).parents[3] / "../shared/data/gsm8k_train_2000.jsonl"


@pytest.mark.parametrize(
    "problem",
    [
        "A box holds 6 eggs. How many eggs do 7 boxes hold?",
        "Solve 3x + 7 = 34 for x.",
        "Find all pairs (x, y) of whole numbers with x + y = 3.",
        "Compute 3 - 5 * 4.",
        "7 + 5 = ___",
        "Ben wants to know what he can buy. He has $20 and a pen costs $3. How many pens can he buy?",
        "If she spends 3/4 of what she has on toys, how many coins will she have left?",
        "Compare 2/3 and 3/4: which of them is larger?",
        "Draw two cards from a deck of 52. What is the probability that both are aces?",
        "How long is the fence? Explain your reasoning.",
        "How long is the fence? Justify each step.",
        "What are the coordinates of the midpoint of (0, 0) and (4, 2)?",
        "Which is the least prime over 90?\n(a) 91\n(b) 97\n(c) 93",
        "How many files are listed?\n```text\nWhat is this? How many are there? Prove that!\n```",
    ],
)
def test_one_question_passes(problem: str) -> None:
    assert one_question(problem).accepted


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        ("A box holds 6 eggs and a crate holds 20 boxes.", "nothing_asked"),
        ("Mathematics is the science of patterns!", "nothing_asked"),
        ("How many eggs are there? What do they cost?", "several_questions"),
        ("Find the perimeter. Then calculate the area.", "several_questions"),
        ("How many eggs are there, and how much do they cost?", "several_questions"),
        (
            "A box holds 6 eggs.\n(a) Find the eggs in 7 boxes.\n(b) What do they cost at $2?",
            "several_questions",
        ),
        ("Show that the sum of two odd numbers is even.", "open_ended"),
        ("Let n be odd. Prove that n^2 leaves the remainder 1 on division by 8.", "open_ended"),
        ("A box holds 6 eggs. Discuss how the price of an egg changes.", "open_ended"),
        (
            "How many eggs are there? Also explain how the result changes with the size of the box.",
            "open_ended",
        ),
        ("Find the number of eggs and explain why it is even.", "open_ended"),
        ("Write a story about a box of 6 eggs. How many eggs are in it?", "open_ended"),
        ("Give at least 3 concrete examples and justify every step of your reasoning.", "open_ended"),
    ],
)
def test_other_problems_are_rejected_with_the_kind(problem: str, kind: str) -> None:
    verdict = one_question(problem)
    assert (verdict.outcome, verdict.reason, verdict.evidence["kind"]) == ("reject", "not_one_question", kind)


def test_the_words_that_decided_are_in_the_evidence() -> None:
    verdict = one_question("How many eggs are there? What do they cost?")
    assert verdict.evidence["words"] == "What do they cost?"


def test_a_text_that_is_no_exercise_is_too_long() -> None:
    assert short_enough("?" * LONGEST).accepted
    assert short_enough("?" * (LONGEST + 1)).reason == "too_long"


@given(st.text(max_size=2000))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert one_question(text).reason in ("one_question", "not_one_question")


@pytest.mark.skipif(not GSM8K.exists(), reason="the shared data are not on this machine")
def test_real_word_problems_pass() -> None:
    problems = [json.loads(line)["question"] for line in GSM8K.open(encoding="utf-8")]
    rejected = [problem for problem in problems if not one_question(problem).accepted]
    assert len(rejected) <= len(problems) / 200
