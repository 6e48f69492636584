"""One finished row is checked offline, whatever its columns are called and hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.domains.general.verify import verify_row
from evol.types import Verdict


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"instruction": "Name two lakes in a table.", "response": "Baikal"}, "violated_instruction"),
        ({"instruction": "Name a lake.", "output": "Baikal"}, "no_checkable_instruction"),
        ({"prompt": "Name a lake in capital letters only.", "completion": "BAIKAL"}, "instructions_kept"),
        (
            {"instruction": "Shorten this.", "input": "It rained a lot.", "output": "Rain."},
            "no_checkable_instruction",
        ),
        ({"instruction": "Name a lake.", "response": ""}, "empty"),
        ({"response": "Baikal"}, "empty"),
        (
            {"instruction": "Name a lake.", "response": "As an AI language model, I swim in none."},
            "assistant_boilerplate",
        ),
    ],
)
def test_a_row_gets_the_verdict_that_the_eliminator_would_give(row: dict, reason: str) -> None:
    assert verify_row(row).reason == reason


FRENCH = (
    "Vous pouvez dire que vous cherchez l'arrêt de bus et que vous ne savez pas où il est, ou demander à "
    "quelqu'un dans la rue."
)


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("Say in Italian that you are looking for the bus stop, once to a stranger.", "wrong_language"),
        ("Say in French that you are seeking the bus stop, once to a stranger.", "no_checkable_instruction"),
        ("Translate what the Germans call it into Walloon, as it is said in the villages there.",
         "no_checkable_instruction"),
    ],
)  # fmt: skip
def test_a_response_is_in_a_language_of_the_instruction_or_one_that_it_names(
    instruction: str, reason: str
) -> None:
    assert verify_row({"instruction": instruction, "response": FRENCH}).reason == reason


@given(
    st.dictionaries(
        st.sampled_from(["instruction", "response", "input", "output"]),
        st.none() | st.integers() | st.text(max_size=60),
    )
)
def test_no_row_raises(row: dict) -> None:
    assert isinstance(verify_row(row), Verdict)
