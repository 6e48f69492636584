"""A row of somebody's code data, judged by the code pack: right, wrong, lacking, cheating."""

import json

import pytest

from evol.domains.code.verify import judge_row
from evol.errors import SandboxUnavailable

PROGRAM = "def add(a, b):\n    return a + b"
REPLY = f"Here:\n```python\n{PROGRAM}\n```"
TESTS = ["assert add(1, 2) == 3", "assert add(0, 1) == 1"]
ROWS = [
    {"code": PROGRAM, "test_list": TESTS},
    {"solution": f"```python\n{PROGRAM}\n```", "tests": "\n".join(TESTS)},
    {"response": REPLY, "tests": TESTS},
    {"completion": REPLY, "tests": json.dumps({"inputs": [[1, 2]], "outputs": [3], "fn_name": "add"})},
    {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": REPLY}], "tests": TESTS},
    {
        "prompt": "def add(a, b):\n    '''Add.'''\n",
        "canonical_solution": "    return a + b",
        "test": "def check(c):\n    assert c(1, 2) == 3",
        "entry_point": "add",
    },
]


@pytest.fixture(autouse=True)
def _with_a_wall():
    try:
        judge_row(ROWS[0])
    except SandboxUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_with_a_right_program_is_accepted(row):
    verdict = judge_row(row)
    assert (verdict.verifier, verdict.reason) == ("code", "tests_passed"), verdict


def test_the_evidence_has_the_audit_label():
    assert judge_row(ROWS[0]).evidence["subset"] == "in_subset"
    verdict = judge_row({"code": f"import sys\n{PROGRAM}", "tests": TESTS})
    assert verdict.accepted
    assert verdict.evidence["out_of_subset"] == ["import of sys is not allowed"]


def test_a_row_with_a_wrong_program_is_rejected():
    assert judge_row({"code": "def add(a, b): return 0", "tests": TESTS}).reason == "tests_failed"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"code": PROGRAM}, "no_tests"),
        ({"tests": TESTS}, "no_code"),
        ({"response": "No.", "tests": TESTS}, "no_code"),
        ({}, "no_tests"),
    ],
)
def test_a_row_that_lacks_something_says_what(row, reason):
    assert judge_row(row).reason == reason
