"""How many solutions and tests are drawn for a task, and what the further ones settle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evol.verifiers.workers import WorkerPool

from .conftest import NEW, OLD, REFUSED, TESTS, Teacher, child, fenced, judge, parent


def test_further_solutions_are_drawn_where_too_few_agree(workers: WorkerPool) -> None:
    length = "def total(numbers):\n    return len(numbers)"
    answers = [fenced(code) for code in (NEW, OLD, NEW, length, NEW, NEW, NEW, NEW)]
    teacher = Teacher(workers, {"answer": answers, "tests": [fenced(TESTS)], "judge": ["Not Equal"]})
    judgement = judge(teacher, child(), parent())
    assert judgement.verdict.accepted
    assert judgement.verdicts[3].evidence["agreeing_solutions"] == 6
    assert teacher.calls["answer"] == 8
    split = Teacher(
        workers, {"answer": [fenced(NEW), fenced(OLD)], "tests": [fenced(TESTS)], "judge": ["Not Equal"]}
    )
    assert judge(split, child(), parent()).verdict.reason == "no_agreement"
    assert split.calls["answer"] == 12


def test_many_different_wrong_solutions_do_not_outvote_those_that_agree(workers: WorkerPool) -> None:
    wrong = [OLD, *(f"def total(numbers):\n    return {value}" for value in (3, 0, 4))]
    answers = [fenced(code) for code in (NEW, *wrong[:2], NEW, NEW, *wrong[2:], NEW)]
    teacher = Teacher(workers, {"answer": answers, "tests": [fenced(TESTS)], "judge": ["Not Equal"]})
    judgement = judge(teacher, child(), parent())
    assert judgement.verdict.accepted
    agreement = judgement.verdicts[3].evidence
    assert (agreement["agreeing_solutions"], agreement["rival"]) == (4, 1)


def test_a_lead_elsewhere_that_is_narrow_is_settled_by_further_solutions(workers: WorkerPool) -> None:
    """The case was kept: a program that refuses 0 where only negative numbers are to be refused."""
    right = "def root(n):\n    if n < 0:\n        raise ValueError('negative')\n    return int(n ** 0.5)"
    wrong = right.replace("n < 0", "n <= 0")
    refuses = "try:\n    root(-4)\n    assert False\nexcept ValueError:\n    pass"
    tests = f"assert root(9) == 3\nassert root(17) == 4\n{refuses}"
    answers = [fenced(code) for code in (wrong, right, REFUSED, right, right)]
    teacher = Teacher(workers, {"answer": answers, "tests": [fenced(tests)], "judge": ["Not Equal"]})
    task = child("Write a function `root(n)`: the whole part of the square root. Refuse what is negative.")
    judgement = judge(teacher, task, parent())
    assert judgement.verdict.accepted
    assert judgement.sample.answer == right
    assert judgement.verdicts[4].evidence["lead"] == 2
    assert teacher.calls["answer"] == 8


WRONG_TESTS = "assert total([1, 2]) == 4\nassert total([-1, 4]) == 3\nassert total([9]) == 1"
ELSEWHERE_WRONG = "assert total([1, 3]) == 3\nassert total([-2, 4]) == 2\nassert total([9]) == 1"


@pytest.mark.parametrize(
    ("first", "asked", "kept"),
    [
        ([TESTS, TESTS], 2, "strong_tests"),
        ([REFUSED, REFUSED, TESTS, TESTS], 4, "strong_tests"),
        ([WRONG_TESTS, TESTS], 2, "strong_tests"),
        ([ELSEWHERE_WRONG, TESTS, TESTS, f"{TESTS}\nassert total([6]) == 6"], 4, "strong_tests"),
        ([WRONG_TESTS, WRONG_TESTS, WRONG_TESTS, TESTS, WRONG_TESTS, TESTS], 6, "no_agreement"),
        ([REFUSED] * 6, 6, "assistant_boilerplate"),
    ],
)
def test_further_tests_are_drawn_where_solutions_agree_and_tests_fall_short(
    workers: WorkerPool, first: list[str], asked: int, kept: str
) -> None:
    tests = [text if text == REFUSED else fenced(text) for text in first]
    teacher = Teacher(workers, {"answer": [fenced(NEW)], "tests": tests, "judge": ["Not Equal"]})
    assert judge(teacher, child(), parent()).verdict.reason == kept
    assert teacher.calls["tests"] == asked
    assert teacher.calls["answer"] == 4


def test_solutions_that_tests_speak_against_are_not_saved_by_drawing_more(workers: WorkerPool) -> None:
    kind = (
        "assert total([1, 2]) == 3\nassert total([]) == 0\nassert total([2, 2]) == 4\nassert total([7]) == 7"
    )
    tests = [fenced(TESTS), fenced(TESTS), fenced(kind), fenced(TESTS), fenced(TESTS), fenced(TESTS)]
    teacher = Teacher(workers, {"answer": [fenced(OLD)], "tests": tests, "judge": ["Not Equal"]})
    judgement = judge(teacher, child(), parent())
    assert judgement.verdict.reason == "no_agreement"
    assert teacher.calls["tests"] == 6


def test_a_solution_is_run_once_however_often_it_was_drawn(workers: WorkerPool) -> None:
    tried: list[str] = []
    teacher = Teacher(workers, {"answer": [fenced(NEW)], "tests": [fenced(TESTS)], "judge": ["Not Equal"]})

    async def verify(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        tried.append(function.__name__)
        return await workers.arun(function, *args, **kwargs)

    counted = replace(teacher)
    counted.verify = verify  # type: ignore[method-assign]
    assert judge(counted, child(), parent()).verdict.accepted
    assert tried.count("try_program") == 1
