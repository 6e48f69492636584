"""The forms in which data sets hold tests, each read as a suite."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.code.formats import read_tests, suite_of
from evol.verifiers.code.scripts import assemble
from evol.verifiers.code.suite import Dialogue, Pair

ROWS = {
    "humaneval": {
        "prompt": "def f(x):\n    '''Doc.'''\n",
        "test": "def check(c):\n    assert c(1) == 1\n",
        "entry_point": "f",
    },
    "mbpp": {"test_setup_code": "import math", "test_list": ["assert f(1) == 1", "assert f(2) == 2"]},
    "script": {"tests": "assert f(1) == 1"},
    "unittest": {
        "tests": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): assert f(1) == 1"
    },
    "doctest": {"tests": "Examples:\n>>> f(1)\n1\n"},
    "pairs": {"input_output": json.dumps({"inputs": [[1], [2]], "outputs": [1, 2], "fn_name": "f"})},
    "stdio": {"input_output": {"inputs": ["1\n", "2\n"], "outputs": ["1\n", "2\n"]}},
}


@pytest.mark.parametrize("form", ROWS)
def test_each_form_is_known(form):
    suite = suite_of(ROWS[form])
    assert suite is not None
    assert suite.format == form
    assert suite.entry_points == (() if form in ("stdio", "doctest") else ("f",))


def test_the_check_function_is_called_with_the_entry_point():
    assert suite_of(ROWS["humaneval"]).script.rstrip().endswith("check(f)")


def test_pairs_for_a_function_and_for_a_program():
    pairs = read_tests(
        [{"input": "3\n[1, 2]", "output": [1]}, {"input": [1, 2], "output": 3}], entry_point="f"
    ).pairs
    assert pairs == (Pair((3, [1, 2]), [1]), Pair((1, 2), 3))
    assert read_tests([{"input": "1", "output": "2"}]).dialogues == (Dialogue("1", "2"),)


def test_a_prose_prompt_is_not_code_to_go_on_with():
    suite = suite_of({"prompt": "Write a function f that doubles.", "tests": "assert f(1) == 2"})
    for solution in ("def f(x): return 2 * x", "    return 2 * x", "prose"):
        assert assemble(solution, suite.prompt, suite.entry_points) == solution


@pytest.mark.parametrize(
    "row", [{}, {"tests": ""}, {"tests": None}, {"tests": 3}, {"tests": []}, {"tests": [{"a": 1}]}]
)
def test_a_row_without_tests_has_no_suite(row):
    assert suite_of(row) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["input", "output", "x"]), inner)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["tests", "test", "test_list", "prompt", "entry_point", "setup"]), JSON)
)
def test_reading_never_raises(row):
    suite_of(row)
