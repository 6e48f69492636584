"""The code verifier: a program and its tests in, a verdict with its evidence out.

The verdict is computed here from data that the sandbox brings back; nothing that a program
prints, raises, returns or patches can state it. A timeout is a rejection of its own kind, and
what the sandbox could not find out is undecided, never wrong.
"""

from __future__ import annotations

import ast
import asyncio
import functools
from dataclasses import dataclass

from evol.types import Json, Verdict
from evol.verifiers.code import routes
from evol.verifiers.code.evaluate import Beyond
from evol.verifiers.code.literal_cases import LiteralTests
from evol.verifiers.code.literal_reading import read_literal
from evol.verifiers.code.routes import Trial
from evol.verifiers.code.scripts import assemble, guess
from evol.verifiers.code.source import displayed_depth, loaded_names, parse
from evol.verifiers.code.suite import Suite
from evol.verifiers.sandbox import Ending, Limits, Sandbox
from evol.verifiers.sandbox.wire import MAX_DEPTH

NAME = "code"
REASONS: dict[Ending, str] = {
    Ending.EXCEPTION: "tests_failed",
    Ending.SYNTAX_ERROR: "syntax_error",
    Ending.EXITED: "crashed",
    Ending.CRASHED: "crashed",
    Ending.TIMEOUT: "timeout",
    Ending.MEMORY: "memory",
    Ending.FORBIDDEN: "forbidden",
    Ending.OUTPUT_LIMIT: "output_limit",
}
UNKNOWN: dict[Ending, str] = {Ending.LOST: "sandbox_lost", Ending.STARVED: "starved"}
RAISED = {"MemoryError": "memory", "PermissionError": "forbidden"}


class CodeVerifier:
    """Judges Python programs against tests; may be used by any thread.

    `limits` hold for each run of a program: one for most suites, one for each input of a stdio suite.
    """

    def __init__(self, sandbox: Sandbox, limits: Limits | None = None) -> None:
        self.sandbox = sandbox
        self.limits = limits or Limits()

    def verify(self, solution: str, suite: Suite | None, limits: Limits | None = None) -> Verdict:
        """Return whether a solution passes its tests, and why not.

        Accepts with `tests_passed`. Rejects with `tests_failed` (the first failing test and both
        values), `timeout`, `memory`, `crashed`, `forbidden`, `output_limit`, `syntax_error` or
        `no_tests`. Undecided are `broken_tests`, `sandbox_lost` and `starved`.
        """
        if suite is None:
            return Verdict.reject(NAME, "no_tests", "The row holds no tests in a known form.")
        reading = _reading(suite) if suite.script else None
        if reading is not None and reading.broken:
            return Verdict.undecided(NAME, "broken_tests", reading.broken)
        if reading is not None and not reading.relevant:
            return Verdict.reject(NAME, "no_tests", "The tests use nothing of the program.")
        literal = reading.literal if reading else None
        solution = solution.removeprefix("\ufeff")
        guessed = guess(solution, suite.prompt, suite.entry_points)
        if guessed is not None:
            verdict = self._judged(guessed, suite, literal, limits or self.limits)
            if verdict.accepted or assemble(solution, suite.prompt, suite.entry_points) == guessed:
                return verdict
        program = assemble(solution, suite.prompt, suite.entry_points)
        return self._judged(program, suite, literal, limits or self.limits)

    def _judged(self, program: str, suite: Suite, literal: LiteralTests | None, limits: Limits) -> Verdict:
        trial = self._try(program, suite, literal, limits)
        return _verdict(trial, _evidence(trial, suite))

    async def averify(self, solution: str, suite: Suite | None, limits: Limits | None = None) -> Verdict:
        """Do what `verify` does without blocking the event loop."""
        return await asyncio.to_thread(self.verify, solution, suite, limits)

    def _try(self, program: str, suite: Suite, literal: LiteralTests | None, limits: Limits) -> Trial:
        if suite.dialogues:
            return routes.try_dialogues(self.sandbox, program, suite.dialogues, limits)
        if suite.pairs:
            return routes.try_pairs(self.sandbox, program, suite.entry_points[0], suite.pairs, limits)
        if suite.examples:
            return routes.try_examples(self.sandbox, program, suite, limits)
        if literal is not None:
            try:
                return routes.try_calls(self.sandbox, program, literal, limits)
            except Beyond:
                pass
        return routes.try_script(self.sandbox, program, suite, limits)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A test script as it was read: what is wrong with it, whether it uses the program, and is literal."""

    broken: str = ""
    relevant: bool = False
    literal: LiteralTests | None = None


def _reading(suite: Suite) -> _Reading:
    tree = suite.tree or parse(suite.script)
    if tree is None:
        return _Reading("The tests are not a Python program.")
    if sum(map(suite.script.count, "([{")) > MAX_DEPTH and displayed_depth(tree) > MAX_DEPTH:
        return _Reading(f"The tests nest data deeper than {MAX_DEPTH} levels, which no call can carry.")
    return _read(tree, suite.entry_points, suite.format)


@functools.lru_cache(maxsize=512)
def _read(tree: ast.Module, entry_points: tuple[str, ...], form: str) -> _Reading:
    """Read a script once for all the solutions it is tried on."""
    literal = None if form == "unittest" else read_literal(tree, entry_points)
    relevant = bool(literal.calls) if literal else bool(loaded_names(tree) & set(entry_points))
    return _Reading("", relevant, literal)


def _verdict(trial: Trial, evidence: dict[str, Json]) -> Verdict:
    miss, ended = trial.miss, trial.ended
    if ended is Ending.LOST:
        return Verdict.undecided(
            NAME, UNKNOWN[ended], "The sandbox failed; the program was not judged.", **evidence
        )
    if trial.broken:
        message = f"The tests themselves do not work: {trial.broken}."
        return Verdict.undecided(NAME, "broken_tests", message, **evidence)
    if miss is not None and (ended is None or trial.route != "stdio"):
        reason = RAISED.get(miss.kind, "tests_failed")
        return Verdict.reject(NAME, reason, f"{miss.sentence}.", **evidence)
    if ended is Ending.STARVED:
        return Verdict.undecided(NAME, UNKNOWN[ended], trial.executions[-1].detail, **evidence)
    if ended is not None:
        last = trial.executions[-1]
        detail = "The program ended before its tests were done." if last.ok else last.detail
        return Verdict.reject(NAME, REASONS.get(ended, "crashed"), detail, **evidence)
    if not trial.tests:
        return Verdict.reject(NAME, "no_tests", "The tests check nothing.", **evidence)
    return Verdict.accept(NAME, "tests_passed", f"All {trial.tests} tests passed.", **evidence)


def _evidence(trial: Trial, suite: Suite) -> dict[str, Json]:
    runs = trial.executions
    evidence: dict[str, Json] = {
        "route": trial.route,
        "format": suite.format,
        "tests": trial.tests,
        "passed": trial.passed,
        "level": str(runs[-1].level) if runs else None,
        "cpu_s": round(sum(r.cpu_s for r in runs), 4),
        "wall_s": round(sum(r.wall_s for r in runs), 4),
        "peak_mb": round(max((r.peak_mb for r in runs), default=0.0), 1),
    }
    if trial.miss is not None:
        miss = trial.miss
        parts = {"test": miss.test, "got": miss.got, "expected": miss.expected, "raised": miss.raised}
        evidence["first_failure"] = {k: v for k, v in parts.items() if v}
    return evidence
