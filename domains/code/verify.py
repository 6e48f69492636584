"""The code pack's check of a data set's row, for `evol verify` and audits: no teacher, no network.

The solution is looked for in the usual columns and taken out of prose where need be; the tests
in any form that `evol.verifiers.code.formats` knows.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evol.domains.code.untested import untested_verdict
from evol.types import Json, Verdict
from evol.verifiers.code.extraction import extract_code
from evol.verifiers.code.formats import suite_of
from evol.verifiers.code.restricted import subset
from evol.verifiers.code.scripts import assemble
from evol.verifiers.code.strength import passing_stub
from evol.verifiers.code.suite import Suite
from evol.verifiers.code.verify import NAME, CodeVerifier
from evol.verifiers.sandbox import Limits, Sandbox

EXACT_COLUMN = "program"
TIME_COLUMN = "time_limit_s"
WALL_SLACK = 3
"""How many times its processor time a program may take on the clock: machines are busy."""
CODE_COLUMNS = ("code", "solution", "canonical_solution")
REPLY_COLUMNS = ("completion", "response", "output", "messages")


def judge_row(row: Mapping[str, Json]) -> Verdict:
    """Return whether a row's program passes the row's own tests.

    Columns: `program` holds a program to be run exactly as it stands, its prompt included; `code`,
    `solution` or `canonical_solution` hold a program (HumanEval's continues `prompt`);
    `completion`, `response`, `output` or `messages` a reply with one in it. Tests stand
    in `tests`, `test` (with `entry_point`), `test_list` and the like. Raises SandboxUnavailable
    where untrusted programs cannot be run safely on this machine. `time_limit_s` is the processor
    time a program may use; on the clock it may take three times as long. The evidence says whether the
    program keeps to the restricted subset (`evol.verifiers.code.restricted`): a label for audits.
    Without tests a program that compiles is undecided.
    """
    suite = suite_of(row)
    if suite is None:
        return untested_verdict(_first(row, CODE_COLUMNS), _first(row, REPLY_COLUMNS))
    return _tried(_program(row, suite.entry_points), suite, _limits(row.get(TIME_COLUMN)))


def audit_row(row: Mapping[str, Json]) -> Verdict:
    """Do what `judge_row` does, and try a row's tests on programs that only return one fixed value.

    Undecided with `weak_tests` where the row's program passes and such a stub does, too: the row may
    be right, but its tests do not show it.
    """
    suite = suite_of(row)
    if suite is None:
        return judge_row(row)
    source = _program(row, suite.entry_points)
    verdict = _tried(source, suite)
    stub = passing_stub(_verifier(), source, suite) if verdict.accepted else None
    if stub is None:
        return verdict
    message = f"The tests say nothing: a program that only {stub} passes them, too."
    return Verdict.undecided(NAME, "weak_tests", message, **verdict.evidence, stub=stub)


def _tried(source: str, suite: Suite, limits: Limits | None = None) -> Verdict:
    """Return what the tests say of a program, with the label of the subset that it keeps to."""
    if not source.strip():
        return Verdict.reject(NAME, "no_code", "The row holds no program.")
    verdict = _verifier().verify(source, suite, limits)
    label = subset(assemble(source, suite.prompt, suite.entry_points))
    evidence: dict[str, Json] = {
        **verdict.evidence,
        "subset": label.label,
        "out_of_subset": list(label.refused),
    }
    return replace(verdict, evidence=evidence)


def _program(row: Mapping[str, Json], entry_points: Sequence[str]) -> str:
    """Return the row's program: a code column as it stands (fences taken off), or the code in a reply."""
    exact = row.get(EXACT_COLUMN)
    if isinstance(exact, str) and exact.strip():
        return exact
    for column in CODE_COLUMNS:
        value = row.get(column)
        if isinstance(value, str) and value.strip():
            return extract_code(value, entry_points).code if "```" in value else value
    return next((c for c in (_reply(row.get(n), entry_points) for n in REPLY_COLUMNS) if c), "")


def _first(row: Mapping[str, Json], columns: Sequence[str]) -> str:
    return next((v for v in map(_text, map(row.get, columns)) if v.strip()), "")


def _reply(value: Json, entry_points: Sequence[str]) -> str:
    """Return the code in a reply: a text, or the last of several messages."""
    return extract_code(_text(value), entry_points).code


def _text(value: Json) -> str:
    """Return a text, or the text of the last of several messages."""
    if isinstance(value, list) and value and isinstance(value[-1], dict):
        value = value[-1].get("content")
    return value if isinstance(value, str) else ""


def _limits(seconds: Json) -> Limits | None:
    """Return the limits for a row that names its own time, and None for those of the verifier."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        return None
    return Limits(cpu_s=seconds, wall_s=WALL_SLACK * seconds)


@functools.cache
def _verifier() -> CodeVerifier:
    """Return the process's own verifier; its sandbox starts with the first row."""
    return CodeVerifier(Sandbox())
