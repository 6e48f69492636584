"""The six prompts hold every part that the paper's have, and the setting decides what is favoured."""

from __future__ import annotations

import pytest

from evol.pack import load_pack

PACK = load_pack("general")
TEXT = "Describe a lake.\n| a | b |\n|---|---|"
DEPTH = [operation for operation in PACK.operations if operation.kind == "depth"]


def rendered(name: str, **settings: object) -> str:
    prompt = PACK.operation(name).prompt
    return PACK.prompts.render(prompt, instruction=TEXT, settings={**PACK.settings, **settings})


def test_the_six_operations_of_the_paper_are_drawn_alike() -> None:
    assert [operation.name for operation in PACK.operations] == [
        "add-constraints", "deepen", "concretize", "increase-reasoning", "complicate-input", "breadth",
    ]  # fmt: skip
    assert {operation.weight for operation in PACK.operations} == {1}
    assert [operation.kind for operation in PACK.operations].count("breadth") == 1


@pytest.mark.parametrize("operation", PACK.operations, ids=lambda operation: operation.name)
def test_each_prompt_has_role_method_rules_markers_and_output(operation) -> None:
    text = rendered(operation.name)
    assert f"<instruction>\n{TEXT}\n</instruction>" in text
    assert text.startswith("You are a ")
    for part in ("reasonable", "people can understand it and can answer it", "must not appear", "<evolved>"):
        assert part in text


@pytest.mark.parametrize("operation", DEPTH, ids=lambda operation: operation.name)
def test_depth_prompts_keep_the_input_and_bound_the_added_words(operation) -> None:
    text = rendered(operation.name)
    for part in ("a bit harder", "10 to 20 words", "tables, code, data", "by this one method"):
        assert part in text


def test_complicate_input_shows_examples_in_varied_formats() -> None:
    text = rendered("complicate-input")
    for mark in ("```xml", "```sql", "$ df", "```html", "|---|"):
        assert mark in text
    assert text.count("Before:") >= 3


def test_a_setting_decides_whether_checkable_constraints_are_favoured() -> None:
    assert "a program can check" in rendered("add-constraints")
    assert "a program can check" not in rendered("add-constraints", checkable=False)
