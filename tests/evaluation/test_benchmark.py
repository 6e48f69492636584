"""Benchmarks as they are published: told by their columns, read whole, refused where they cannot judge."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evol.errors import ConfigError, DataError
from evol.train.evaluation import read_benchmark
from evol.train.evaluation.asking import render
from evol.train.evaluation.scoring import Scorer

SHARED = Path(__file__).parents[3] / "shared" / "data"
Write = Callable[[str, list[dict[str, Any]]], str]

HUMANEVAL = {
    "task_id": "HumanEval/0",
    "prompt": "def one():\n    '''Return 1.'''\n",
    "entry_point": "one",
    "canonical_solution": "    return 1\n",
    "test": "def check(candidate):\n    assert candidate() == 1\n",
}
FORMS = {
    "gsm8k": ({"question": "How many?", "answer": "2 + 2 = <<2+2=4>>4\n#### 4"}, "math"),
    "math": (
        {"problem": "How many?", "solution": "It is $\\boxed{4}$.", "level": "Level 1", "type": "Algebra"},
        "math",
    ),
    "humaneval": (HUMANEVAL, "code"),
    "mbpp": ({"task_id": 2, "text": "Write one.", "code": "x", "test_list": ["assert one() == 1"]}, "code"),
}
SANITIZED = {
    "task_id": 2,
    "prompt": "Write one.",
    "code": "x",
    "test_list": ["assert one() == 1"],
    "test_imports": [],
}


@pytest.mark.parametrize("form", FORMS)
def test_published_forms_are_told_by_their_columns(write: Write, form: str) -> None:
    row, domain = FORMS[form]
    read = read_benchmark(write(f"{form}.jsonl", [row]))
    assert (read.form, read.domain, len(read.problems)) == (form, domain, 1)


def test_gzip_and_plain_hold_the_same_problems(write: Write) -> None:
    plain = Path(write("plain.jsonl", [FORMS["gsm8k"][0]]))
    packed = plain.with_name("packed.jsonl.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_benchmark(str(packed)).digest == read_benchmark(str(plain)).digest
    assert read_benchmark(str(packed)).name == "packed"


def test_sanitized_mbpp_reads_as_mbpp_and_its_prompt_shows_the_asserts(write: Write) -> None:
    read = read_benchmark(write("sanitized.jsonl", [SANITIZED]))
    assert read.form == "mbpp"
    prompt = render(read.prompt, read.problems[0])
    assert "Write one." in prompt
    assert prompt.endswith("pass these tests:\n\nassert one() == 1\n")


def test_a_prompt_shows_no_solution(write: Write) -> None:
    for row, _ in FORMS.values():
        read = read_benchmark(write("b.jsonl", [row]))
        said = render(read.prompt, read.problems[0])
        for column in ("answer", "solution", "canonical_solution"):
            assert str(row.get(column, "not a solution")).strip() not in said


def test_what_judges_a_row_of_a_packs_own_form_holds_no_solution(write: Write) -> None:
    row = {"instruction": "Add.", "response": "x", "code": "y", "answer": "4", "level": "2", "extra": 1}
    (problem,) = read_benchmark(write("rows.jsonl", [row]), domain="math").problems
    assert problem.judged == {"instruction": "Add.", "answer": "4", "level": "2", "extra": 1}
    assert problem.labels == {"level": "2"}


def test_columns_of_other_names_are_mapped(write: Write) -> None:
    source = write("odd.jsonl", [{"aufgabe": "2 + 2?", "antwort": "4"}])
    read = read_benchmark(source, domain="math", columns={"instruction": "aufgabe", "answer": "antwort"})
    assert (read.problems[0].instruction, read.problems[0].judged["answer"]) == ("2 + 2?", "4")


@pytest.mark.parametrize(
    ("rows", "domain", "says"),
    [
        ([{"foo": 1}], None, "say which domain"),
        ([{"foo": 1}], "math", "no column holds an instruction"),
        ([{"question": "How many?", "answer": ""}], None, "no answer"),
        ([{"question": "", "answer": "4"}], None, "the instruction is empty"),
        ([{**HUMANEVAL, "test": ""}], None, "no test"),
        ([HUMANEVAL, HUMANEVAL], None, "line 2 has the id 'HumanEval/0', which line 1 has too"),
        ([HUMANEVAL, {"foo": 1}], None, "not those of the first row"),
    ],
)
def test_what_cannot_be_posed_or_judged_is_refused(
    write: Write, rows: list[dict[str, Any]], domain: str | None, says: str
) -> None:
    with pytest.raises((DataError, ConfigError), match=says):
        read_benchmark(write("bad.jsonl", rows), domain=domain)


def test_a_problem_without_a_gold_is_refused_before_anybody_is_asked(write: Write) -> None:
    rows = [{"instruction": "2 + 2?", "answer": "4"}, {"instruction": "2 + 3?"}]
    read = read_benchmark(write("half.jsonl", rows), domain="math")
    with Scorer("math", 1) as scorer, pytest.raises(DataError, match="'2' has nothing to judge an answer by"):
        scorer.require_judgeable(read)


@pytest.mark.parametrize(
    ("file", "form", "problems"),
    [
        ("gsm8k_test.jsonl", "gsm8k", 1319),
        ("mbpp.jsonl", "mbpp", 974),
        ("HumanEval.jsonl.gz", "humaneval", 164),
    ],
)
def test_real_benchmarks_are_read_whole(file: str, form: str, problems: int) -> None:
    if not (SHARED / file).is_file():
        pytest.skip(f"{SHARED / file} is not on this machine")
    read = read_benchmark(str(SHARED / file))
    assert (read.form, len(read.problems)) == (form, problems)
    assert all(render(read.prompt, problem).strip() for problem in read.problems)
