"""The math pack's own seeds: enough, varied, and each consistent with its answer and its steps."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from evol.domains._rules import instruction_verdict
from evol.domains.math.judging import own_answer
from evol.domains.math.well_posed import one_question
from evol.pack import load_pack
from evol.verifiers.math.steps import check_steps

PACK = load_pack("math")
SEEDS = [json.loads(line) for line in PACK.seeds.read_text(encoding="utf-8").splitlines()]
TOPICS = {"arithmetic", "algebra", "geometry", "counting", "probability", "number theory", "rates"}


def test_there_are_enough_of_every_topic() -> None:
    assert len(SEEDS) >= 100
    topics = Counter(seed["topic"] for seed in SEEDS)
    assert set(topics) == TOPICS
    assert min(topics.values()) >= 12


def test_no_two_are_alike() -> None:
    assert len({seed["id"] for seed in SEEDS}) == len(SEEDS)
    assert len({seed["instruction"].casefold() for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed["id"])
def test_each_is_sound(seed: dict[str, str]) -> None:
    assert instruction_verdict(seed["instruction"], None).accepted
    assert one_question(seed["instruction"]).accepted
    assert own_answer(seed["response"], seed["answer"]).accepted
    steps = check_steps(seed["response"])
    assert steps.reason in ("all_steps_hold", "no_steps"), steps.evidence


def test_most_solutions_have_steps_that_can_be_checked() -> None:
    checked = sum(check_steps(seed["response"]).reason == "all_steps_hold" for seed in SEEDS)
    assert checked >= 0.9 * len(SEEDS)
