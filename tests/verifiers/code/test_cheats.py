"""Programs that try to be accepted without solving their task; one test each."""

import tomllib
from pathlib import Path

import pytest

from evol.verifiers.code.formats import read_tests

PROGRAMS = tomllib.loads((Path(__file__).parent / "cheats.toml").read_text(encoding="utf-8"))
SUITES = {name: read_tests(**task) for name, task in PROGRAMS["task"].items()}


@pytest.mark.parametrize("name", PROGRAMS["cheat"])
def test_is_not_accepted(name, verifier):
    cheat = PROGRAMS["cheat"][name]
    verdict = verifier.verify(cheat["source"], SUITES[cheat["task"]])
    assert verdict.outcome == "reject", verdict
    assert verdict.reason not in ("syntax_error", "no_tests")


@pytest.mark.parametrize("name", PROGRAMS["honest"])
def test_the_same_tasks_solved_are_accepted(name, verifier):
    program = PROGRAMS["honest"][name]
    verdict = verifier.verify(program["source"], SUITES[program["task"]])
    assert verdict.accepted, verdict
