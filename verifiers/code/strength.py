"""How much a test suite is worth: what it says to wrong programs.

A suite that a program doing nothing passes says nothing about any other; its acceptance is
taken back as `weak_tests`. The share of mutants that it refuses is recorded beside the verdict.
Mutants that nobody can tell from the original are among those that survive, so a share below one
is a figure to compare suites by, not a proof of weakness; see `mutants`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from evol.types import Json, Outcome, Verdict
from evol.verifiers.code.mutants import Mutant, mutants, stubs
from evol.verifiers.code.scripts import assemble
from evol.verifiers.code.suite import Suite
from evol.verifiers.code.verify import NAME, CodeVerifier
from evol.verifiers.sandbox import Limits

MUTANTS = 20
SURVIVORS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Strength:
    """What a suite let pass: stubs, and mutants of a solution; `undecided` runs count for nothing."""

    stubs_passed: tuple[str, ...]
    killed: int
    survived: tuple[str, ...]
    undecided: int = 0

    @property
    def share(self) -> float | None:
        """The share of mutants killed, or None where there were none."""
        total = self.killed + len(self.survived)
        return self.killed / total if total else None

    def to_json(self) -> dict[str, Json]:
        """Return the figures as evidence."""
        return {
            "stubs_passed": list(self.stubs_passed),
            "mutants": self.killed + len(self.survived),
            "killed": self.killed,
            "share_killed": None if self.share is None else round(self.share, 3),
            "survived": list(self.survived[:SURVIVORS_SHOWN]),
        }


def measure_strength(
    verifier: CodeVerifier, solution: str, suite: Suite, *, limit: int = MUTANTS, limits: Limits | None = None
) -> Strength:
    """Run a suite on stubs and on at most `limit` mutants of a solution that passes it."""
    program = assemble(solution, suite.prompt, suite.entry_points)
    bare = replace(suite, prompt="")
    hollow = [s for s in stubs(program, suite.entry_points) if s.source.strip() != program.strip()]
    stub_outcomes = _outcomes(verifier, hollow, bare, limits)
    outcomes = _outcomes(verifier, mutants(program, suite.entry_points, limit), bare, limits)
    return Strength(
        tuple(m.change for m, o in stub_outcomes if o is Outcome.ACCEPT),
        sum(o is Outcome.REJECT for _, o in outcomes),
        tuple(m.change for m, o in outcomes if o is Outcome.ACCEPT),
        sum(o is Outcome.UNDECIDED for _, o in outcomes),
    )


def passing_stub(verifier: CodeVerifier, solution: str, suite: Suite) -> str | None:
    """Return what a stub that passes the suite does, or None where the suite refuses all of them."""
    program = assemble(solution, suite.prompt, suite.entry_points)
    bare = replace(suite, prompt="")
    for stub in stubs(program, suite.entry_points):
        if stub.source.strip() != program.strip():
            [(_, outcome)] = _outcomes(verifier, [stub], bare, None)
            if outcome is Outcome.ACCEPT:
                return stub.change
    return None


def _outcomes(
    verifier: CodeVerifier, programs: list[Mutant], suite: Suite, limits: Limits | None
) -> list[tuple[Mutant, Outcome]]:
    brief = limits or replace(verifier.limits, cpu_s=min(1.0, verifier.limits.cpu_s))
    return [(m, verifier.verify(m.source, suite, brief).outcome) for m in programs]


def verify_with_strength(
    verifier: CodeVerifier, solution: str, suite: Suite | None, *, limit: int = MUTANTS, least: float = 0.0
) -> Verdict:
    """Verify a solution and, where it passes, its tests.

    Rejects with `weak_tests` where a stub passes them too, or where they kill a smaller share of
    mutants than `least`; otherwise the verdict is the verifier's, with the figures as evidence.
    """
    verdict = verifier.verify(solution, suite)
    if not verdict.accepted or suite is None:
        return verdict
    strength = measure_strength(verifier, solution, suite, limit=limit)
    evidence: dict[str, Json] = {**verdict.evidence, "strength": strength.to_json()}
    if strength.stubs_passed:
        message = f"A program that only {strength.stubs_passed[0]} passes these tests too."
        return Verdict.reject(NAME, "weak_tests", message, **evidence)
    if strength.share is not None and strength.share < least:
        message = f"The tests refuse {strength.share:.0%} of the wrong programs, fewer than {least:.0%}."
        return Verdict.reject(NAME, "weak_tests", message, **evidence)
    return replace(verdict, evidence=evidence)
