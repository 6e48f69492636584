"""Draws solutions and tests for one task until they bear each other out, or no more may be drawn.

Neither is known to be right. Where too few solutions agree, further solutions are asked for; where
enough agree and it is the tests that fall short (none is left, none is passed whole, too many are
failed), further tests. What was drawn before is never dropped, so that drawing more cannot outvote
what speaks against the leading group: a wrong program would have to pass the tests drawn since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from evol.domains._rules import Case as Row
from evol.domains._rules import Questions
from evol.domains.code import trying
from evol.domains.code.cases import Case, join
from evol.domains.code.judging import UNKNOWN, Ballot, Ruling, Thresholds, rule, weak_suite
from evol.domains.code.replies import Solution, nothing_left, read_solutions
from evol.domains.code.settings import Settings
from evol.domains.code.suites import TestSuites, read_suites
from evol.domains.code.trying import Tried
from evol.types import ChatReply, Json, Verdict

ANSWER: Final = "prompts/answer.md"
TESTS: Final = "prompts/tests.md"
Run: TypeAlias = tuple[Verdict, tuple[bool, ...]]


@dataclass(slots=True)
class Poll:
    """What was drawn for a row so far: `replies` with solutions, and `written` suites of tests."""

    row: Row
    questions: Questions
    settings: Settings
    replies: list[ChatReply]
    written: list[ChatReply] = field(default_factory=list)
    tests: TestSuites = field(default_factory=TestSuites)
    solutions: list[Solution] = field(default_factory=list)
    _runs: dict[tuple[str, str, int], Run] = field(default_factory=dict)
    _stubs: dict[str, str | None] = field(default_factory=dict)

    async def held(self) -> Ruling:
        """Draw until something convinces or no more may be drawn; the ruling's solutions index `usable`."""
        if not self.written:
            await self._asked_for_tests()
        while True:
            ruling = await self._ruling()
            asks = {"solutions": self.asked_for_solutions, "tests": self._asked_for_tests}
            if not ruling.wants or not await asks[ruling.wants]():
                return ruling

    @property
    def usable(self) -> list[Solution]:
        """The solutions that can be run."""
        return [solution for solution in self.solutions if solution.defect is None]

    async def asked_for_solutions(self) -> bool:
        """Ask for further solutions; False where no more may be drawn."""
        asked = len(self.replies)
        more = range(asked, min(asked + self.settings.solutions, self.settings.max_solutions))
        self.replies += await self.questions.answers(self.row, ANSWER, more)
        return bool(more)

    async def _asked_for_tests(self) -> bool:
        """Ask for suites; False where no more may be drawn."""
        asked = len(self.written)
        more = range(asked, min(asked + self.settings.tests, self.settings.max_tests))
        self.written += await self.questions.answers(self.row, TESTS, more, "tests")
        self.tests = await self.row.inquiry.verify(read_suites, plain(self.written))
        return bool(more)

    async def _ruling(self) -> Ruling:
        names = self.tests.names
        self.solutions = await self.row.inquiry.verify(read_solutions, plain(self.replies), names)
        if self.tests.cases and self.usable:
            self.tests = await self._strong_suites(self.usable[0])
        if not self.tests.cases or not self.usable:
            nothing = nothing_left(self.tests.defects or self._defects())
            return Ruling(nothing, wants="tests" if self.usable else "solutions")
        sources = dict.fromkeys(solution.source for solution in self.usable)
        runs = dict(zip(sources, await asyncio.gather(*map(self._tried, sources)), strict=True))
        set_aside = [defect.reason for defect in (*self._defects(), *self.tests.defects)]
        tried = [runs[solution.source] for solution in self.usable]
        ballot = Ballot(tried, self.tests.cases, self.tests.suites, self.tests.names, tuple(set_aside))
        return rule(ballot, self._thresholds())

    def _defects(self) -> list[Verdict]:
        return [solution.defect for solution in self.solutions if solution.defect is not None]

    def _thresholds(self) -> Thresholds:
        settings = self.settings
        quorum = min(settings.quorum, settings.solutions)
        return Thresholds(quorum, settings.agreement, settings.lead, settings.tests_agreement)

    async def _tried(self, source: str) -> Tried:
        """Run a program on all cases together; where that fails by suites, and where these fail by cases."""
        numbers = list(dict.fromkeys(self.tests.suites))
        verdict, passes = await self._run(source, self.tests.cases, by_cases=len(numbers) == 1)
        if len(numbers) > 1 and not verdict.accepted:
            parts = (self._run(source, self.tests.of(number), by_cases=True) for number in numbers)
            passes = tuple(passed for _, part in await asyncio.gather(*parts) for passed in part)
        return Tried(passes, verdict)

    async def _run(self, source: str, cases: Sequence[Case], *, by_cases: bool) -> Run:
        """Return the verdict on cases that are run together, and which of them pass; remember both."""
        suite = join(cases)
        # Two suites that are alike make the same script as one of them, with half as many cases.
        key = source, str(suite), len(cases)
        if key not in self._runs:
            verdict = await self.row.inquiry.verify(trying.try_program, source, suite)
            passes: Sequence[bool] = [verdict.accepted] * len(cases)
            if by_cases and len(cases) > 1 and not verdict.accepted and verdict.reason not in UNKNOWN:
                alone = [case.tests for case in cases]
                passes = await self.row.inquiry.verify(trying.try_cases, source, alone)
            self._runs[key] = verdict, tuple(passes)
        return self._runs[key]

    async def _strong_suites(self, solution: Solution) -> TestSuites:
        """Return the suites without those that a program which does nothing passes: they have no vote."""
        numbers = sorted(set(self.tests.suites))
        suites = [join(self.tests.of(number)) for number in numbers]
        passing = await asyncio.gather(*(self._stub(solution.source, suite) for suite in suites))
        weak = [number for number, stub in zip(numbers, passing, strict=True) if stub is not None]
        return self.tests.without(weak, weak_suite(next(filter(None, passing)))) if weak else self.tests

    async def _stub(self, source: str, suite: Json) -> str | None:
        key = str(suite)
        if key not in self._stubs:
            self._stubs[key] = await self.row.inquiry.verify(trying.passing_stub, source, suite)
        return self._stubs[key]


def plain(replies: Sequence[ChatReply]) -> list[tuple[str, str]]:
    """Return replies as text and finish reason."""
    return [(reply.text, reply.finish_reason) for reply in replies]
