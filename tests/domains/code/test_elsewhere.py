"""Solutions that agree on the tests, compared where no test looks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from evol.domains.code.elsewhere import Elsewhere, Settled, results_elsewhere, settled
from evol.verifiers.code.mutants import mutants
from evol.verifiers.workers import WorkerPool

RIGHT = """
def rotate(items, steps):
    if not items:
        return []
    cut = -steps % len(items)
    return items[cut:] + items[:cut]
"""
WRONG = RIGHT.replace("return []", "return None")
CASES = ["assert rotate([1, 2, 3, 4], 1) == [4, 1, 2, 3]", "assert rotate([5, 6, 7], 2) == [6, 7, 5]"]
TASK = "Write a function `rotate(items, steps)`."


def compared(workers: WorkerPool, programs: Sequence[str], cases: Sequence[str], task: str = "") -> Settled:
    """Settle between programs as the eliminator does."""
    results = [workers.run(results_elsewhere, source, cases, task, programs) for source in programs]
    return settled(results, 0.75)


def inside(**calls: str) -> Elsewhere:
    return Elsewhere(calls, {})


def edges(**calls: str) -> Elsewhere:
    return Elsewhere({}, calls)


def test_a_difference_that_no_test_shows_is_found(workers: WorkerPool) -> None:
    right, wrong = (
        workers.run(results_elsewhere, source, CASES, TASK, [RIGHT, WRONG]) for source in (RIGHT, WRONG)
    )
    assert len(right.inside) >= 5
    assert right.inside.keys() == wrong.inside.keys()
    assert [call for call in right.inside if right.inside[call] != wrong.inside[call]] == ["rotate([], 1)"]
    two = settled([right, wrong], 0.75)
    assert (two.kept, two.disputed) == (None, "rotate([], 1)")
    four = settled([wrong, right, right, right], 0.75)
    assert (four.kept, four.going, four.lead) == (1, 3, 2)


def test_an_empty_argument_is_no_call_like_the_tests_where_the_task_excludes_it(workers: WorkerPool) -> None:
    task = f"{TASK} The list is non-empty."
    assert compared(workers, [WRONG, RIGHT], CASES, task).kept == 0


def test_an_exception_is_an_outcome_and_costs_no_row() -> None:
    refuses, answers = inside(zero="!ValueError", one="n1"), inside(zero="n0", one="n1")
    assert settled([refuses, answers, answers], 0.75) == Settled(1, 3, 2, lead=1)
    assert settled([refuses, answers], 0.75) == Settled(0, 2, 2, lead=0)


def test_edges_choose_and_cost_no_row() -> None:
    odd, even = edges(zero="n1"), edges(zero="n0")
    assert settled([odd, even, even, even], 0.75) == Settled(1, 4, 1, lead=2)
    assert settled([odd, even], 0.75).kept == 0
    assert settled([even, even], 0.75) == Settled(0, 2, 1)


def test_a_call_that_only_some_come_to_is_no_difference() -> None:
    assert settled([inside(a="1", b="2"), inside(a="1")], 0.75) == Settled(0, 2, 2)
    assert settled([inside(), inside()], 0.75) == Settled(0, 2, 0)


def test_tests_that_are_not_literal_say_nothing(workers: WorkerPool) -> None:
    for source, case in (
        ("class Box: pass", "box = Box()\nbox.put(1)\nassert box.take() == 1"),
        ("print(1)", [{"input": "", "output": "1"}]),
    ):
        assert workers.run(results_elsewhere, source, [case], TASK, [source]) == Elsewhere({}, {})


def test_a_call_that_ends_the_program_hides_none_after_it(workers: WorkerPool) -> None:
    leaves = "import os\n\ndef f(n):\n    if n == 0:\n        os._exit(0)\n    return n"
    found = workers.run(results_elsewhere, leaves, ["assert f(7) == 7"], "", [leaves])
    assert "f(0,)" not in found.every
    assert {"f(1,)", "f(-1,)"} <= found.edges.keys()


def test_the_last_digits_of_a_float_are_no_difference(workers: WorkerPool) -> None:
    sums = "def mean(xs):\n    return sum(xs) / len(xs)"
    parts = "def mean(xs):\n    return sum(x / len(xs) for x in xs)"
    found = compared(
        workers, [sums, parts], ["assert mean([0.1, 0.2, 0.4]) > 0.2", "assert mean([3, 7]) == 5"]
    )
    assert (found.kept, found.going) == (0, 2)


SAMPLES = {
    "refuse": (
        "def area(side):\n    if side < 0:\n        raise ValueError\n    return side * side",
        ["assert area(3) == 9", "assert area(12) == 144"],
    ),
    "leap": (
        "def is_leap(year):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)",
        ["assert is_leap(2024) == True", "assert is_leap(1957) == False", "assert is_leap(2000) == True"],
    ),
    "longest": (
        "def longest(words):\n    best = ''\n    for word in words:\n        if len(word) > len(best):\n"
        "            best = word\n    return best",
        ["assert longest(['ab', 'c', 'def']) == 'def'", "assert longest(['xy']) == 'xy'"],
    ),
    "crowd": (
        "def crowded(guests, seats):\n    if len(guests) > 10:\n        return 'hall'\n"
        "    return 'full' if len(guests) >= seats else 'room'",
        ["assert crowded(['a', 'b'], 5) == 'room'", "assert crowded(['a', 'b', 'c'], 2) == 'full'"],
    ),
    "grade": (
        "def grade(points):\n    if points >= 90:\n        return 'A'\n    if points >= 75:\n"
        "        return 'B'\n    return 'F'",
        ["assert grade(95) == 'A'", "assert grade(80) == 'B'", "assert grade(10) == 'F'"],
    ),
    "comment": (
        "def bare(line):\n    quoted = False\n    for place, char in enumerate(line):\n"
        "        if char == '\"':\n            quoted = not quoted\n        if char == '#' and not quoted:\n"
        "            return line[:place]\n    return line",
        ["assert bare('x = 1 # one') == 'x = 1 '", "assert bare('say \"hi\"') == 'say \"hi\"'"],
    ),
    "spaces": (
        "def tidy(text):\n    if text == '':\n        return 'nothing'\n"
        "    return 'clean' if text == text.strip() else 'loose'",
        ["assert tidy('abc') == 'clean'", "assert tidy(' abc') == 'loose'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_the_calls_tell_a_program_from_its_versions_with_one_thing_wrong(
    workers: WorkerPool, name: str
) -> None:
    """Of three solutions one is a mutant, drawn first."""
    right, cases = SAMPLES[name]
    survived = [
        mutant.change
        for mutant in mutants(right, (), 60)
        if compared(workers, [mutant.source, right, right], cases).kept == 0
    ]
    assert survived == []
