"""Programs tried on tests, in a worker process that holds a sandbox of its own.

Where the sandbox lives: one in each worker of the engine's pool, made with its first program.
The engine's process would save a pipe's crossing, but reading, assembling and mutating hostile
text is work that may eat memory or time, and a worker can be killed for it without harm: the loop
never waits, and each worker has an interpreter lock of its own. A worker lives in a session of
its own under a 2 GiB address space, which its zygotes inherit and which is four times what a
program may use. Where the engine is killed, its workers read the end of their pipe, and theirs
their zygotes': nothing is left running, and nothing is on disk.

Each function here is one call of the pool, which ends a call after ten seconds. So a call tries
few programs, and stops before that time is up.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evol.types import Json, Outcome, Verdict
from evol.verifiers.code.formats import read_tests, suite_of
from evol.verifiers.code.mutants import Mutant, mutants, stubs
from evol.verifiers.code.restricted import subset
from evol.verifiers.code.source import defines
from evol.verifiers.code.suite import Suite
from evol.verifiers.code.verify import CodeVerifier
from evol.verifiers.sandbox import Limits, Sandbox

LIMITS: Final = Limits(cpu_s=2.0, wall_s=4.5)
SHORTEST_S: Final = 0.3
LONGEST_S: Final = 2.5
SLOWER: Final = 20
REFUSED_SHOWN: Final = 10
BRIEF: Final = Limits(cpu_s=1.0, wall_s=1.0)
ENOUGH_S: Final = 4.0
AT_ONCE: Final = 3


@functools.cache
def shared_verifier() -> CodeVerifier:
    """Return the process's own verifier; its sandbox starts with the first program."""
    return CodeVerifier(Sandbox(workers=1), LIMITS)


@functools.cache
def probe() -> str:
    """Return the level of the wall here; raises SandboxUnavailable below the floor."""
    with Sandbox(workers=1) as sandbox:
        return str(sandbox.level)


@dataclass(frozen=True, slots=True)
class Tried:
    """How one program did on a list of cases: which it passes, and the verdict on all of them together."""

    passes: tuple[bool, ...]
    verdict: Verdict


def suite_for(tests: Json, prompt: str = "") -> Suite | None:
    """Return a row's tests as a suite; HumanEval's may use what the `prompt` defines."""
    if isinstance(tests, Mapping) and "test" in tests:
        return suite_of({**tests, "prompt": prompt})
    return read_tests(tests)


def entry_points(tests: Json, prompt: str = "") -> tuple[str, ...]:
    """Return the names that tests use of the program."""
    suite = suite_for(tests, prompt)
    return suite.entry_points if suite else ()


def try_program(source: str, tests: Json, prompt: str = "") -> Verdict:
    """Try one program on one suite."""
    return shared_verifier().verify(source, suite_for(tests, prompt))


def try_cases(source: str, cases: Sequence[Json]) -> list[bool]:
    """Return which cases a program passes, each by itself; what no time is left for counts as failed."""
    deadline = time.monotonic() + ENOUGH_S
    return [
        time.monotonic() < deadline and shared_verifier().verify(source, read_tests(case)).accepted
        for case in cases
    ]


def passing_stub(source: str, tests: Json) -> str | None:
    """Return what a stub of the program does that passes these tests, or None where every stub fails."""
    suite = read_tests(tests)
    if suite is None:
        return None
    for stub in stubs(source, suite.entry_points):
        if (
            stub.source.strip() != source.strip()
            and shared_verifier().verify(stub.source, suite, BRIEF).accepted
        ):
            return stub.change
    return None


def wrong_versions(source: str, tests: Json, prompt: str, limit: int) -> tuple[list[Mutant], list[Mutant]]:
    """Return what a suite is to refuse: the stubs of a program, and at most `limit` mutants of it."""
    names = entry_points(tests, prompt)
    hollow = [stub for stub in stubs(source, names) if stub.source.strip() != source.strip()]
    return hollow, mutants(source, names, limit)


def try_mutants(programs: Sequence[Mutant], tests: Json, prompt: str, right_s: float) -> list[Outcome]:
    """Return what a suite makes of each wrong version; at most `AT_ONCE` fit into one call.

    A version may take many times the seconds that the right program takes; one that takes more
    runs without end, as mutants of loops do, and is refused.
    """
    wall = min(LONGEST_S, max(SHORTEST_S, SLOWER * right_s))
    suite, limits = suite_for(tests, prompt), Limits(cpu_s=1.0, wall_s=wall)
    return [shared_verifier().verify(program.source, suite, limits).outcome for program in programs]


def try_again(source: str, tests: Json, prompt: str, times: int) -> list[Verdict]:
    """Try one program several times on one suite; what there is no time for is left out.

    The first verdict also carries the program's audit label: whether it keeps to the tame subset.
    """
    deadline = time.monotonic() + ENOUGH_S
    verdicts = [_labelled(try_program(source, tests, prompt), source)]
    while len(verdicts) < times and time.monotonic() < deadline:
        verdicts.append(try_program(source, tests, prompt))
    return verdicts


def _labelled(verdict: Verdict, source: str) -> Verdict:
    label = subset(source)
    found: dict[str, Json] = {"subset": label.label}
    if label.refused:
        found["out_of_subset"] = list(label.refused[:REFUSED_SHOWN])
    return replace(verdict, evidence={**verdict.evidence, **found})


def parent_passes(source: str, own_tests: Json, prompt: str, tests: Json) -> bool:
    """Whether a parent's program passes its child's tests, under the child's name if need be.

    Only where the child asks for one name, and the parent for one, is it plain which is which.
    """
    wanted, given = entry_points(tests), entry_points(own_tests, prompt)
    if len(wanted) == len(given) == 1 and not defines(source, wanted):
        source = f"{source}\n\n{wanted[0]} = {given[0]}\n"
    return try_program(source, tests).accepted
