"""What solutions and tests come to that nobody has checked: which of them to believe, and how far.

Dual agreement after CodeT (Chen et al., arXiv 2207.10397): solutions that pass the same tests stand
together, and the group with the most solutions times tests leads. CodeT only ranks; a row is to be
kept or not, so the leading group must also be large, pass nearly all tests and half of the suites
whole, and no solution outside it may pass more than it does: such a solution says that the group is
wrong in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from evol.domains.code.cases import Case
from evol.domains.code.elsewhere import Settled
from evol.domains.code.objections import standing
from evol.domains.code.replies import Solution
from evol.domains.code.trying import Tried
from evol.types import Json, Outcome, Verdict
from evol.verifiers.code.agreement import Agreement, largest_agreement
from evol.verifiers.code.strength import Strength

AGREEMENT: Final = "agreement"
ELSEWHERE: Final = "elsewhere"
STRENGTH: Final = "strength"
UNKNOWN: Final = frozenset({"sandbox_lost", "starved"})
APART: Final = UNKNOWN | {"timeout"}
ENDINGS: Final = frozenset({"timeout", "memory", "crashed", "forbidden", "output_limit"})


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What agreement needs: solutions, their share or else their lead, and the share of the tests."""

    quorum: int
    agreement: float
    lead: int
    tests_agreement: float


