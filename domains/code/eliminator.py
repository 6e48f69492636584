"""Decides which programming tasks may live: by words, by running programs, by tests that mean something.

From cheap to dear. The words of the task cost nothing: is it sound, does it ask for Python, does it
stay inside a sandbox. A judge of Equal or Not Equal is asked only where the parent has no program
that could show the difference. Then solutions are asked for, and apart from them suites of tests
that see no solution; every solution is run on every test, and the largest group that agrees is
believed if it is large enough (`poll`). Its tests must not be passed by the parent's own program (the
evolution changed nothing), its first solution must pass them each time, and they must refuse
programs that do nothing and most versions of the solution with one thing wrong.

A seed that brings tests is judged by these, and asks for nothing if it brings a program as well.
Programs run in the engine's workers, each with a sandbox of its own: see `trying`. The wall is
probed when the eliminator is built, so that a machine without one is refused before a run begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from evol.domains._rules import Case as Row
from evol.domains._rules import Check, Questions, instruction_verdict, is_depth, run_checks
from evol.domains.code import trying
from evol.domains.code.cases import join
from evol.domains.code.compiled import other_language_verdict
from evol.domains.code.elsewhere import Settled, results_elsewhere, settled
from evol.domains.code.feasible import language_asked, short_enough, stays_inside
from evol.domains.code.judging import elsewhere_verdict, steady_verdict, strength_verdict
from evol.domains.code.poll import ANSWER, Poll, plain
from evol.domains.code.replies import (
    Solution,
    block_in,
    no_code,
    nothing_left,
    other_language,
    own_program,
    read_solutions,
)
from evol.domains.code.settings import Settings
from evol.protocols import Inquiry, Judgement, PackContext
from evol.types import ChatReply, Json, Outcome, Sample, Verdict

JUDGE: Final = "prompts/judge_equal.md"
MISLEADING: Final = "misleading-code"
BEHAVIOUR: Final = "behaviour"


class CodeEliminator:
    """Judges a row of the code domain; see this module's docstring for the order of checks."""

    def __init__(self, context: PackContext) -> None:
        self._settings = Settings.read(context.settings)
        self._questions = Questions(context)
        self._checks: tuple[Check, ...] = (
            self._words,
            self._gain,
            self._programs,
            self._behaviour,
            self._runs,
        )
        trying.probe()

    async def judge(self, candidate: Sample, parent: Sample | None, inquiry: Inquiry) -> Judgement:
        """Judge an evolved row against its parent, or a seed by the tests it brings.

        A kept row carries the reply as its response, the program as its answer, and its tests.
        """
        return await run_checks(Row(candidate, parent, inquiry), self._checks)

    async def _words(self, row: Row) -> Iterable[Verdict]:
        instruction = row.sample.instruction
        if not (length := short_enough(instruction)).accepted:
            return [length]
        parent = row.parent.instruction if row.parent else None
        inside = stays_inside(instruction)
        if not inside.accepted and self._settings.outside == "mark":
            inside = replace(inside, outcome=Outcome.ACCEPT)
        return [instruction_verdict(instruction, parent), inside]

    async def _gain(self, row: Row) -> Iterable[Verdict]:
        """Ask a judge, where no program of the parent's can show whether anything changed."""
        if not is_depth(row) or (row.parent is not None and row.parent.answer is not None):
            return []
        return [await self._questions.judged_equal(row, JUDGE, self._settings.judgements)]

    async def _programs(self, row: Row) -> Iterable[Verdict]:
        """Find a program and tests for the row: its own, or those of which agreement convinces."""
        sample = row.sample
        language = language_asked(sample.instruction)
        if language is None and row.parent is None and sample.tests is not None and sample.response:
            own = own_program(sample.response)
            row.sample = sample.with_(answer=own)
            return [] if own.strip() else [no_code()]
        replies = await self._questions.answers(row, ANSWER, range(self._settings.solutions))
        row.sample = sample.with_(response=replies[0].text.strip(), answer=None)
        language = language or other_language([reply.text for reply in replies])
        if language is not None:
            return [await self._compiled(row, language, replies)]
        solutions = await row.inquiry.verify(read_solutions, plain(replies))
        if all(solution.defect is not None for solution in solutions):
            return [nothing_left([s.defect for s in solutions if s.defect is not None])]
        if row.parent is None and sample.tests is not None:
            return await self._given_tests(row, solutions)
        return await self._agreement(row, replies)

    async def _compiled(self, row: Row, language: str, replies: Sequence[ChatReply]) -> Verdict:
        row.sample = row.sample.with_(tests=None)
        sources = [code for reply in replies if (code := block_in(reply.text, language)) is not None]
        keep = self._settings.compiled == "keep"
        return await row.inquiry.verify(other_language_verdict, language, sources, keep=keep)

    async def _given_tests(self, row: Row, solutions: Sequence[Solution]) -> Iterable[Verdict]:
        """Keep the first solution that passes the tests that the row brings."""
        usable = [solution for solution in solutions if solution.defect is None]
        tests, prompt = row.sample.tests, row.sample.instruction
        tries = (row.inquiry.verify(trying.try_program, s.source, tests, prompt) for s in usable)
        verdicts = await asyncio.gather(*tries)
        passing = (at for at, verdict in enumerate(verdicts) if verdict.accepted)
        kept = next(passing, 0)
        row.sample = row.sample.with_(response=usable[kept].text, answer=usable[kept].source)
        return [] if verdicts[kept].accepted else [verdicts[kept]]

    async def _agreement(self, row: Row, replies: list[ChatReply]) -> Iterable[Verdict]:
        """Ask for tests, run every solution on them, and keep what agrees, there and elsewhere."""
        poll = Poll(row, self._questions, self._settings, replies)
        drawn_for_lead = False
        while True:
            ruling = await poll.held()
            if not ruling.verdict.accepted:
                first = poll.usable[ruling.solutions[0]] if poll.usable else poll.solutions[0]
                row.sample = row.sample.with_(response=first.text, answer=first.source)
                return [ruling.verdict]
            agreeing = [poll.usable[number] for number in ruling.solutions]
            cases = [poll.tests.cases[number] for number in ruling.kept]
            found = await self._elsewhere(row, agreeing, [case.tests for case in cases])
            narrow = found.lead is not None and found.lead < self._settings.further_lead
            if not (found.kept is None or (narrow and not drawn_for_lead)):
                break
            drawn_for_lead = True
            if not await poll.asked_for_solutions():
                break
        kept = agreeing[found.kept or 0]
        row.sample = row.sample.with_(response=kept.text, answer=kept.source, tests=join(cases))
        return [ruling.verdict, *elsewhere_verdict(found, agreeing)]

    async def _elsewhere(self, row: Row, agreeing: Sequence[Solution], cases: Sequence[Json]) -> Settled:
        """Compare the programs that agree where no test looks."""
        sources = list(dict.fromkeys(solution.source for solution in agreeing))
        if len(sources) == 1:
            return Settled(0, len(agreeing), 0)
        instruction = row.sample.instruction
        ask = row.inquiry.verify
        tries = (ask(results_elsewhere, source, cases, instruction, sources) for source in sources)
        by_source = dict(zip(sources, await asyncio.gather(*tries), strict=True))
        results = [by_source[solution.source] for solution in agreeing]
        return settled(results, self._settings.further_agreement)

    async def _behaviour(self, row: Row) -> Iterable[Verdict]:
        """Run what must not pass the kept tests: the parent's program, or the faulty code shown."""
        sample, parent = row.sample, row.parent
        if parent is None or sample.tests is None:
            return []
        if sample.operation == MISLEADING:
            return [await self._misleads(row)]
        if parent.answer is None:
            return []
        tests: Json = sample.tests
        passed = await row.inquiry.verify(
            trying.parent_passes, parent.answer, parent.tests, parent.instruction, tests
        )
        if passed:
            message = "The parent's program passes the tests already: the evolution changed nothing."
            return [Verdict.reject(BEHAVIOUR, "unchanged_behaviour", message)]
        message = "The parent's program does not pass the tests."
        return [Verdict.accept(BEHAVIOUR, "behaviour_changed", message)]

    async def _misleads(self, row: Row) -> Verdict:
        """Judge whether the code that the task calls faulty is; what to write stays as it was."""
        shown = block_in(row.sample.instruction, "python")
        if shown is None:
            message = "The task shows no code that could mislead."
            return Verdict.reject(BEHAVIOUR, "not_misleading", message)
        found = await row.inquiry.verify(trying.try_program, shown, row.sample.tests)
        if found.accepted:
            message = "The code that is shown as faulty passes the tests."
            return Verdict.reject(BEHAVIOUR, "not_misleading", message)
        message = "The code that is shown as faulty fails the tests."
        return Verdict.accept(BEHAVIOUR, "misleading", message, fails_by=found.reason)

    async def _runs(self, row: Row) -> Iterable[Verdict]:
        """Run the kept program on the kept tests, again and again, and then programs that must fail them."""
        sample = row.sample
        if sample.answer is None or sample.tests is None:
            return []
        verdicts = await row.inquiry.verify(
            trying.try_again, sample.answer, sample.tests, sample.instruction, self._settings.repeats
        )
        steady = steady_verdict(verdicts)
        row.sample = sample.with_(meta={**sample.meta, "sandbox_level": steady.evidence.get("level")})
        if not steady.accepted:
            return [steady]
        return [steady, await self._strength(row, sample.answer, float(str(steady.evidence["wall_s"])))]

    async def _strength(self, row: Row, source: str, right_s: float) -> Verdict:
        """Try the kept tests on stubs and mutants of the kept program, which took `right_s` seconds.

        An evolved row's suites were tried on stubs before they were believed.
        """
        tests, prompt, ask = row.sample.tests, row.sample.instruction, row.inquiry.verify
        stubs, mutants = await ask(trying.wrong_versions, source, tests, prompt, self._settings.mutants)
        programs = [*stubs, *mutants] if row.parent is None else mutants
        lots = [programs[at : at + trying.AT_ONCE] for at in range(0, len(programs), trying.AT_ONCE)]
        tries = (ask(trying.try_mutants, lot, tests, prompt, right_s) for lot in lots)
        outcomes = [outcome for lot in await asyncio.gather(*tries) for outcome in lot]
        hollow = outcomes[: len(programs) - len(mutants)]
        wrong = outcomes[len(hollow) :]
        return strength_verdict(hollow, [mutant.change for mutant in mutants], wrong, self._settings.killed)
