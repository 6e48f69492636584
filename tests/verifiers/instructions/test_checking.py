"""Whether a response keeps what was asked: counts by every convention, formats by parsing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.types import Outcome
from evol.verifiers.instructions import Constraint, check, check_instructions
from evol.verifiers.instructions.formatting import format_problem, has_format
from evol.verifiers.instructions.measure import COUNTS, measure

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("unit", "text", "least", "most"),
    [
        ("words", "A well-known fact.", 3, 4),
        ("words", "**Title**\n\nOne two three.", 3, 4),
        ("words", "Here is the text:\n\nOne two three.", 3, 7),
        ("words", "1. One two\n2. Three", 3, 5),
        ("sentences", "Dr. Lee came at 3.30 p.m. He left.", 2, 2),
        ("sentences", "Is it? Yes! Good.", 3, 3),
        ("sentences", '"Stop!" he said. She did.', 2, 3),
        ("sentences", "Costs rose by 3.5 per cent.", 1, 1),
        ("paragraphs", "One.\n\nTwo.\n\n***\n\nThree.", 3, 3),
        ("lines", "a\nb\n\nc", 3, 4),
        ("bullets", "- a\n  - inner\n- b", 2, 3),
        ("items", "1. a\n2. b\n3. c", 1, 3),
        ("placeholders", "Dear [name], on [date] [a link](x)", 2, 2),
    ],
)
def test_counts_cover_the_usual_conventions(unit: str, text: str, least: int, most: int) -> None:
    counted = measure(unit, text)
    assert counted is not None
    assert counted[0] <= least <= most <= counted[1] or counted == (least, most)


def test_what_cannot_be_counted_is_not_guessed() -> None:
    assert measure("words", "湖面はとても静かです。") is None
    assert measure("items", "Tea, coffee and milk") is None
    constraint = Constraint("length", 0, 4, "five", {"unit": "items", "low": 5, "high": 5})
    assert check(constraint, "Tea, coffee and milk").outcome is Outcome.UNDECIDED


@given(st.text(max_size=200), st.sampled_from(sorted(COUNTS)))
def test_an_interval_is_in_order_whatever_the_text(text: str, unit: str) -> None:
    counted = measure(unit, text)
    assert counted is None or 0 <= counted[0] <= counted[1]


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=40))
def test_plain_words_are_counted_exactly(words: list[str]) -> None:
    assert measure("words", " ".join(words)) == (len(words), len(words))


@given(JSON_VALUES)
def test_json_is_json_bare_and_fenced(value: object) -> None:
    text = json.dumps(value)
    assert format_problem("json", text) is None
    assert format_problem("json", f"Here it is:\n```json\n{text}\n```\nDone.") is None


@given(st.text(max_size=120), st.sampled_from(["json", "yaml", "xml", "csv", "table", "bullets", "numbered"]))
def test_no_text_breaks_a_format_check(text: str, name: str) -> None:
    problem = format_problem(name, text)
    assert problem is None or problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("json", "{'a': 1}"),
        ("json", "[" * 100_000),
        ("json", '{"a": 1} and more'),
        ("yaml", "just words"),
        ("yaml", "a: [1, 2"),
        ("yaml", "a: &a [*a, !!python/object/apply:os.system [ls]]"),
        ("xml", "<a><b></a>"),
        ("xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        ("csv", "name\nAnn"),
        ("csv", "name,age\nAnn"),
        ("table", "| a | b |\n| 1 | 2 |"),
        ("table", "| a | b |\n|---|---|\n| 1 |"),
        ("bullets", "a\nb"),
        ("numbered", "- a"),
    ],
)
def test_what_does_not_parse_is_not_in_the_format(name: str, text: str) -> None:
    assert format_problem(name, text)


def test_only_allows_nothing_around_and_names_must_be_there() -> None:
    fenced = 'Here:\n```json\n{"a": 1}\n```'
    assert format_problem("json", fenced) is None
    assert format_problem("json", fenced, only=True) == "text stands around it"
    assert format_problem("json", fenced, names=("a", "b")) == "it lacks b"
    assert format_problem("csv", "Name,Age\nAnn,3", names=("name", "age")) is None


def test_formats_that_were_ruled_out_are_seen() -> None:
    assert has_format("bullets", "- a")
    assert has_format("markdown", "**bold**")
    assert not has_format("markdown", "2 * 3 * 4")
    assert has_format("headings", "# A")
    assert not has_format("list", "Mr. Lee came. 2. was his number")


def test_a_plural_keeps_a_required_word_and_breaks_no_forbidden_one() -> None:
    assert check_instructions('Describe a pond. Include the word "reed".', "Reeds everywhere.").accepted
    assert check_instructions('Describe a pond. Do not use the word "art".', "Part of it is dry.").accepted


def test_the_verdict_lists_each_constraint_with_what_was_found() -> None:
    instruction = (
        'Describe a lake in exactly two sentences. Use the word "reed" and do not use the word "blue".'
    )
    verdict = check_instructions(instruction, "A blue lake lies there.")
    assert verdict.reason == "violated_instruction"
    assert [c["outcome"] for c in verdict.evidence["constraints"]] == ["violated", "violated", "violated"]
    assert "3 of 3 violated" in verdict.message
    kept = check_instructions(instruction, "A reed stands in the lake. It is still.")
    assert kept.reason == "instructions_kept"
    json.dumps(kept.to_json())


def test_an_instruction_without_constraints_passes_and_says_so() -> None:
    assert check_instructions("Describe a lake.", "Wide.").reason == "no_checkable_instruction"


def test_a_choice_may_be_dressed_but_must_be_made() -> None:
    asked = "Is a whale a fish? Answer yes or no."
    for response in ("No", "no.", "**No**", "No, it is a mammal.", "The answer is no."):
        assert check_instructions(asked, response).accepted
    assert not check_instructions(asked, "It is a mammal, a notable one.").accepted