@dataclass(frozen=True, slots=True)
class Ballot:
    """The solutions that were run, and the cases they were run on with the suite of each.

    `names` are what the cases use of the program.
    """

    tried: Sequence[Tried]
    cases: Sequence[Case]
    suites: Sequence[int]
    names: Sequence[str] = ()
    set_aside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict on agreement; where it accepts, the solutions that agree and the cases that hold.

    `wants` says what may decide otherwise: further solutions where the leading group is too small or
    passes less than another, further tests where it is large enough, or nothing passes, and the tests
    may fall short.
    """

    verdict: Verdict
    solutions: tuple[int, ...] = (0,)
    kept: tuple[int, ...] = ()
    wants: Literal["", "solutions", "tests"] = ""


def rule(ballot: Ballot, thresholds: Thresholds) -> Ruling:
    """Decide which solution and which cases to believe.

    Rejects with `no_agreement`, or with the way in which all solutions end where none passes
    anything (`timeout`, `crashed` …). Undecided with `sandbox_lost` or `starved`.
    """
    lost = next((t.verdict for t in ballot.tried if t.verdict.reason in UNKNOWN), None)
    if lost is not None:
        return Ruling(lost)
    group = largest_agreement([tried.passes for tried in ballot.tried])
    against = standing(ballot.cases, ballot.suites, group.tests, ballot.names)
    rival = _rival(ballot, group)
    evidence = _evidence(ballot, group, against, rival)
    if not group.solutions:
        nothing = _nothing_passes(ballot, evidence)
        return Ruling(nothing, wants="tests" if nothing.reason == "no_agreement" else "")
    agreeing, runnable = len(group.solutions), len(ballot.tried)
    led = agreeing >= thresholds.agreement * runnable or agreeing - rival >= thresholds.lead
    if agreeing < thresholds.quorum or not led:
        few = f"Only {agreeing} of {runnable} solutions agree."
        return Ruling(Verdict.reject(AGREEMENT, "no_agreement", few, **evidence), wants="solutions")
    if _outdone(ballot, group):
        outdone = "Another solution passes more tests than those that agree."
        return Ruling(Verdict.reject(AGREEMENT, "no_agreement", outdone, **evidence), wants="solutions")
    if problem := _objection(ballot, group, against, thresholds):
        return Ruling(Verdict.reject(AGREEMENT, "no_agreement", problem, **evidence), wants="tests")
    message = f"{agreeing} of {runnable} solutions agree on {len(group.tests)} of {len(ballot.cases)} tests."
    verdict = Verdict.accept(AGREEMENT, "agreement", message, **evidence)
    return Ruling(verdict, group.solutions, group.tests)


def _evidence(ballot: Ballot, group: Agreement, against: set[int], rival: int) -> dict[str, Json]:
    return {
        "solutions": len(ballot.tried),
        "tests": len(ballot.cases),
        "agreeing_solutions": len(group.solutions),
        "agreed_tests": len(group.tests),
        "score": group.score,
        "runner_up": group.runner_up,
        "suites": len(set(ballot.suites)),
        "whole_suites": len(set(ballot.suites)) - len({ballot.suites[n] for n in against}),
        "refuted_tests": len(ballot.cases) - len(group.tests) - len(against),
        "rival": rival,
        "set_aside": dict(Counter(ballot.set_aside)),
    }


def _rival(ballot: Ballot, group: Agreement) -> int:
    """Return how many solutions outside the group are alike: they pass the same cases, and not none."""
    outside = (t.passes for n, t in enumerate(ballot.tried) if n not in group.solutions and any(t.passes))
    return max(Counter(map(tuple, outside)).values(), default=0)


def _nothing_passes(ballot: Ballot, evidence: dict[str, Json]) -> Verdict:
    reasons = Counter(tried.verdict.reason for tried in ballot.tried)
    [(reason, count)] = reasons.most_common(1)
    if reason in ENDINGS and 2 * count > len(ballot.tried):
        first = next(tried.verdict for tried in ballot.tried if tried.verdict.reason == reason)
        return Verdict.reject(first.verifier, reason, first.message, **{**first.evidence, **evidence})
    message = "No solution passes any of the tests."
    shown = next((t.verdict.message for t in ballot.tried), "")
    return Verdict.reject(AGREEMENT, "no_agreement", message, **evidence, first=shown[:300])


def _objection(ballot: Ballot, group: Agreement, against: set[int], thresholds: Thresholds) -> str | None:
    """Return what tests that stand unrefuted say against the leading group, as a sentence."""
    suites = set(ballot.suites)
    heard = len(group.tests) + len(against)
    if len(group.tests) < thresholds.tests_agreement * heard:
        return f"The agreeing solutions fail {len(against)} of {heard} tests that no other suite refutes."
    whole = len(suites - {ballot.suites[number] for number in against})
    if 2 * whole < len(suites):
        return f"The agreeing solutions pass only {whole} of {len(suites)} suites of tests whole."
    return None


def _outdone(ballot: Ballot, group: Agreement) -> bool:
    """Whether a solution outside the group passes all that the group passes, and more."""
    passed = ({case for case, passes in enumerate(tried.passes) if passes} for tried in ballot.tried)
    return any(cases > set(group.tests) for cases in passed)


def elsewhere_verdict(found: Settled, agreeing: Sequence[Solution]) -> list[Verdict]:
    """Judge what agreeing programs do where no test looks; nothing is said where there is only one.

    Rejects with `no_agreement` where too many of them return something else than the most frequent.
    """
    programs = len({solution.source for solution in agreeing})
    if programs == 1:
        return []
    evidence: dict[str, Json] = {"calls": found.calls, "programs": programs, "lead": found.lead}
    if found.kept is None:
        message = f"Solutions that agree on the tests differ elsewhere: {found.disputed}."
        return [Verdict.reject(ELSEWHERE, "no_agreement", message, **evidence)]
    message = f"{found.going} of {len(agreeing)} solutions return the same for {found.calls} further calls."
    return [Verdict.accept(ELSEWHERE, "further_agreement", message, **evidence)]


def weak_suite(change: str) -> Verdict:
    """Return why a suite that such a stub passes has no vote."""
    return Verdict.reject(STRENGTH, "weak_tests", f"A program that only {change} passes the tests too.")


def steady_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """Judge several runs of one program on one suite.

    Rejects with `flaky` where runs that came to an end disagree; otherwise the verdict is that of the
    first run that did not pass, or of the first.
    """
    ended = {verdict.reason for verdict in verdicts} - APART
    first = next((verdict for verdict in verdicts if not verdict.accepted), verdicts[0])
    if len(ended) > 1:
        message = "The same program passes the same tests once and fails them once."
        reasons: list[Json] = [verdict.reason for verdict in verdicts]
        return Verdict.reject("repeats", "flaky", message, **{**first.evidence, "runs": reasons})
    return replace(first, evidence={**first.evidence, "runs": len(verdicts)})


def strength_verdict(
    stubs: Sequence[Outcome], changes: Sequence[str], outcomes: Sequence[Outcome], least: float
) -> Verdict:
    """Judge tests by the wrong programs that they let pass.

    Rejects with `weak_tests` where a stub passes, or where fewer mutants than `least` are refused.
    """
    survived = [change for change, o in zip(changes, outcomes, strict=True) if o is Outcome.ACCEPT]
    strength = Strength(
        ("a stub",) * stubs.count(Outcome.ACCEPT),
        outcomes.count(Outcome.REJECT),
        tuple(survived),
        outcomes.count(Outcome.UNDECIDED),
    )
    evidence = {"stubs": len(stubs), **strength.to_json()}
    if strength.stubs_passed:
        message = "A program that does nothing passes the tests too."
        return Verdict.reject(STRENGTH, "weak_tests", message, **evidence)
    if strength.share is not None and strength.share < least:
        message = f"The tests refuse only {strength.share:.0%} of the wrong versions of the solution."
        return Verdict.reject(STRENGTH, "weak_tests", message, **evidence)
    message = f"The tests refuse every stub and {strength.killed} of {len(outcomes)} wrong versions."
    return Verdict.accept(STRENGTH, "strong_tests", message, **evidence)
