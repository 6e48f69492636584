"""Failed tests that speak against the agreeing solutions, and those that other suites refute."""

from __future__ import annotations

import pytest

from evol.domains.code.cases import Case
from evol.domains.code.objections import standing

RAISES = "def test_r():\n    try:\n        f(-1)\n    except ValueError:\n        return\n    assert False"


def stands(failed: str, *passed: str, failed_too: tuple[str, ...] = ()) -> bool:
    """Whether a failed case stands, each case of a suite of its own."""
    bodies = [failed, *failed_too, *passed]
    known = range(1 + len(failed_too), len(bodies))
    return 0 in standing([Case(body) for body in bodies], range(len(bodies)), known, ["f"])


@pytest.mark.parametrize(
    ("failed", "passed"),
    [
        ("assert f(1) == 3", "assert f(1) == 2"),
        ("assert f(1) == 3", "assert 2 == f(1)"),
        ("assert f(-1) == None", RAISES),
        ("assert abs(f(1) - 0.5) < 1e-6", "assert abs(f(1) - 0.25) < 1e-6"),
    ],
)
def test_another_suite_s_word_on_the_same_call_refutes(failed: str, passed: str) -> None:
    assert not stands(failed, passed)


@pytest.mark.parametrize(
    ("failed", "passed"),
    [
        ("assert f(1) == 3", "assert f(2) == 2"),
        ("assert f(1) == 3", "assert f(1) is not None"),
        ("assert f(1) == 3", "assert f(1) < 5"),
        ("assert f(1) == f(2)", "assert f(1) == 2"),
        ("for n in (1, 2):\n    assert f(n) == 3", "assert f(1) == 2"),
    ],
)
def test_what_does_not_pin_the_same_call_does_not(failed: str, passed: str) -> None:
    assert stands(failed, passed)


def test_suites_with_the_same_word_are_refuted_by_as_many() -> None:
    wrong, right = "assert f(1) == 3", "assert f(1) == 2"
    assert stands(wrong, right, failed_too=(wrong,))
    assert not stands(wrong, right, right, failed_too=(wrong,))
    assert not stands(wrong, right, failed_too=("assert f(1) == 4",))


def test_a_suite_does_not_refute_itself() -> None:
    cases = [Case("assert f(1) == 3"), Case("assert f(1) == 2")]
    assert standing(cases, [0, 0], [1], ["f"]) == {0}


def test_dialogues_are_calls_too() -> None:
    cases = [Case(dialogue=("1\n", "3\n")), Case(dialogue=("1\n", "2\n"))]
    assert standing(cases, [0, 1], [1], []) == set()
