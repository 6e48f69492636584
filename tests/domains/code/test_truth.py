"""What the procedural teacher calls a wrong row: told by running it, not by which replies erred."""

from __future__ import annotations

import pytest

from evol.domains.code.procedural.task import RAISES, Call, Task
from evol.domains.code.procedural.truth import mistake_in
from evol.types import Json, Sample

RIGHT = "def total(xs):\n    if not xs:\n        raise ValueError\n    return sum(x for x in xs if x > 0)"
OTHER = (
    "def total(xs):\n    if len(xs) == 0:\n        raise ValueError\n    return sum(max(x, 0) for x in xs)"
)
CALLS = (Call("([1, 2],)", "3"), Call("([-1, 4],)", "4"), Call("([9],)", "9"), Call("([],)", RAISES))
TASK = Task("Write `total(xs)`.", RIGHT, "total", ("xs",), CALLS)
TESTS = "assert total([1, 2]) == 3\nassert total([-5]) == 0"


def row(program: str, tests: Json = TESTS, *, error: str = "") -> Sample:
    truth: dict[str, Json] = {"task": TASK.to_json(), **({"error": error} if error else {})}
    return Sample("x", "code", TASK.text, f"```python\n{program}\n```", program, tests, truth=truth)


@pytest.mark.parametrize("program", [RIGHT, OTHER])
def test_a_right_program_with_right_tests_is_right(program: str) -> None:
    assert mistake_in(row(program)) == ""


def test_a_dropped_row_is_judged_by_the_program_in_its_response() -> None:
    assert mistake_in(row(OTHER, None).with_(answer=None)) == ""
    assert mistake_in(row(OTHER, None).with_(answer=None, response="I cannot.")) == "wrong_program"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("def total(xs):\n    return sum(x for x in xs if x > 0)", "it does not refuse an empty list"),
        (RIGHT.replace("x > 0", "x > 1"), "known calls differ"),
        ("def total(xs):\n    known = {'[1, 2]': 3, '[-1, 4]': 4, '[9]': 9}\n"
         "    if not xs:\n        raise ValueError\n    return known.get(repr(xs), 0)",
         "it knows the calls by heart"),
        ("import os\n\ndef total(xs):\n    os._exit(0)", "it leaves before it returns"),
    ],
)  # fmt: skip
def test_a_wrong_program_is_found(wrong: str, why: str) -> None:
    assert mistake_in(row(wrong)) == "wrong_program", why


def test_wrong_tests_are_found_by_the_reference() -> None:
    assert mistake_in(row(RIGHT, "assert total([1, 2]) == 2")) == "wrong_tests"


def test_a_spoilt_instruction_is_wrong_whatever_was_written_for_it() -> None:
    assert mistake_in(row(RIGHT, error="unchanged")) == "evolve: unchanged"


def test_a_seed_is_right_as_it_is() -> None:
    assert mistake_in(Sample("s", "code", "Add numbers.", "def add(): ...", tests="assert add()")) == ""
