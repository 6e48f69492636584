"""Which constraints are recognised in an instruction, and above all which are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.instructions import Constraint, check, recognise

HERE = Path(__file__).parent
DATA = Path(__file__).parents[3] / "../shared/data"
PAIRS = [json.loads(line) for line in (HERE / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]


def kind(constraint: Constraint) -> str:
    for parameter in ("unit", "format", "case", "language"):
        if parameter in constraint.parameters:
            return f"{constraint.kind}:{constraint.parameters[parameter]}"
    return constraint.kind


def kinds(instruction: str) -> list[str]:
    return sorted(kind(constraint) for constraint in recognise(instruction))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["instruction"][:60])
def test_known_constraints_are_recognised_and_their_violations_told(pair: dict) -> None:
    constraints = recognise(pair["instruction"])
    violated = [c for c in constraints if check(c, pair["response"]).outcome == "reject"]
    assert sorted(map(kind, constraints)) == pair["kinds"]
    assert sorted(map(kind, violated)) == pair["violated"]


@pytest.mark.parametrize(
    ("instruction", "low", "high"),
    [
        ("Describe a lake in exactly 40 words.", 40, 40),
        ("Describe a lake in at least forty words.", 40, None),
        ("Describe a lake in no more than 1,000 words.", None, 1000),
        ("Describe a lake in more than 40 words.", 41, None),
        ("Describe a lake in fewer than 40 words.", None, 39),
        ("Describe a lake in 40 to 60 words.", 40, 60),
        ("Describe a lake in between 40 and 60 words.", 40, 60),
        ("Describe a lake in 40-60 words.", 40, 60),
        ("Describe a lake in 40 words or more.", 40, None),
        ("Describe a lake in 40 words or less.", None, 40),
        ("Describe a lake in about 40 words.", 32, 48),
        ("Describe a lake in 40 words.", 32, 48),
        ("Describe a lake in six words.", 6, 6),
        ("Décris un lac en moins de 40 mots.", None, 39),
        ("Beschreibe einen See in 40 bis 60 Wörtern.", 40, 60),
        ("Describe un lago en al menos 40 palabras.", 40, None),
    ],
)
def test_bounds_are_read_inclusively_and_a_loose_number_has_a_fifth_of_slack(
    instruction: str, low: int | None, high: int | None
) -> None:
    [constraint] = recognise(instruction)
    assert (constraint.parameters["low"], constraint.parameters["high"]) == (low, high)


@pytest.mark.parametrize(
    "instruction",
    [
        "Write a title of at most five words and a story.",
        "Write a poem. Each stanza should have four lines.",
        "Explain the rules in two sentences each.",
        "Find all words that are longer than three characters.",
        "To make 3 liters of ketchup Ashley needs 69 kg of tomatoes. How many does she need?",
        "Write a function that returns the answer in uppercase.",
        "Write a SQL query that lists all students in a table.",
        "Is it good style to write in short sentences of ten words?",
        'Continue this diary entry: I must use the word "mother" less often.',
        "Write a haiku, then explain it in two sentences.",
        "Describe the man in the table tennis hall.",
        'What does "in at most ten words" mean in this contract?',
        "How many words does this sentence have?",
        "Translate the French sentence and explain the word in German that fits best.",
        "Describe a school in English and in French.",
    ],
)
def test_what_may_be_meant_otherwise_is_not_recognised(instruction: str) -> None:
    assert recognise(instruction) == ()


def test_code_quotes_and_data_set_no_constraints() -> None:
    assert not recognise("Explain this comment.\n```\n# write at least 100 words\n```")
    assert not recognise('Explain what "answer in two words" asks for.')
    assert not recognise(
        "Shorten this letter.\n\nDear Ann, it rained. Please write at least two pages. Yours, Bea"
    )


def test_rules_in_a_paragraph_of_their_own_count() -> None:
    text = 'Describe a lake.\n\n- At most 50 words\n- Include the word "reed"'
    assert kinds(text) == ["include", "length:words"]


def test_a_length_fits_neither_of_two_tasks_unless_it_speaks_of_the_answer() -> None:
    assert not recognise("Describe a lake in two sentences. Compare it with the sea.")
    [constraint] = recognise("Describe a lake. Compare it with the sea. Use at most 90 words in your answer.")
    assert kind(constraint) == "length:words"


@given(st.text(max_size=300))
def test_any_text_is_read_without_error_and_spans_lie_within_it(text: str) -> None:
    for constraint in recognise(text):
        assert 0 <= constraint.start < constraint.end <= len(text)
        assert constraint.text.strip() in text[constraint.start : constraint.end]


PIECES = st.sampled_from(
    [
        *("write", "a story", "in exactly", "at most", "three", "words", '"rope"', "include the word"),
        *("as JSON", "each", ",", ".", "\n\n", "- "),
    ]
)


@given(st.lists(PIECES, max_size=30).map(" ".join), st.text(max_size=80))
def test_whatever_is_recognised_can_be_checked(instruction: str, response: str) -> None:
    for constraint in recognise(instruction):
        assert check(constraint, response).evidence["kind"] == constraint.kind


def test_long_input_costs_little() -> None:
    for text in (
        "write a, " * 2000,
        "in 5 words " * 1800,
        "x" * 20_000,
        '"' * 20_000,
        "the word " * 2000,
        "1, " * 6000,
    ):
        assert all(check(found, "").evidence["kind"] == found.kind for found in recognise(text))


def _tasks() -> list[str]:
    file = DATA / "alpaca_seed_tasks.jsonl"
    if not file.exists():
        pytest.skip("shared/data is not on this machine")
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        task = json.loads(line)
        given_ = task["instances"][0]["input"]
        found.append(f"{task['instruction']}\n\n{given_}" if given_.strip() else task["instruction"])
    return found


def test_precision_on_tasks_that_a_person_labelled() -> None:
    labels = json.loads((HERE / "alpaca_labels.json").read_text(encoding="utf-8"))["labels"]
    found = [(str(number), k) for number, task in enumerate(_tasks()) for k in kinds(task)]
    right = [(number, k) for number, k in found if k in labels.get(number, [])]
    assert len(right) >= 0.95 * len(found)
    assert len(right) >= 0.75 * sum(map(len, labels.values()))


@pytest.mark.parametrize("file", ["gsm8k_train_2000.jsonl", "mbpp.jsonl"])
def test_word_problems_and_programming_tasks_set_no_constraints_on_the_answer(file: str) -> None:
    path = DATA / file
    if not path.exists():
        pytest.skip("shared/data is not on this machine")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert not [row for row in rows if recognise(row.get("question") or row["text"])]
