"""Real labelled pairs, where they are at hand: no false accept, and the accuracy that is claimed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evol.types import Outcome
from evol.verifiers.math import LENIENT, STRICT, Profile, compare, verify

DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "math_pairs"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the labelled pairs are not on this machine")


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]


def judged(name: str, profile: Profile) -> list[tuple[bool, bool, Outcome]]:
    """Return (label, accepted, outcome) of each row of a file."""
    found = []
    for row in rows(name):
        verdict = verify(
            row["gold"], row.get("text") or row["prediction"], profile=profile, last_resort=False
        )
        found.append((row["label"], verdict.accepted, verdict.outcome))
    return found


@pytest.mark.parametrize("profile", [STRICT, LENIENT], ids=lambda profile: profile.name)
def test_model_solutions_are_judged_without_an_error(profile: Profile) -> None:
    assert all(label == accepted for label, accepted, _ in judged("gsm8k_openai_model_solutions", profile))


@pytest.mark.parametrize("profile", [STRICT, LENIENT], ids=lambda profile: profile.name)
def test_no_near_miss_is_accepted_and_few_are_left_open(profile: Profile) -> None:
    found = judged("built_nearmiss", profile)
    assert not any(accepted for _, accepted, _ in found)
    assert sum(outcome is Outcome.UNDECIDED for _, _, outcome in found) <= 0.01 * len(found)


def test_hard_right_answers_are_accepted_and_no_wrong_one() -> None:
    found = judged("hardverify_math", LENIENT)
    assert not any(accepted and not label for label, accepted, _ in found)
    assert sum(label == accepted for label, accepted, _ in found) >= 0.91 * len(found)


def test_swapping_two_bare_answers_never_matters() -> None:
    for name in ("hardverify_math", "edge_mario_tests", "edge_mathverify_tests"):
        for row in rows(name):
            one, other = row["gold"], row["prediction"]
            swapped = compare(other, one, profile=LENIENT, last_resort=False)
            assert compare(one, other, profile=LENIENT, last_resort=False).outcome is swapped.outcome
