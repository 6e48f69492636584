"""The code pack's own seeds: enough, varied, each right by its own tests, and each test worth something."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from evol.domains._rules import instruction_verdict
from evol.domains.code import trying
from evol.domains.code.feasible import language_asked, stays_inside
from evol.domains.code.replies import read_solution
from evol.pack import load_pack
from evol.types import Outcome
from evol.verifiers.workers import WorkerPool

PACK = load_pack("code")
SEEDS = [json.loads(line) for line in PACK.seeds.read_text(encoding="utf-8").splitlines()]
TOPICS = {
    "strings", "collections", "numbers", "algorithms", "data structures", "parsing", "dates",
    "simulation", "classes", "stdin and stdout",
}  # fmt: skip


def test_there_are_enough_of_every_topic() -> None:
    assert len(SEEDS) >= 80
    topics = Counter(seed["topic"] for seed in SEEDS)
    assert set(topics) == TOPICS
    assert min(topics.values()) >= 8


def test_no_two_are_alike() -> None:
    assert len({seed["id"] for seed in SEEDS}) == len(SEEDS)
    assert len({seed["instruction"].casefold() for seed in SEEDS}) == len(SEEDS)


def check(workers: WorkerPool, seed: dict[str, Any]) -> str:
    """Return what is wrong with a seed, as a sentence."""
    found = read_solution(seed["response"], "stop")
    if found.defect is not None:
        return found.defect.message
    verdict = workers.run(trying.try_program, found.source, seed["tests"])
    if not verdict.accepted:
        return verdict.message
    stubs, mutants = workers.run(trying.wrong_versions, found.source, seed["tests"], "", 9)
    stub = workers.run(trying.passing_stub, found.source, seed["tests"])
    if stub is not None or not stubs:
        return f"a stub passes: {stub}"
    outcomes: list[Outcome] = []
    for at in range(0, len(mutants), trying.AT_ONCE):
        lot = mutants[at : at + trying.AT_ONCE]
        outcomes += workers.run(trying.try_mutants, lot, seed["tests"], "", 0.0)
    # An endless mutant that a busy machine starves is undecided.
    killed, judged = outcomes.count(Outcome.REJECT), len(outcomes) - outcomes.count(Outcome.UNDECIDED)
    return "" if not outcomes or killed >= 0.6 * judged > 0 else f"only {killed} of {judged} mutants die"


def test_each_is_right_and_its_tests_refuse_wrong_programs(workers: WorkerPool) -> None:
    with ThreadPoolExecutor(workers.workers) as threads:
        problems = threads.map(lambda seed: check(workers, seed), SEEDS)
        assert {s["id"]: problem for s, problem in zip(SEEDS, problems, strict=True) if problem} == {}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed["id"])
def test_each_is_sound(seed: dict[str, str]) -> None:
    assert instruction_verdict(seed["instruction"], None).accepted
    assert stays_inside(seed["instruction"]).accepted
    assert language_asked(seed["instruction"]) is None
    assert seed.get("entry_point", "") in seed["instruction"]
