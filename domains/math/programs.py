"""Judge a program of thought: run in the sandbox, its answer is compared with the agreed one.

A program is another way to the answer than prose, so it tells apart slips that prose shares. It
is still written by the same teacher from the same words: a problem that it misreads in both ways
alike passes. Runs in a worker process, which keeps one sandbox with the mathematics kit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from evol.domains._rules import reply_verdict
from evol.types import Json, Verdict
from evol.verifiers.code.extraction import extract_code
from evol.verifiers.code.program import run_program
from evol.verifiers.math.compare import compare
from evol.verifiers.math.profiles import LENIENT
from evol.verifiers.sandbox import MATH, Limits, Sandbox

VERIFIER: Final = "math.program"
LIMITS: Final = Limits(cpu_s=3.0, wall_s=6.0)

FLOAT = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
SURE_DIGITS: Final = 12


@lru_cache(maxsize=1)
def _sandbox() -> Sandbox:
    return Sandbox(workers=1, kit=MATH)


def without_noise(answer: str) -> str:
    """Return a program's answer with the last digits of its floats, which rounding made, left out."""
    return FLOAT.sub(lambda match: f"{float(match.group()):.{SURE_DIGITS}g}", answer)


def judge_program(reply: str, finish_reason: str, answer: str) -> Verdict:
    """Run the program in a teacher's reply and compare its answer with the agreed one.

    `program_agrees` accepts, `program_disagrees` rejects. A reply that holds no program, a program
    that does not come to an answer, and answers that cannot be compared leave it undecided. The
    comparison is lenient, for a program prints 0.3333 and lists where prose writes 1/3 and sets.
    Raises SandboxUnavailable where this machine offers no wall to run programs behind.
    """
    words = reply_verdict(reply, finish_reason)
    source = extract_code(reply, ("answer", "solution")).code if words.accepted else ""
    if not source:
        message = "The teacher wrote no program."
        return Verdict.undecided(VERIFIER, "no_program", message, reply=words.reason)
    result = run_program(source, _sandbox(), LIMITS)
    evidence: dict[str, Json] = {"run": dict(result.verdict.evidence), "agreed": answer[:80]}
    if result.answer is None:
        return Verdict.undecided(VERIFIER, result.verdict.reason, result.verdict.message, **evidence)
    compared = compare(answer, without_noise(result.answer), profile=LENIENT, last_resort=False)
    evidence["compared"] = compared.reason
    match compared.outcome:
        case "accept":
            message = "A program that was run comes to the same answer."
            return Verdict.accept(VERIFIER, "program_agrees", message, **evidence)
        case "reject":
            message = f"A program that was run comes to {result.answer[:80]}."
            return Verdict.reject(VERIFIER, "program_disagrees", message, **evidence)
        case _:
            message = "The program's answer and the agreed one could not be compared."
            return Verdict.undecided(VERIFIER, "program_undecided", message, **evidence)
