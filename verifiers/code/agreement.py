"""Which solutions and tests to believe where none is known to be right: they must agree in numbers.

CodeT (Chen et al., arXiv 2207.10397): solutions that pass the same tests stand together; a group
counts as many points as it has solutions times the tests they pass. A right solution is easily
written twice, a wrong one rarely wrong in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evol.types import Json
from evol.verifiers.code.formats import read_tests
from evol.verifiers.code.verify import CodeVerifier


@dataclass(frozen=True, slots=True)
class Agreement:
    """The largest agreeing group: positions of its solutions and of the tests that all of them pass."""

    solutions: tuple[int, ...]
    tests: tuple[int, ...]
    score: int
    runner_up: int = 0

    def to_json(self) -> dict[str, Json]:
        """Return the group as evidence."""
        return {
            "solutions": list(self.solutions),
            "tests": list(self.tests),
            "score": self.score,
            "runner_up": self.runner_up,
        }


def largest_agreement(passes: Sequence[Sequence[bool]]) -> Agreement:
    """Return the group with the highest score in a matrix of solutions by tests.

    Ties go to the group of more solutions, then to the one that comes first. A matrix in which
    nothing passes has an empty group of score 0.
    """
    groups: dict[tuple[int, ...], list[int]] = {}
    for i, row in enumerate(passes):
        groups.setdefault(tuple(j for j, passed in enumerate(row) if passed), []).append(i)
    ranked = sorted(groups.items(), key=lambda g: (-len(g[0]) * len(g[1]), -len(g[1]), g[1][0]))
    scores = [len(tests) * len(solutions) for tests, solutions in ranked]
    if not scores or not scores[0]:
        return Agreement((), (), 0)
    tests, solutions = ranked[0]
    return Agreement(tuple(solutions), tests, scores[0], scores[1] if len(scores) > 1 else 0)


def pass_matrix(
    verifier: CodeVerifier, solutions: Sequence[str], tests: Sequence[str], entry_point: str | None = None
) -> list[list[bool]]:
    """Return which solution passes which test, each pair run by itself; equal solutions are run once."""
    suites = [read_tests(test, entry_point=entry_point) for test in tests]
    rows = {s: [verifier.verify(s, suite).accepted for suite in suites] for s in dict.fromkeys(solutions)}
    return [rows[s] for s in solutions]


def agree(
    verifier: CodeVerifier, solutions: Sequence[str], tests: Sequence[str], entry_point: str | None = None
) -> Agreement:
    """Return the largest agreeing group among solutions and tests that nobody has checked."""
    return largest_agreement(pass_matrix(verifier, solutions, tests, entry_point))
