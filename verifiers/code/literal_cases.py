"""What a test script says as data, and the checks on what its calls returned.

Most published suites are a list of asserts over calls with literal arguments
(`literal_reading.py` reads them). Their calls go to the sandbox without what is expected of them,
and the checks are evaluated outside, on the data that comes back: a program can lie about its
results only by returning right ones.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from evol.verifiers.code.evaluate import Beyond, Work, evaluate
from evol.verifiers.sandbox import Foreign, Invocation, Raised, Result, Returned, WireError


@dataclass(frozen=True, slots=True)
class Case:
    """One assertion as it was written, its check over names that stand for results, and its calls.

    The commonest, `f(literals) == literal`, has no check: the value that its one call must return
    stands in `expected`.
    """

    test: ast.expr
    check: ast.expr | None
    calls: tuple[int, ...]
    expected: object = None
    turn: str = ""

    @property
    def source(self) -> str:
        """The assertion's text without its message, and the turn of the loop that it stands in."""
        try:
            text = f"assert {ast.unparse(self.test)}"
        except RecursionError:
            text = "assert …"
        return f"{text} with {self.turn}" if self.turn else text


@dataclass(frozen=True, slots=True)
class LiteralTests:
    """The calls to make, in order, the cases over their results, and names bound to expressions."""

    calls: tuple[Invocation, ...]
    cases: tuple[Case, ...]
    bound: dict[str, ast.expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """Whether a case holds; otherwise what was got, what was expected, or what was raised."""

    passed: bool
    got: str = ""
    expected: str = ""
    raised: str = ""


class _CallRaised(Exception):
    """The result asked for is an exception that the program raised."""


class Missing(Exception):
    """The result asked for never came: the program ended before."""


def judge_case(
    tests: LiteralTests, case: Case, results: Sequence[Result], work: Work | None = None
) -> CaseOutcome:
    """Check one case on the results that came back; `work` is what all cases together may take.

    Raises Beyond where the check is not decided by plain data, and Missing where a result is not there.
    """
    try:
        if case.check is None:
            return _compared(_returned(results, case.calls[0]), case.expected)
        return _checked(tests, case.check, results, work or Work())
    except _CallRaised as error:
        return CaseOutcome(False, raised=str(error))
    except (WireError, RecursionError) as error:
        raise Beyond from error
    except (Beyond, Missing):
        raise
    except Exception as error:
        if any(isinstance(r, Returned) and not r.value.is_plain for r in results):
            raise Beyond from error
        return CaseOutcome(False, raised=f"{type(error).__name__}: {error}")


def _returned(results: Sequence[Result], index: int) -> object:
    if index >= len(results):
        raise Missing
    result = results[index]
    if isinstance(result, Raised):
        raise _CallRaised(str(result))
    return result.value.plain()


def _compared(got: object, expected: object) -> CaseOutcome:
    return CaseOutcome(True) if got == expected else CaseOutcome(False, _shown(got), _shown(expected))


def _checked(tests: LiteralTests, check: ast.expr, results: Sequence[Result], work: Work) -> CaseOutcome:
    values: dict[str, object] = {}

    def value_of(name: str) -> object:
        if name in tests.bound:
            if name not in values:
                values[name] = evaluate(tests.bound[name], value_of, work)
            return values[name]
        return _returned(results, int(name.rsplit(" ", 1)[1]))

    holds = evaluate(check, value_of, work)
    if isinstance(holds, Foreign):
        raise Beyond
    if holds:
        return CaseOutcome(True)
    sides = (check.left, check.comparators[0]) if isinstance(check, ast.Compare) else (check,)
    shown = [_shown(evaluate(side, value_of, work)) for side in sides]
    return CaseOutcome(False, shown[0], shown[1] if len(shown) > 1 else "a true value")


def _shown(value: object, limit: int = 300) -> str:
    try:
        text = repr(value)
    except ValueError:
        text = f"<a {type(value).__name__} of too many digits>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
