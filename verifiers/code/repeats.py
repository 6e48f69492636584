"""Whether a verdict stands when it is asked for again.

A program that draws random numbers, reads the clock or works at the edge of its limits may pass
once and fail once. Timeouts are counted apart: a loaded machine causes them, not the program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from evol.verifiers.code.suite import Suite
from evol.verifiers.code.verify import CodeVerifier

APART = frozenset(("timeout", "starved", "sandbox_lost"))


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often each reason was given."""

    reasons: Mapping[str, int]

    @property
    def timeouts(self) -> int:
        """Runs that ended in a timeout, were starved or lost."""
        return sum(n for reason, n in self.reasons.items() if reason in APART)

    @property
    def flaky(self) -> bool:
        """Whether the runs that came to an end disagree."""
        return len(self.reasons.keys() - APART) > 1


def repeat(verifier: CodeVerifier, solution: str, suite: Suite, times: int = 5) -> Repeats:
    """Verify a solution several times and return the reasons given."""
    return Repeats(Counter(verifier.verify(solution, suite).reason for _ in range(times)))
