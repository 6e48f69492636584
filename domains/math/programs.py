"""Judge programs of thought: computed or run, their answers are compared with the agreed one.

A program is written from the problem's words again, so a misreading that all solutions share
is not the program's. One program slips or misreads as easily as one solution, however, and then
its word is as good as none, for or against a row: what counts is the first answer that is several
programs ahead of every other. Runs in worker processes; straight-line arithmetic is evaluated
there, any other program goes to the worker's sandbox, which is opened for the first that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from evol.domains._rules import reply_verdict
from evol.types import Json, Outcome, Verdict
from evol.verifiers.code.extraction import extract_code
from evol.verifiers.code.program import evaluate_program, run_program
from evol.verifiers.math.clusters import cluster
from evol.verifiers.math.compare import compare
from evol.verifiers.math.profiles import LENIENT
from evol.verifiers.sandbox import MATH, Limits, Sandbox

VERIFIER: Final = "math.program"
LIMITS: Final = Limits(cpu_s=2.0, wall_s=4.0)

FLOAT = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
SURE_DIGITS: Final = 12
LIST = re.compile(r"\[[^][]+\]")

# A program's 15.6 is 15.6, and not 467/30 rounded; its decimals are rounded only where they go on
# as far as a machine's do. An answer in prose may be rounded, but not to one decimal or two digits:
# so little is soon met by chance.
EXACT: Final = replace(LENIENT, name="program", printed_digits=0)
MACHINE = re.compile(r"(?<![\w.])(?=[\d.]{10})\d+\.\d+(?![\w.])")
COARSE = re.compile(r"(?<![\d.])(?:\d+\.\d|0\.0*\d\d)(?!\d)")

REASONS: Final = {
    Outcome.ACCEPT: "agrees",
    Outcome.REJECT: "disagrees",
    Outcome.UNDECIDED: "not_comparable",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one program came to, held against the agreed answer.

    `outcome` is undecided where there is no answer, or where the two could not be compared;
    `reason` says which.
    """

    outcome: Outcome
    reason: str
    answer: str | None = None
    run: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Return the attempt as plain JSON for a verdict's evidence."""
        return {"reason": self.reason, **self.run}


@dataclass(frozen=True, slots=True)
class Trial:
    """The programs judged so far, and what they come to; `verdict` is undecided while it is open.

    `ahead` is by how many programs the agreed answer and the other one that most come to differ.
    """

    attempts: tuple[Attempt, ...]
    verdict: Verdict
    ahead: int


@lru_cache(maxsize=1)
def _sandbox() -> Sandbox:
    return Sandbox(workers=1, kit=MATH)


def without_noise(answer: str) -> str:
    """Return a program's answer with the last digits of its floats, which rounding made, left out."""
    return FLOAT.sub(lambda match: f"{float(match.group()):.{SURE_DIGITS}g}", answer)


def judge_programs(
    earlier: Sequence[Attempt], replies: Sequence[tuple[str, str]], agreed: str, lead: int
) -> Trial:
    """Judge further programs, replies (text, finish reason), beside those that were judged before.

    The first answer that is `lead` programs ahead of every other decides: `program_agrees` where it
    is the agreed one, `program_disagrees` where it is another. Until then it is undecided:
    `programs_differ`, or, where no program has an answer, the last one's reason (`no_program`,
    `program_failed`, `timeout` ...).
    Raises SandboxUnavailable where a program has to be run and this machine offers no wall for that.
    """
    attempts = (*earlier, *(_attempt(text, finish, agreed) for text, finish in replies))
    agree = sum(attempt.outcome is Outcome.ACCEPT for attempt in attempts)
    others = [attempt.answer for attempt in attempts if attempt.outcome is Outcome.REJECT]
    classes = cluster(others, profile=EXACT, last_resort=False).clusters if others else ()
    against = len(classes[0].members) if classes else 0
    evidence: dict[str, Json] = {
        "agreed": agreed[:80],
        "agree": agree,
        "against": against,
        "programs": [attempt.to_json() for attempt in attempts],
    }
    said = f"{agree} of {len(attempts)} programs come to the agreed answer"
    if agree - against >= lead:
        verdict = Verdict.accept(VERIFIER, "program_agrees", f"{said}.", **evidence)
    elif against - agree >= lead:
        message = f"{said}, and {against} to {classes[0].representative[:80]}."
        verdict = Verdict.reject(VERIFIER, "program_disagrees", message, **evidence)
    elif agree or against:
        message = f"{said}, which is not enough beside the others."
        verdict = Verdict.undecided(VERIFIER, "programs_differ", message, **evidence)
    else:
        message = "No program comes to an answer that could be compared."
        verdict = Verdict.undecided(VERIFIER, attempts[-1].reason, message, **evidence)
    return Trial(attempts, verdict, abs(agree - against))


def _attempt(reply: str, finish_reason: str, agreed: str) -> Attempt:
    """Compare what the program in a reply comes to with the agreed answer."""
    words = reply_verdict(reply, finish_reason)
    source = extract_code(reply, ("answer", "solution")).code if words.accepted else ""
    if not source:
        return Attempt(Outcome.UNDECIDED, "no_program", run={"reply": words.reason})
    result = evaluate_program(source) or run_program(source, _sandbox(), LIMITS)
    run = result.verdict.evidence
    if result.answer is None:
        return Attempt(Outcome.UNDECIDED, result.verdict.reason, run=run)
    answer = without_noise(result.answer)
    outcome = _compared(agreed, answer)
    return Attempt(outcome, REASONS[outcome], answer, run)


def _compared(agreed: str, answer: str) -> Outcome:
    """Return whether a program's answer is the agreed one; undecided where only rounding makes it so.

    The comparison is lenient otherwise, for a program writes lists where prose writes sets. What
    could be an interval beside two values in prose is a list where a program writes it.
    """
    exact = compare(agreed, answer, profile=EXACT, last_resort=False).outcome
    if exact is Outcome.UNDECIDED and LIST.fullmatch(answer):
        return _compared(agreed, answer[1:-1])
    if exact is not Outcome.REJECT:
        return exact
    rounded = compare(agreed, answer, profile=LENIENT, last_resort=False).outcome
    if rounded is Outcome.ACCEPT and not (MACHINE.search(answer) and not COARSE.search(agreed)):
        return Outcome.UNDECIDED
    return rounded
