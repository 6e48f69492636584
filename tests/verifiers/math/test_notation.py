r"""Families of notation: variants of one answer that are equal, near misses that never are.

The tables `notation_equal.txt` and `notation_different.txt` hold one pair `one | other` a line, judged in
both orders under the lenient profile, in which all rules of notation and all its conventions hold.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evol.verifiers.math import LENIENT, STRICT, compare


def pairs(name: str) -> list[tuple[str, str]]:
    """Return the pairs of a table; a line that begins with `# ` names a family."""
    table = (Path(__file__).parent / f"notation_{name}.txt").read_text()
    lines = (line for line in table.strip().splitlines() if line and not line.startswith("# "))
    return [(one, other) for one, _, other in (line.rpartition(" | ") for line in lines)]


@pytest.mark.parametrize(("one", "other"), pairs("equal"))
def test_variants_of_one_answer_are_equal(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        verdict = compare(a, b, profile=LENIENT, last_resort=False)
        assert verdict.accepted, verdict.reason


@pytest.mark.parametrize(("one", "other"), pairs("different"))
def test_near_misses_are_never_accepted(one: str, other: str) -> None:
    for profile in (STRICT, LENIENT):
        for a, b in ((one, other), (other, one)):
            verdict = compare(a, b, profile=profile, last_resort=False)
            assert not verdict.accepted, verdict.reason
