"""Verdicts of the code verifier in every form of tests, with the reason and the first failing case."""

import asyncio
import gzip
import json
import threading
from pathlib import Path

import pytest

from evol.verifiers.code.formats import read_tests, suite_of
from evol.verifiers.code.suite import Suite
from evol.verifiers.sandbox import Limits

DATA = Path(__file__).parents[3] / "../shared/data"
ADD = read_tests(["assert add(1, 2) == 3", "assert add(2, 2) == 4", "assert add(0, 0) == 0"])
LOOP = read_tests("i = 0\nwhile i < 3:\n    assert add(i, i) == 2 * i\n    i += 1")
RIGHT = "def add(a, b):\n    return a + b"

FORMS = {
    "io": (ADD, RIGHT),
    "judge": (LOOP, RIGHT),
    "stdio": (read_tests([{"input": "1 2\n", "output": "3"}]), "print(sum(map(int, input().split())))"),
    "doctest": (
        read_tests(">>> add(1, 2)\n3\n>>> add('', 1)\nTraceback (most recent call last):\nTypeError: c..."),
        RIGHT,
    ),
    "pairs": (read_tests([{"input": [1, 2], "output": 3}], entry_point="add"), RIGHT),
    "tuples": (
        read_tests([{"input": [1], "output": [1, [2]]}], entry_point="f"),
        "def f(x): return (x, (2,))",
    ),
    "class": (
        read_tests([{"input": [1, 2], "output": 3}], entry_point="add"),
        "class Solution:\n    def add(self, a, b): return a + b",
    ),
    "unittest": (
        read_tests(
            "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): assert add(1, 2) == 3"
        ),
        RIGHT,
    ),
    "functions": (
        read_tests("def test_a():\n    assert add(1, 2) == 3\ndef test_b():\n    assert add(2, 2) == 4"),
        RIGHT,
    ),
    "humaneval": (
        read_tests(
            "def check(candidate):\n    assert candidate(1, 2) == 3",
            entry_point="add",
            prompt="def add(a, b):\n    '''Add.'''\n",
        ),
        "    return a + b",
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_right_program_passes_in_every_form(form, verifier):
    suite, source = FORMS[form]
    verdict = verifier.verify(source, suite)
    assert (verdict.outcome, verdict.reason) == ("accept", "tests_passed"), verdict
    assert verdict.evidence["tests"] == verdict.evidence["passed"] > 0


REJECTED = {
    "tests_failed": "def add(a, b): return a - b",
    "timeout": "def add(a, b):\n    while True: pass",
    "memory": "def add(a, b): return len('x' * 10 ** 10)",
    "crashed": "import os\ndef add(a, b): os._exit(1)",
    "forbidden": "def add(a, b): return len(open('/etc/passwd').read())",
    "syntax_error": "def add(a, b:",
}


@pytest.mark.parametrize("reason", REJECTED)
@pytest.mark.parametrize("suite", [ADD, LOOP, read_tests(">>> add(1, 2)\n3")], ids=["io", "judge", "doctest"])
def test_each_reason_has_its_program(reason, suite, verifier):
    verdict = verifier.verify(REJECTED[reason], suite)
    assert (verdict.outcome, verdict.reason) == ("reject", reason), verdict


@pytest.mark.parametrize("suite", [ADD, FORMS["stdio"][0]], ids=["io", "stdio"])
def test_too_much_output_has_a_reason_too(suite, verifier):
    assert (
        verifier.verify("print('x' * 9_000_000)\ndef add(a, b): return 'x' * 9_000_000", suite).reason
        == "output_limit"
    )


TOO_MUCH = {
    "list": ("return [0] * 2_000_000", "output_limit"),
    "text": ("return 'x' * (100 << 20)", "memory"),
    "printed": ("while True: print('x' * 100_000)", "timeout"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
@pytest.mark.parametrize("suite", [ADD, LOOP], ids=["io", "judge"])
def test_too_much_to_return_or_to_keep_is_no_crash(name, suite, verifier):
    body, reason = TOO_MUCH[name]
    verdict = verifier.verify(f"def add(a, b):\n    {body}", suite)
    assert verdict.reason == reason, verdict


def test_the_first_failing_test_is_told_with_both_values(verifier):
    verdict = verifier.verify("def add(a, b): return 3", ADD)
    assert verdict.evidence["first_failure"] == {"test": "assert add(2, 2) == 4", "got": "3", "expected": "4"}
    assert verdict.evidence["passed"] == 1
    assert "assert add(2, 2) == 4: got 3, expected 4" in verdict.message


def test_what_a_call_raised_is_told(verifier):
    verdict = verifier.verify("def add(a, b): return a / 0", ADD)
    assert verdict.evidence["first_failure"]["raised"] == "ZeroDivisionError: division by zero"


def test_the_evidence_says_what_it_cost_and_behind_which_wall(verifier, sandbox):
    evidence = verifier.verify(RIGHT, ADD).evidence
    assert evidence["level"] == str(sandbox.level)
    assert evidence["route"] == "io"
    assert 0 < evidence["cpu_s"] < 1
    assert evidence["wall_s"] > 0
    assert 1 < evidence["peak_mb"] < 256
    json.dumps(dict(evidence))


def test_a_missing_function_fails_the_tests(verifier):
    assert verifier.verify("def other(): pass", ADD).reason == "tests_failed"
    assert verifier.verify("def other(): pass", LOOP).reason == "tests_failed"


@pytest.mark.parametrize("tests", ["x = 1", "def check(c):\n    pass\ncheck(add)", "assert True"])
def test_tests_that_check_nothing_are_no_tests(tests, verifier):
    assert verifier.verify(RIGHT, read_tests(tests, entry_point="add")).reason == "no_tests"


def test_no_suite_is_no_tests(verifier):
    assert verifier.verify(RIGHT, None).reason == "no_tests"


@pytest.mark.parametrize("tests", ["import nowhere\nwhile add(1, 2) != 3:\n    assert False", "assert add(1"])
def test_tests_that_do_not_work_say_nothing_about_the_program(tests, verifier):
    verdict = verifier.verify(RIGHT, read_tests(tests, entry_point="add"))
    assert (verdict.outcome, verdict.reason) == ("undecided", "broken_tests")


def test_changes_in_place_are_seen(verifier):
    suite = read_tests("xs = [3, 1, 2]\nassert order(xs) is None\nassert xs == [1, 2, 3]")
    assert verifier.verify("def order(xs): xs.sort()", suite).accepted
    assert not verifier.verify("def order(xs): sorted(xs)", suite).accepted


def test_objects_compared_with_one_another_go_to_the_judge(verifier):
    source = (
        "import dataclasses\n@dataclasses.dataclass(order=True)\nclass V:\n    n: int\n"
        "def parse(s): return V(int(s))"
    )
    suite = read_tests(["assert parse('2') < parse('10')", "assert parse('2') == parse('02')"])
    assert verifier.verify(source, suite).accepted
    assert verifier.verify(source.replace("int(s)", "-int(s)"), suite).reason == "tests_failed"


def test_limits_may_be_given_for_one_run(verifier):
    slow = "def add(a, b):\n    for _ in range(10 ** 9): pass"
    verdict = verifier.verify(slow, ADD, Limits(cpu_s=1, wall_s=5))
    assert verdict.reason == "timeout"
    assert verdict.evidence["cpu_s"] < 3


def test_works_from_threads_and_from_asyncio(verifier):
    found = []
    threads = [threading.Thread(target=lambda: found.append(verifier.verify(RIGHT, ADD))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    async def all_at_once():
        return await asyncio.gather(*(verifier.averify(RIGHT, ADD) for _ in range(6)))

    assert all(v.accepted for v in found + asyncio.run(all_at_once()))
    assert len(found) == 6


def test_a_byte_order_mark_is_no_part_of_the_program(verifier):
    assert verifier.verify("\ufeff" + RIGHT, ADD).accepted


@pytest.mark.parametrize(
    "source", ["", "\x00", "\ud800 = 1", "(" * 5000, "x" * 2_000_000, "def add(a, b): return 'a' * \ud800"]
)
def test_what_is_no_program_is_rejected(source, verifier):
    assert verifier.verify(source, ADD).outcome == "reject"


DEEP = "[" * 160 + "]" * 160
LONG = "+".join(["1"] * 900)


def test_tests_too_deep_or_long_to_be_read_blame_no_program(verifier):
    long = read_tests([f"assert f(1) == {LONG}"])
    assert verifier.verify("def f(x): return 900", long).outcome != "reject"
    assert verifier.verify("def f(x): return 901", long).outcome != "accept"
    pairs = read_tests([{"input": [json.loads(DEEP)], "output": 1}], entry_point="f")
    assert verifier.verify("def f(x): return 1", pairs).reason == "broken_tests"


@pytest.mark.parametrize(
    "tests",
    [
        f"assert f({DEEP}) == 1",
        f"assert f(1) == {DEEP}",
        "x = []\nfor _ in range(170):\n    x = [x]\nassert f(x) == 1",
    ],
)
def test_tests_too_deep_for_the_wall_are_broken(verifier, tests):
    assert verifier.verify("def f(x): return 1", read_tests(tests)).reason == "broken_tests"


def test_tests_may_rename_what_they_import_of_the_program(verifier):
    literal = read_tests("from solution import add as plus\nassert plus(1, 2) == 3", entry_point="add")
    verdict = verifier.verify(RIGHT, literal)
    assert (verdict.reason, verdict.evidence["route"]) == ("tests_passed", "io")
    loop = read_tests(
        "from solution import add as plus\nfor i in (1, 2):\n    if i:\n        assert plus(i, i) == 2 * i"
    )
    assert verifier.verify(RIGHT, loop).accepted
    assert verifier.verify("def add(a, b): return a", loop).reason == "tests_failed"


def test_an_empty_suite_is_no_tests(verifier):
    assert verifier.verify(RIGHT, Suite("script", ("add",), script="")).reason == "no_tests"


@pytest.mark.skipif(not DATA.exists(), reason="shared/data is not on this machine")
def test_every_humaneval_solution_passes(verifier):
    with gzip.open(DATA / "HumanEval.jsonl.gz") as file:
        rows = [json.loads(line) for line in file]
    verdicts = {r["task_id"]: verifier.verify(r["canonical_solution"], suite_of(r)) for r in rows}
    assert {k: v.message for k, v in verdicts.items() if not v.accepted} == {}
    routes = [v.evidence["route"] for v in verdicts.values()]
    assert routes.count("io") >= 146


@pytest.mark.skipif(not DATA.exists(), reason="shared/data is not on this machine")
def test_wrong_humaneval_solutions_fail(verifier):
    with gzip.open(DATA / "HumanEval.jsonl.gz") as file:
        rows = [json.loads(line) for line in file][::5]
    for row in rows:
        verdict = verifier.verify("    return None\n", suite_of(row))
        assert verdict.reason == "tests_failed", (row["task_id"], verdict)
