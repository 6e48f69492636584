"""Whether a row is right, by what the procedural teacher knows of it and no verifier sees.

The eliminator believes solutions and tests that bear each other out. Here each is held against what
is known by construction: the row's program must return the known results, on the teacher's calls and
on further ones for which its reference is run, and the row's tests must pass that reference.
"""

from __future__ import annotations

from random import Random
from typing import Final

from evol.domains.code import trying
from evol.domains.code.inputs import varied
from evol.domains.code.procedural.task import RAISES, Task, task_of
from evol.domains.code.procedural.writing import suite
from evol.domains.code.replies import read_solution
from evol.types import Json, Sample
from evol.verifiers.sandbox import Call, Invocation, Limits, Returned
from evol.verifiers.sandbox.values import canonical

FURTHER: Final = 29
# Processor time judges a program; how busy the machine is must not.
PATIENT: Final = Limits(cpu_s=2.0, wall_s=60.0)


def mistake_in(row: Sample) -> str:
    """Return how a row is wrong, or the empty string for a right one.

    `evolve: KIND` for an instruction that its teacher spoilt; `wrong_program` for a response without
    a program or with one that differs from what is known; `wrong_tests` for tests that the reference
    fails. A row that the teacher did not make is right: it stands as its seed brought it. Runs
    programs in a sandbox of this process.
    """
    if error := row.truth.get("error"):
        return f"evolve: {error}"
    if "task" not in row.truth:
        return ""
    task = task_of(row)
    assert task is not None
    source = row.answer or read_solution(row.response, "stop", (task.entry,)).source
    if not source or not _accepted(source, suite(task, task.calls)) or _differs(source, task):
        return "wrong_program"
    return "" if row.tests is None or _accepted(task.source, row.tests) else "wrong_tests"


def _accepted(source: str, tests: Json) -> bool:
    return trying.shared_verifier().verify(source, trying.suite_for(tests), PATIENT).accepted


def _differs(source: str, task: Task) -> bool:
    """Whether a program returns something else than the reference on calls that nobody has seen."""
    if source.strip() == task.source.strip():
        return False
    known = [call.values() for call in task.calls if call.result != RAISES]
    further = varied(known, Random(FURTHER)) if known else []  # noqa: S311 - the same for every program
    calls = tuple(Invocation(task.entry, arguments) for arguments in further)
    return any(
        right is not None and found != right
        for found, right in zip(_results(source, calls), _results(task.source, calls), strict=True)
    )


def _results(source: str, calls: tuple[Invocation, ...]) -> list[str | None]:
    """Return what each call returns, in one form; None where it raises or is never reached."""
    found = trying.shared_verifier().sandbox.run(Call(source, calls), PATIENT).results
    texts = [canonical(result.value.node) if isinstance(result, Returned) else None for result in found]
    return texts + [None] * (len(calls) - len(texts))
