"""Program of thought: a program that computes an answer, run for that answer as data.

(Chen et al., arXiv 2211.12588; Gao et al., arXiv 2211.10435.) In a sandbox with the `MATH` kit
sympy, math, fractions and itertools are at hand. The answer is the variable `answer`, or what
`solution()` returns, or the last line printed; sympy's objects come back in their exact text.
Straight-line arithmetic, which most such programs are, need not be run: `evaluate_program`
computes it in a twentieth of the time and without a sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evol.types import Json, Verdict
from evol.verifiers.code.straight_line import straight_line
from evol.verifiers.code.verify import REASONS, UNKNOWN
from evol.verifiers.sandbox import (
    Call,
    Ending,
    Execution,
    Foreign,
    Invocation,
    Limits,
    Raised,
    Sandbox,
    Script,
    WireError,
)

NAME = "program"
MAX_ANSWER = 2000
ENTRY = "__program_answer__"
LOOK_UP = f"""

def {ENTRY}():
    names = globals()
    if 'answer' in names:
        found = names['answer']
        return ('variable', found() if callable(found) and not hasattr(found, 'free_symbols') else found)
    if callable(names.get('solution')):
        return ('function', names['solution']())
    return ('print', None)
"""


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """The answer's text, or None, and a verdict on the run (`program_answered` or why there is none)."""

    answer: str | None
    verdict: Verdict


def evaluate_program(source: str) -> ProgramResult | None:
    """Return the answer of a program of straight-line arithmetic, or None for one that has to be run.

    It is what `run_program` would return (`evol.verifiers.code.straight_line` computes as Python
    does); the evidence says `ran: evaluated` and names no sandbox level.
    """
    found = straight_line(source)
    answer = _text(found.text) if found else None
    if found is None or answer is None:
        return None
    verdict = Verdict.accept(
        NAME,
        "program_answered",
        f"The program answers {answer}.",
        **{"ran": "evaluated", "answer": answer, "from": found.where},
    )
    return ProgramResult(answer, verdict)


def run_program(source: str, sandbox: Sandbox, limits: Limits | None = None) -> ProgramResult:
    """Run a program of thought and return its answer; `sandbox` should have the `MATH` kit.

    Rejects with `program_failed` (it raised), `no_answer`, or a reason of the code verifier
    (`timeout`, `memory`, `forbidden` …); undecided with `sandbox_lost` or `starved`. Says
    nothing about whether the answer is right.
    """
    limits = limits or Limits()
    execution = sandbox.run(Call(source + LOOK_UP, (Invocation(ENTRY),), describe=True), limits)
    found = _found(execution)
    if execution.ok and found is not None and found[0] == "print":
        execution = sandbox.run(Script(source), limits)
        found = ("print", _last_line(execution)) if execution.ok else None
    return _result(execution, *(found or ("", None)))


def _found(execution: Execution) -> tuple[str, str | None] | None:
    """Return where the answer stood and its text, if the look-up came back."""
    if not execution.results or isinstance(execution.results[0], Raised):
        return None
    try:
        match execution.results[0].value.plain():
            case (str() as where, value):
                return where, _text(value)
    except (WireError, ValueError):
        return None
    return None


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, Foreign) and value.text is None):
        return None
    text = value if isinstance(value, str) else str(value)
    return text.strip()[:MAX_ANSWER] or None


def _last_line(execution: Execution) -> str | None:
    lines = execution.stdout.decode("utf-8", "replace").strip().splitlines()
    return _text(lines[-1]) if lines else None


def _result(execution: Execution, where: str, answer: str | None) -> ProgramResult:
    evidence: dict[str, Json] = {
        "ran": "sandbox",
        "answer": answer,
        "from": where,
        "level": str(execution.level),
        "cpu_s": round(execution.cpu_s, 4),
        "wall_s": round(execution.wall_s, 4),
        "peak_mb": round(execution.peak_mb, 1),
    }
    raised = next((r for r in execution.results if isinstance(r, Raised)), execution.error)
    if execution.ending in UNKNOWN:
        verdict = Verdict.undecided(NAME, UNKNOWN[execution.ending], execution.detail, **evidence)
    elif execution.ending is Ending.EXCEPTION or (execution.ok and raised is not None):
        verdict = Verdict.reject(NAME, "program_failed", f"The program raised {raised}.", **evidence)
    elif not execution.ok:
        verdict = Verdict.reject(NAME, REASONS[execution.ending], execution.detail, **evidence)
    elif answer is None:
        message = "The program sets no `answer`, has no `solution()` and prints nothing."
        verdict = Verdict.reject(NAME, "no_answer", message, **evidence)
    else:
        verdict = Verdict.accept(NAME, "program_answered", f"The program answers {answer}.", **evidence)
    return ProgramResult(answer if verdict.accepted else None, verdict)
