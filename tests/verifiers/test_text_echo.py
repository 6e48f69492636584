"""A response that hands the instruction back is no answer, unless a part of it was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.text import echo

ASKED = "Who was right, the miller who wanted a new wheel or his wife who wanted a new river?"


@pytest.mark.parametrize(
    "response",
    [ASKED, f"{ASKED} Let me see.", "the miller who wanted a new wheel or his wife", ASKED.upper()],
)
def test_the_instruction_or_a_long_piece_of_it_is_rejected(response: str) -> None:
    assert echo(ASKED, response).reason == "echoes_instruction"


@pytest.mark.parametrize(
    ("instruction", "response"),
    [
        (ASKED, "The miller."),
        (ASKED, "His wife was right: without water no wheel turns, however new it may be."),
        ("Select the longer one: The boat left early in the day with nine on board. It sank.",
         "The boat left early in the day with nine on board."),
        ("Repeat after me and change nothing: the tide is in and the moon is up",
         "Repeat after me and change nothing: the tide is in and the moon is up"[36:]),
        ("Correct the spelling: teh boat left erly in the morning with nine people",
         "The boat left early in the morning with nine people"),
    ],
)  # fmt: skip
def test_an_answer_or_the_part_that_was_asked_for_passes(instruction: str, response: str) -> None:
    assert echo(instruction, response).accepted


@given(st.text(max_size=120), st.text(max_size=120))
def test_any_texts_are_compared(instruction: str, response: str) -> None:
    assert echo(instruction, response).reason in ("echoes_instruction", "no_echo")
