"""Solutions that agree on the tests, compared where no test looks."""

from __future__ import annotations

from random import Random

from evol.domains.code.elsewhere import dissent, most_ordinary, results_at_literals, results_elsewhere
from evol.domains.code.inputs import varied
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


def test_a_difference_that_no_test_shows_is_found(workers: WorkerPool) -> None:
    right, wrong = (workers.run(results_elsewhere, source, CASES, TASK) for source in (RIGHT, WRONG))
    assert len(right) >= 5
    assert right.keys() == wrong.keys()
    assert [call for call in right if right[call] != wrong[call]] == ["rotate([], 1)"]
    assert dissent([right, wrong], 0.75) == ([], "rotate([], 1)")
    assert dissent([wrong, right, right, right], 0.75) == ([1, 2, 3], "")


def test_an_empty_argument_is_not_tried_where_the_task_excludes_it(workers: WorkerPool) -> None:
    found = workers.run(results_elsewhere, RIGHT, CASES, f"{TASK} The list is non-empty.")
    assert found
    assert "rotate([], 1)" not in found


def test_calls_that_raise_and_tests_that_are_not_literal_say_nothing(workers: WorkerPool) -> None:
    assert (
        workers.run(results_elsewhere, "def f(x):\n    raise KeyError(x)", ["assert f(1) == 1"], TASK) == {}
    )
    stateful = ["box = Box()\nbox.put(1)\nassert box.take() == 1"]
    assert workers.run(results_elsewhere, "class Box: pass", stateful, TASK) == {}
    assert workers.run(results_elsewhere, "print(1)", [[{"input": "", "output": "1"}]], TASK) == {}


def test_what_only_some_return_is_no_difference() -> None:
    assert dissent([{"f(1)": "1", "f(2)": "2"}, {"f(1)": "1"}], 0.75) == ([0, 1], "")
    assert dissent([{}, {}], 0.75) == ([0, 1], "")


def test_variations_stay_within_what_was_seen() -> None:
    given = [([3, 5, 9], 2, "abc"), ([4, 4], 7, "xy z")]
    for items, steps, text in varied(given, Random(1)):
        assert items == sorted(items)
        assert set(items) <= {3, 4, 5, 9}
        assert 2 <= steps <= 7
        assert set(text) <= set("abcxyz ")


def test_programs_are_told_apart_at_the_values_that_they_name(workers: WorkerPool) -> None:
    leap = "def is_leap(year):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)"
    wrong = leap.replace("!= 0", "!= 1")
    cases = ["assert is_leap(2024) == True", "assert is_leap(1957) == False", "assert is_leap(2000) == True"]
    elsewhere = [workers.run(results_elsewhere, source, cases, "") for source in (wrong, leap)]
    assert elsewhere[0] == elsewhere[1]
    named = [workers.run(results_at_literals, source, cases, [wrong, leap]) for source in (wrong, leap)]
    assert "is_leap(100,)" in [call for call in named[0] if named[0][call] != named[1][call]]
    assert most_ordinary([named[0], named[1], named[1], named[1]], [0, 1, 2, 3]) == 1
    assert most_ordinary([named[0], named[1], named[1], named[1]], [0]) == 0
    assert most_ordinary([{}, {}], [0, 1]) == 0


def test_texts_that_programs_name_stand_for_texts(workers: WorkerPool) -> None:
    source = "def clean(text, width):\n    return '' if text == 'N/A' else text[:width]"
    found = workers.run(results_at_literals, source, ["assert clean('abc', 2) == 'ab'"], [source])
    assert found["clean('N/A', 2)"] == found["clean('', 2)"]
    assert not any("clean(2" in call for call in found)
