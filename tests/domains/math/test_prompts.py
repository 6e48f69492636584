"""The math pack's prompts: each operation's holds the parts that the papers name."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.pack import load_pack
from evol.verifiers.text import copied_prompt

PACK = load_pack("math")
OPERATIONS = {operation.name: operation for operation in PACK.operations}
PROBLEM = (
    "A tank holds {{ 40 }} litres & {% loses %} <b>3</b> an hour.\n\n| h | l |\n|---|---|\nHow much is left?"
)
REVISING = [name for name, operation in OPERATIONS.items() if operation.kind == "depth"]
CREATING = [name for name, operation in OPERATIONS.items() if operation.kind == "breadth"]


def rendered(name: str, instruction: str = PROBLEM) -> str:
    return PACK.prompts.render(OPERATIONS[name].prompt, instruction=instruction)


def test_the_operations_are_wizardmaths() -> None:
    upward = {"add-constraints", "deepen", "concretize", "increase-reasoning", "complicate-input", "breadth"}
    assert {n for n, o in OPERATIONS.items() if o.direction == "up"} == upward
    assert {n for n, o in OPERATIONS.items() if o.direction == "down"} == {
        "easier-revision",
        "easier-new-topic",
    }
    assert set(CREATING) == {"breadth", "easier-new-topic"}


def test_two_rounds_in_five_go_down() -> None:
    weights = {d: sum(o.weight for o in PACK.operations if o.direction == d) for d in ("up", "down")}
    assert weights["down"] / sum(weights.values()) == pytest.approx(2 / 5)


@pytest.mark.parametrize("name", OPERATIONS)
class TestEveryOperation:
    def test_holds_the_instruction_whole_between_its_tags(self, name: str) -> None:
        assert f"<instruction>\n{PROBLEM}\n</instruction>" in rendered(name)

    def test_asks_for_the_result_between_tags_at_the_end(self, name: str) -> None:
        assert rendered(name).rstrip().endswith("between <evolved> and </evolved>.")

    def test_opens_with_the_role(self, name: str) -> None:
        role = "a rewriter" if name in REVISING else "a creator"
        assert rendered(name).startswith(f"You are {role} of mathematics problems.")

    def test_asks_for_what_people_understand_and_can_answer(self, name: str) -> None:
        assert re.search(r"reasonable: a person can understand it and can answer it", rendered(name))

    def test_bans_phrases_that_the_eliminator_finds(self, name: str) -> None:
        [line] = [line for line in rendered(name).splitlines() if "must not appear" in line]
        banned = re.findall(r'"([^"]+)"', line)
        assert len(banned) >= 5
        for phrase in banned:
            assert not copied_prompt(f"As in the {phrase}, how many are left?").accepted, phrase

    def test_wants_exactly_one_final_answer_not_given_away(self, name: str) -> None:
        text = rendered(name)
        assert "exactly one final answer" in text
        assert "neither state nor hint at its answer" in text

    def test_says_what_becomes_of_tables_data_code_and_formulas(self, name: str) -> None:
        assert re.search(r"tables?, data, code (?:and|or) formulas", rendered(name))

    def test_is_not_taken_for_a_judges_or_a_solvers_prompt(self, name: str) -> None:
        assert "Not Equal" not in rendered(name)
        assert "\\boxed" not in rendered(name)


def test_each_operation_has_a_method_of_its_own() -> None:
    assert len({rendered(name) for name in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("name", REVISING)
def test_revisions_change_ten_to_twenty_words_by_one_method(name: str) -> None:
    text = rendered(name)
    assert "10 to 20 words" in text
    assert "by this one method and by no other" in text


@pytest.mark.parametrize("name", [n for n in REVISING if OPERATIONS[n].direction == "up"])
def test_upward_revisions_aim_at_strong_systems(name: str) -> None:
    assert "a bit harder for strong AI systems" in rendered(name)


def test_breadth_asks_for_something_rarer_of_like_length_and_difficulty() -> None:
    text = rendered("breadth")
    assert "rarer" in text
    assert "length and its difficulty are similar" in text


def test_downward_operations_ask_for_something_easier() -> None:
    assert "easier" in rendered("easier-revision")
    text = rendered("easier-new-topic")
    assert "easier" in text
    assert "another topic" in text


def test_complicate_input_shows_data_that_parse() -> None:
    text = rendered("complicate-input")
    fences = dict(re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL))
    assert {"csv", "json", "sql"} <= set(fences)
    assert json.loads(fences["json"])["legs"][0]["km"] == 18
    assert len({len(line.split(",")) for line in fences["csv"].strip().splitlines()}) == 1
    for form in ("XML", "HTML", "Python", "shell"):
        assert form in text


@given(st.text())
def test_any_instruction_is_rendered_verbatim(instruction: str) -> None:
    for name in OPERATIONS:
        assert f"<instruction>\n{instruction}\n</instruction>" in rendered(name, instruction)


def test_the_solvers_prompt_asks_for_steps_and_a_box() -> None:
    text = PACK.prompts.render("prompts/answer.md", instruction=PROBLEM)
    assert PROBLEM in text
    assert "step by step" in text
    assert "\\boxed{}" in text
    assert "<instruction>" not in text


def test_the_judges_prompt_names_both_judgements_and_both_criteria() -> None:
    text = PACK.prompts.render("prompts/judge_equal.md", first="FIRST TEXT", second="SECOND TEXT")
    assert text.index("FIRST TEXT") < text.index("SECOND TEXT")
    assert "Equal or Not Equal" in text
    assert "constraints and requirements" in text
    assert "depth and breadth" in text


def test_the_programmers_prompt_asks_for_an_answer_variable() -> None:
    text = PACK.prompts.render("prompts/program.md", instruction=PROBLEM)
    assert PROBLEM in text
    assert "`answer`" in text
