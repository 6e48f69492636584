"""A teacher's replies to the request for tests, read as independent cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from evol.domains._rules import reply_verdict
from evol.domains.code.cases import Case, cases_in, consistent, join
from evol.domains.code.trying import entry_points
from evol.types import Verdict
from evol.verifiers.code.extraction import extract_code
from evol.verifiers.code.source import parse

VERIFIER: Final = "tests"


@dataclass(frozen=True, slots=True)
class TestSuites:
    """The cases of all suites, each with the number of its suite, and why other replies count for none.

    `names` are what the cases use of the program.
    """

    cases: tuple[Case, ...] = ()
    suites: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    defects: tuple[Verdict, ...] = field(default=())

    def of(self, suite: int) -> list[Case]:
        """Return the cases of one suite."""
        return [case for case, number in zip(self.cases, self.suites, strict=True) if number == suite]

    def without(self, weak: Sequence[int], defect: Verdict) -> TestSuites:
        """Return what is left without some suites, each set aside with a defect."""
        kept = [(c, s) for c, s in zip(self.cases, self.suites, strict=True) if s not in weak]
        defects = (*self.defects, *([defect] * len(weak)))
        return TestSuites(tuple(c for c, _ in kept), tuple(s for _, s in kept), self.names, defects)


def read_suites(replies: Sequence[tuple[str, str]]) -> TestSuites:
    """Read replies (text, finish reason) as suites.

    Defects are those of their words, `broken_tests` (no Python) and `no_tests`. Where some suites
    call functions and others talk to a program, those of the more frequent kind are kept.
    """
    found: list[tuple[int, list[Case]]] = []
    defects: list[Verdict] = []
    for number, (text, finish) in enumerate(replies):
        suite, defect = _read(text, finish)
        if defect is None:
            found.append((number, suite))
        else:
            defects.append(defect)
    talking = [pair for pair in found if pair[1][0].dialogue is not None]
    calling = [pair for pair in found if pair[1][0].dialogue is None]
    kept = talking if len(talking) > len(calling) else calling
    every = [(case, number) for number, suite in kept for case in suite]
    places = consistent([case for case, _ in every])
    cases = tuple(every[place][0] for place in places)
    names = entry_points(join(cases)) if cases else ()
    return TestSuites(cases, tuple(every[place][1] for place in places), names, tuple(defects))


def _read(text: str, finish: str) -> tuple[list[Case], Verdict | None]:
    words = reply_verdict(text, finish)
    if not words.accepted:
        return [], words
    cases = cases_in(text)
    if cases:
        return cases, None
    code = extract_code(text).code
    if code.strip() and parse(code) is None:
        return [], Verdict.reject(VERIFIER, "broken_tests", "The tests are not a Python program.")
    return [], Verdict.reject(VERIFIER, "no_tests", "The reply holds no tests.")
