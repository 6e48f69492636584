"""Contamination: what is a hit and of which kind, what never is, and what a hit shows."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evol.contamination import ContaminationFinder, Execute, Hit, Reference, read_references
from evol.contamination.ngrams import NgramIndex
from evol.contamination.programs import Function, ProblemIndex, code_of, functions
from evol.errors import DataError
from evol.types import Json, Verdict

DUCKS = (
    "Janet's ducks lay 16 eggs per day. She eats three for breakfast every morning and bakes muffins for her "
    "friends every day with four. She sells the remainder at the farmers' market daily for $2 per fresh duck "
    "egg. How much in dollars does she make every day at the farmers' market?"
)
ROBE = (
    "A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts in total does it take?"
)
TRAIN = (
    "A train leaves the old station at dawn with 240 people on board. At the first stop 35 of them get off, "
    "and at the second twice as many get on. How many people are on the train after the second stop?"
)
REFERENCES = [
    Reference("duck", "test.jsonl", DUCKS, "Janet sells 16 - 3 - 4 = 9 duck eggs a day and so she makes 18."),
    Reference("robe", "test.jsonl", ROBE),
]
CHECKED = "def check(candidate):\n    assert candidate([1.0, 2.0, 3.9], 0.3) == False\n"
CLOSE = Reference(
    "HumanEval/0",
    "HumanEval.jsonl.gz",
    "def has_close_elements(numbers, threshold):\n"
    '    """ Check if in given list of numbers, are any two numbers closer to each other than\n'
    '    given threshold.\n    """\n',
    "    return any(abs(a - b) < threshold for a in numbers for b in numbers if a is not b)\n",
    {"entry_point": "has_close_elements", "test": CHECKED, "prompt": "..."},
)


def hits(
    *rows: tuple[str, str], references: Sequence[Reference] = REFERENCES, execute: Execute | None = None
) -> list[Hit]:
    with ContaminationFinder(references, execute) as finder:
        for number, (instruction, response) in enumerate(rows):
            finder.add(str(number), instruction, response)
        return list(finder.hits())


def asked(*texts: str) -> list[tuple[str, str, str]]:
    return [(hit.row, hit.reference, hit.kind) for hit in hits(*((text, "") for text in texts))]


class TestByText:
    def test_a_copy_is_found_in_whatever_dress(self) -> None:
        assert asked(DUCKS, DUCKS.upper().replace(",", ""), DUCKS.replace("'", "’")) == [
            ("0", "duck", "ngram"),
            ("1", "duck", "ngram"),
            ("2", "duck", "ngram"),
        ]

    def test_a_copy_inside_a_longer_text_is_found_where_it_stands(self) -> None:
        text = f"{TRAIN}\n\nNow something else. {ROBE} Explain each step in detail."
        (hit,) = hits((text, ""))
        assert (hit.reference, hit.kind, hit.row_field) == ("robe", "ngram", "instruction")
        assert hit.matched == ROBE.rstrip("?")

    def test_lightly_changed_words_hide_nothing(self) -> None:
        changed = DUCKS.replace("every morning ", "").replace("remainder", "rest").replace(" daily", "")
        assert asked(changed) == [("0", "duck", "ngram")]

    def test_other_numbers_make_another_problem(self) -> None:
        (hit,) = hits((DUCKS.replace("16", "20").replace("three", "five").replace("$2", "$7"), ""))
        assert (hit.kind, hit.contaminated) == ("same_template", False)
        assert hit.evidence["only_in_reference"] == ["16", "2", "3"]
        assert hit.evidence["only_in_row"] == ["20", "5", "7"]

    def test_spelled_numbers_are_the_same_numbers(self) -> None:
        assert asked(DUCKS.replace("16", "sixteen").replace("four", "4")) == [("0", "duck", "ngram")]

    def test_the_solution_in_a_response_counts_when_it_is_long(self) -> None:
        long = Reference(
            "long", "test.jsonl", TRAIN, " ".join(f"step{n} follows from step{n - 1}" for n in range(9))
        )
        (hit,) = hits(("Something else entirely", f"So: {long.response}."), references=[long])
        assert (hit.row_field, hit.reference_field) == ("response", "response")

    def test_another_problem_of_the_same_kind_is_no_hit(self) -> None:
        assert (
            asked(
                TRAIN, "How many bolts of cloth in total does it take to make a sail?", "", "What is 2 + 2?"
            )
            == []
        )

    def test_phrases_that_many_references_share_prove_nothing(self) -> None:
        opening = (
            "Write a function in the language of your choice that takes a list of numbers as its input and"
        )
        tasks = [
            "sorts them",
            "adds them up",
            "finds the mode",
            "drops the zeros",
            "turns them round",
            "halves each",
        ]
        references = [Reference(task, "x.jsonl", f"{opening} {task}.") for task in tasks]
        rows = [(f"{opening} plots a histogram of them.", ""), (f"{opening} halves each.", "")]
        assert [(hit.row, hit.reference) for hit in hits(*rows, references=references)] == [
            ("1", "halves each")
        ]

    def test_the_strongest_match_of_a_row_and_a_reference_is_shown_once(self) -> None:
        (hit,) = hits((DUCKS.replace("16", "20"), DUCKS))
        assert (hit.kind, hit.row_field, hit.score) == ("ngram", "response", 1.0)

    def test_a_hit_is_plain_json_with_both_texts(self) -> None:
        (hit,) = hits((ROBE, ""))
        shown = json.loads(json.dumps(hit.to_json()))
        assert shown["row_text"] == shown["reference_text"] == ROBE
        assert shown["source"] == "test.jsonl"

    def test_questions_shorter_than_an_ngram_are_counted_not_matched(self) -> None:
        index = NgramIndex([Reference("a", "x", "Why not?"), Reference("b", "x", ROBE)])
        assert index.too_short == 1
        assert hits(("Why not?", ""), references=[Reference("a", "x", "Why not?")]) == []


