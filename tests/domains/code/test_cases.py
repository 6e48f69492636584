"""Test suites taken apart into cases and put together again."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from evol.domains.code.cases import Case, cases_in, consistent, join, split
from evol.domains.code.suites import read_suites


def fenced(code: str, tag: str = "python") -> str:
    return f"Here are the tests.\n\n```{tag}\n{code}\n```"


def test_each_assertion_is_a_case_with_what_it_needs() -> None:
    script = (
        "import math\nLIMIT = 3\n\ndef near(a, b):\n    return abs(a - b) < 1e-9\n\n"
        "assert f(1) == LIMIT\nassert near(f(2), math.pi)"
    )
    first, second = split(script)
    assert first.body == "assert f(1) == LIMIT"
    assert "import math" in first.setup
    assert "def near" in second.setup


def test_test_functions_are_cases_and_their_calls_are_dropped() -> None:
    script = (
        "def test_a():\n    assert f(1) == 1\n\ndef test_b():\n    assert f(2) == 2\n\n"
        "if __name__ == '__main__':\n    test_a()\n    test_b()\n    print('ok')"
    )
    assert [case.body.splitlines()[0] for case in split(script)] == ["def test_a():", "def test_b():"]


def test_statements_that_build_on_each_other_stay_together() -> None:
    script = "box = Box()\nbox.put(1)\nassert box.take() == 1\nassert box.take() is None"
    assert split(script) == [Case(script)]


def test_a_test_class_stays_whole() -> None:
    script = (
        "from unittest import TestCase\n\nclass T(TestCase):\n    def test(self):\n        assert f(1) == 2"
    )
    assert split(script) == [Case(script)]


def test_a_script_that_checks_nothing_has_no_cases() -> None:
    assert split("print(f(1))") == []
    assert split("not python at all") == []


def test_dialogues_are_read_from_json() -> None:
    rows = [{"input": "1\n", "output": "2\n"}, {"input": "", "output": ""}]
    cases = cases_in(fenced(json.dumps(rows), "json"))
    assert [case.tests for case in cases] == [[rows[0]], [rows[1]]]
    assert join([*cases, cases[0]]) == rows


def test_joining_keeps_each_case_once_and_names_apart() -> None:
    one = split("def test_edge():\n    assert f(0) == 0\nassert f(1) == 1")
    other = split("def test_edge():\n    assert f(-1) == 0\nassert f(1) == 1")
    same = split("def test_other_name():\n    assert f(0) == 0")
    text = str(join([*one, *other, *same]))
    assert text.count("assert f(1) == 1") == 1
    assert text.count("assert f(0) == 0") == 1
    assert "def test_edge_2():\n    assert f(-1) == 0" in text


def test_cases_whose_helpers_or_classes_contradict_others_are_left_out() -> None:
    one = split("def near(a, b):\n    return a == b\n\nassert near(f(1), 1)\nassert f(3) == 3")
    other = split("def near(a, b):\n    return True\n\nassert near(f(2), 5)")
    assert consistent([*one, *other, *one]) == [0, 1, 3, 4]
    classes = [Case(f"class T(TestCase):\n    def test(self):\n        assert f({n}) == {n}") for n in (1, 2)]
    assert consistent(classes) == [0]


def test_replies_that_hold_no_tests_are_set_aside_with_a_reason() -> None:
    replies = [
        ("I'm sorry, no.", "stop"),
        ("Test the edges.", "stop"),
        (fenced("assert f( == 1"), "stop"),
        (fenced("assert f(1) == 1"), "length"),
    ]
    read = read_suites(replies)
    assert read.cases == ()
    assert [defect.reason for defect in read.defects] == ["refusal", "no_tests", "broken_tests", "truncated"]


def test_the_more_frequent_kind_of_tests_is_kept() -> None:
    talking = fenced('[{"input": "", "output": "1"}]', "json")
    calling = fenced("assert f(1) == 1")
    read = read_suites([(talking, "stop"), (calling, "stop"), (fenced("assert f(2) == 2"), "stop")])
    assert read.suites == (1, 2)
    assert read.names == ("f",)


@given(st.text(max_size=300))
def test_any_reply_can_be_read(text: str) -> None:
    read = read_suites(
        [(text, "stop"), (f"```python\n{text}\n```", "stop"), (f"```json\n[{text}]\n```", "stop")]
    )
    assert len(read.cases) == len(read.suites)
    assert isinstance(join(read.cases), str | list)
