"""Decides which mathematics rows may live: by words, by a judge, by agreement, steps and golds.

The order is from cheap to dear. What the words show costs no call; the judge of Equal or Not Equal
costs one, and only for revisions of a parent; then solutions are drawn, all at once, and judged
together in a worker process. Where they leave it open, another batch is drawn. The first solution
of the agreed answer that is complete and whose steps hold is the one that is kept. Last, where no
answer was known beforehand, programs must come to the agreed answer too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from evol.domains._rules import Case, Check, Questions, instruction_verdict, is_depth, run_checks
from evol.domains.math.judging import Ruling, Thresholds, judge_solutions, own_answer
from evol.domains.math.programs import Attempt, judge_programs
from evol.domains.math.well_posed import one_question, short_enough
from evol.errors import PackError, nearest
from evol.protocols import Inquiry, Judgement, PackContext
from evol.types import ChatReply, Json, Sample, Verdict

ANSWER: Final = "prompts/answer.md"
JUDGE: Final = "prompts/judge_equal.md"
PROGRAM: Final = "prompts/program.md"

# Programs that one task of a worker may have to run before the worker's time is up.
PROGRAMS_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Settings:
    """The pack's `[settings]`: how much evidence is drawn, and what it must show."""

    solutions: int = 4
    max_solutions: int = 12
    judgements: int = 4
    quorum: int = 2
    programs: int = 10
    program_lead: int = 2
    agreement: float = 0.6
    runner_up: float = 0.2

    @classmethod
    def read(cls, table: Mapping[str, Json]) -> Settings:
        """Check a table of settings; raises PackError naming the key."""
        known = {field.name: field.default for field in fields(cls)}
        for name, value in table.items():
            if name not in known:
                raise PackError(f"[settings] has an unknown key {name!r}.{nearest(name, known)}")
            whole = isinstance(known[name], int)
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
                kind = "a whole number" if whole else "a number"
                raise PackError(f"[settings] {name} must be {kind}, not {value!r}.")
            least = 1 if whole and name != "programs" else 0
            if value < least or (not whole and value > 1):
                bounds = f"{least} or more" if whole else "0 to 1"
                raise PackError(f"[settings] {name} must be {bounds}, not {value}.")
        return cls(**table)  # type: ignore[arg-type]


class MathEliminator:
    """Judges a row of the math domain; see this module's docstring for the order of checks."""

    def __init__(self, context: PackContext) -> None:
        self._settings = Settings.read(context.settings)
        self._questions = Questions(context)
        self._checks: tuple[Check, ...] = (self._words, self._own_answer, self._gain, self._solutions)

    async def judge(self, candidate: Sample, parent: Sample | None, inquiry: Inquiry) -> Judgement:
        """Judge an evolved row against its parent, or a seed against the answer it brings."""
        return await run_checks(Case(candidate, parent, inquiry), self._checks)

    async def _words(self, case: Case) -> Iterable[Verdict]:
        instruction = case.sample.instruction
        if not (length := short_enough(instruction)).accepted:
            return [length]
        parent = case.parent.instruction if case.parent else None
        return [instruction_verdict(instruction, parent), one_question(instruction)]

    async def _own_answer(self, case: Case) -> Iterable[Verdict]:
        row = case.sample
        if not row.response or row.answer is None:
            return []
        return [await case.inquiry.verify(own_answer, row.response, row.answer)]

    async def _gain(self, case: Case) -> Iterable[Verdict]:
        if not is_depth(case):
            return []
        return [await self._questions.judged_equal(case, JUDGE, self._settings.judgements)]

    async def _solutions(self, case: Case) -> Iterable[Verdict]:
        settings = self._settings
        replies: list[ChatReply] = []
        while True:
            batch = range(len(replies), min(len(replies) + settings.solutions, settings.max_solutions))
            replies += await self._questions.answers(case, ANSWER, batch)
            ruling = await self._rule(case, replies)
            if not ruling.is_open or len(replies) >= settings.max_solutions:
                break
        known = case.sample.answer
        case.sample = case.sample.with_(response=ruling.response, answer=ruling.answer)
        kept = all(verdict.accepted for verdict in ruling.verdicts)
        if settings.programs and known is None and kept and ruling.answer is not None:
            return [*ruling.verdicts, await self._programs(case, ruling.answer)]
        return ruling.verdicts

    async def _programs(self, case: Case, agreed: str) -> Verdict:
        """Return what programs come to, drawn until an answer is far enough ahead or no more may be drawn."""
        most = self._settings.programs
        lead = min(self._settings.program_lead, most)
        attempts: tuple[Attempt, ...] = ()
        ahead = 0
        while True:
            missing = min(lead - ahead, PROGRAMS_AT_ONCE, most - len(attempts))
            batch = range(len(attempts), len(attempts) + missing)
            replies = await self._questions.answers(case, PROGRAM, batch, "program")
            said = [(reply.text, reply.finish_reason) for reply in replies]
            trial = await case.inquiry.verify(judge_programs, attempts, said, agreed, lead)
            attempts, ahead = trial.attempts, trial.ahead
            if ahead >= lead or len(attempts) >= most:
                return trial.verdict

    async def _rule(self, case: Case, replies: list[ChatReply]) -> Ruling:
        settings, row = self._settings, case.sample
        quorum = min(settings.quorum, settings.max_solutions)
        return await case.inquiry.verify(
            judge_solutions,
            row.instruction,
            [(reply.text, reply.finish_reason) for reply in replies],
            row.answer,
            Thresholds(settings.agreement, settings.runner_up, quorum),
        )
