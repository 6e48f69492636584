"""The math pack's check of one row: three kinds of evidence, and which of them decides."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.domains.math.judging import own_answer
from evol.domains.math.verify import score_row, verify_row, vote
from evol.errors import ConfigError
from evol.types import Json

CHAT: Json = [{"role": "assistant", "content": "3 + 4 = 7\n#### 7"}]
EQUATION = "Solve for x: 2x + 3 = 11"


@pytest.mark.parametrize(
    ("row", "outcome", "reason"),
    [
        ({"gold": "7", "response": r"So \boxed{7}."}, "accept", "same_text"),
        ({"answer": "7", "prompt": "?", "completion": CHAT}, "accept", "same_text"),
        ({"answer": 7, "prediction": 7.5}, "reject", "different_value"),
        ({"answer": "8", "response": "3 + 4 = 8\n#### 8"}, "reject", "wrong_step"),
        ({"answer": "5", "instruction": EQUATION, "response": "#### 5"}, "reject", "substitution_fails"),
        ({"instruction": EQUATION, "response": "#### 4"}, "accept", "substitution_holds"),
        ({"question": "How many?", "solution": "3 + 4 = 7\n#### 7"}, "undecided", "no_gold"),
        ({"answer": "7"}, "undecided", "no_response"),
        ({"answer": None, "response": None}, "undecided", "no_response"),
    ],
)
def test_the_first_rejection_decides_and_a_right_answer_accepts(
    row: dict[str, Json], outcome: str, reason: str
) -> None:
    verdict = verify_row(row)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_each_kind_of_evidence_is_kept_apart() -> None:
    verdict = verify_row({"answer": "4", "instruction": EQUATION, "response": "8 / 2 = 4\n#### 4"})
    assert set(verdict.evidence) == {"math_answer", "math.steps", "math.substitution"}


def test_an_unknown_profile_is_the_users_mistake() -> None:
    row: dict[str, Json] = {"answer": "1, 2", "response": r"\boxed{2, 1}"}
    assert verify_row({**row, "verify_profile": "lenient"}).accepted
    with pytest.raises(ConfigError, match="Did you mean 'strict'"):
        verify_row({**row, "verify_profile": "strickt"})


def test_a_row_is_judged_by_its_gold_as_a_run_judges_it() -> None:
    """A key may say 42% where a solution, asked for it in percent, says 42; elsewhere strict holds."""
    row: dict[str, Json] = {"answer": r"42\%", "response": r"So it is \boxed{42}."}
    assert own_answer(str(row["response"]), str(row["answer"])).reason == "own_answer"
    assert verify_row(row).accepted
    assert not verify_row({**row, "verify_profile": "strict"}).accepted
    assert not verify_row({**row, "response": r"\boxed{43}"}).accepted
    assert not verify_row({"answer": "1, 2", "response": r"\boxed{2, 1}"}).accepted


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["role", "content"]), inner),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(["gold", "answer", "response", "completion", "prompt"]), CELLS))
def test_no_row_raises(row: dict[str, Json]) -> None:
    json.dumps(verify_row(row).to_json())


def test_a_benchmark_is_scored_by_the_answer_however_it_was_reached() -> None:
    slip = {
        "instruction": "2 + 2 + 1?",
        "gold": "5",
        "response": "2 + 2 = 5, and the 1 is 0. The answer is 5.",
    }
    assert verify_row(slip).reason != "same_text"
    assert not verify_row(slip).accepted
    assert score_row(slip).accepted
    assert score_row({**slip, "response": ""}).reason == "no_answer"
    assert score_row({"response": "5"}).reason == "no_gold"


def test_votes_are_classes_of_equal_answers_largest_first() -> None:
    said = ["It is 7.", "The answer is 1/2.", "", "So \\boxed{0.5}.", "The answer is 7.", "\\boxed{\\frac12}"]
    assert vote(said)[0] == [1, 3, 5]
    assert vote(["", ""]) == []