class TestByExecution:
    PROGRAM = (
        "def near(values, limit=1.0):\n    return any(abs(a - b) < limit for a in values for b in values)\n"
    )
    QUESTION = "Are any two elements of a list of numbers closer than a threshold? Check them."

    def run(self, program: str, question: str = QUESTION, accept: bool = True) -> tuple[list[Hit], list[str]]:
        ran: list[str] = []

        def execute(row: Mapping[str, Json]) -> Verdict:
            assert row["test"] == CHECKED
            ran.append(str(row["code"]))
            decide = Verdict.accept if accept else Verdict.reject
            return decide("fake", "tests_passed", "It was run.")

        found = hits((question, program), references=[CLOSE, *REFERENCES], execute=execute)
        return [hit for hit in found if hit.kind == "execution"], ran

    def test_a_program_that_passes_is_a_hit_whatever_it_is_called(self) -> None:
        (hit,), (ran,) = self.run(f"Here:\n```python\n{self.PROGRAM}```\nIt compares all pairs.")
        assert ran == f"{self.PROGRAM}\n\nhas_close_elements = near\n"
        assert (hit.reference, hit.contaminated, hit.evidence["function"]) == ("HumanEval/0", True, "near")

    def test_one_of_the_same_name_runs_as_it_is(self) -> None:
        program = self.PROGRAM.replace("near", "has_close_elements")
        (_,), (ran,) = self.run(program, question="Something else")
        assert ran == program

    def test_one_that_fails_is_none(self) -> None:
        found, ran = self.run(self.PROGRAM, accept=False)
        assert (found, len(ran)) == ([], 1)

    @pytest.mark.parametrize(
        ("program", "question"),
        [
            (PROGRAM, "Draw a house."),
            ("def near(values):\n    return False\n", QUESTION),
            ("No code here.", QUESTION),
        ],
        ids=["another subject", "another arity", "no function"],
    )
    def test_what_cannot_be_it_is_not_run(self, program: str, question: str) -> None:
        assert self.run(program, question) == ([], [])

    def test_functions_are_read_by_name_and_arity(self) -> None:
        code = (
            "def a():\n    def inner(x): ...\ndef b(x: dict[str, int], *, y=(1, 2),) -> int: ...\nasync = 1"
        )
        assert functions(code) == [Function("a", 0), Function("b", 2)]
        assert code_of("See ```py\nx = 1\n``` and\n```\ny = 2\n```") == "x = 1\n\n\ny = 2\n"


class TestReferences:
    def test_benchmarks_are_read_in_their_own_form(self, tmp_path: Path) -> None:
        human = {
            "task_id": "HumanEval/9",
            "prompt": "def double(x):\n    '''Twice x.'''\n",
            "canonical_solution": "    return 2 * x\n",
            "test": "def check(candidate):\n    assert candidate(2) == 4\n",
            "entry_point": "double",
        }
        mbpp = {
            "text": "Write it.",
            "code": "def it(a, b):\r\n  return a",
            "task_id": 7,
            "test_list": ["assert it(1, 2) == 1"],
        }
        (tmp_path / "h.jsonl.gz").write_bytes(gzip.compress(json.dumps(human).encode()))
        (tmp_path / "m.jsonl").write_text(json.dumps(mbpp))
        first, second = read_references([str(tmp_path / "h.jsonl.gz"), str(tmp_path / "m.jsonl")])
        assert (first.id, first.source, first.response) == ("HumanEval/9", "h.jsonl.gz", "    return 2 * x\n")
        assert (second.id, second.instruction) == ("7", "Write it.")
        entries = [problem.entry for problem in ProblemIndex([first, second]).problems]
        assert entries == [Function("double", 1), Function("it", 2)]

    def test_a_file_without_questions_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "x.jsonl").write_text('{"colour": "red"}')
        with pytest.raises(DataError, match=r"x\.jsonl holds no problem"):
            read_references([str(tmp_path / "x.jsonl")])


class TestProperties:
    rows = st.lists(
        st.tuples(
            *[
                st.text(max_size=80)
                | st.sampled_from([DUCKS, ROBE, TRAIN, "\ud800", "```\ndef f(", "1 2 3 4 5"])
            ]
            * 2
        ),
        max_size=6,
    )

    @settings(max_examples=60, deadline=None)
    @given(rows=rows)
    @example(rows=[("def f(" * 50, "(" * 500)])
    def test_nothing_raises_and_the_same_rows_give_the_same_hits(self, rows: list[tuple[str, str]]) -> None:
        def execute(row: Mapping[str, Json]) -> Verdict:
            return Verdict.reject("fake", "tests_failed", "It failed.")

        found = hits(*rows, references=[*REFERENCES, CLOSE], execute=execute)
        assert found == hits(*rows, references=[*REFERENCES, CLOSE], execute=execute)
        for hit in found:
            json.dumps(hit.to_json())
            assert 0.0 <= hit.score <= 1.0
            assert hit.matched

    @settings(max_examples=60, deadline=None)
    @given(words=st.lists(st.from_regex(r"[a-z]{3,8}", fullmatch=True), min_size=6, max_size=40, unique=True))
    def test_a_reference_always_finds_itself(self, words: list[str]) -> None:
        text = " ".join(words)
        (hit,) = hits((text, ""), references=[Reference("self", "x", text)])
        assert (hit.kind, hit.score, hit.matched) == ("ngram", 1.0, text)
