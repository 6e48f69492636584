"""Decides which general rows may live: by words, by a judge of gain, and by what the reply was asked to be.

The order is from cheap to dear. The instruction's words cost no call. The judge of Equal or Not
Equal costs one (a brand new instruction, too, must not be its parent in other words). Then the
instruction is answered, and the answer held to the text rules and to every constraint in the
instruction that a program can check. A judge with a rubric, if one is wanted, comes last and can
only take away: nothing that a program rejected ever reaches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from evol.domains._rules import Case, Check, Questions, instruction_verdict, run_checks
from evol.domains.general.judging import judge_response
from evol.domains.general.rubric import Rubric
from evol.errors import PackError, nearest
from evol.protocols import Inquiry, Judgement, PackContext
from evol.types import Json, Sample, Verdict
from evol.verifiers.text import personal_data

ANSWER: Final = "prompts/answer.md"
JUDGE: Final = "prompts/judge_equal.md"


@dataclass(frozen=True, slots=True)
class Settings:
    """The pack's `[settings]`; `checkable` is read by the prompt of add-constraints."""

    tries: int = 2
    judgements: int = 2
    judge_floor: int = 3
    checkable: bool = True
    judge: bool = False
    difficulty: bool = False

    @classmethod
    def read(cls, table: Mapping[str, Json]) -> Settings:
        """Check a table of settings; raises PackError naming the key."""
        known = {field.name: field.default for field in fields(cls)}
        for name, value in table.items():
            if name not in known:
                raise PackError(f"[settings] has an unknown key {name!r}.{nearest(name, known)}")
            if isinstance(known[name], bool):
                if not isinstance(value, bool):
                    raise PackError(f"[settings] {name} must be true or false, not {value!r}.")
            elif not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise PackError(f"[settings] {name} must be a whole number of 1 or more, not {value!r}.")
        return cls(**table)  # type: ignore[arg-type]


class GeneralEliminator:
    """Judges a row of the general domain; see this module's docstring for the order of checks."""

    def __init__(self, context: PackContext) -> None:
        self._settings = settings = Settings.read(context.settings)
        self._questions = Questions(context)
        self._rubric = Rubric(context, settings.judge_floor)
        checks: list[Check] = [self._words, self._gain]
        if settings.difficulty:
            checks.append(self._rubric.difficulty)
        checks.append(self._response)
        if settings.judge:
            checks.append(self._rubric.quality)
        self._checks = tuple(checks)

    async def judge(self, candidate: Sample, parent: Sample | None, inquiry: Inquiry) -> Judgement:
        """Judge a row; a seed that brings a response is judged with that one and asks for none."""
        return await run_checks(Case(candidate, parent, inquiry), self._checks)

    async def _words(self, case: Case) -> Iterable[Verdict]:
        instruction, parent = case.sample.instruction, case.parent
        words = instruction_verdict(instruction, parent.instruction if parent else None)
        if parent is None:
            return [words]
        return [words, personal_data(instruction, parent.instruction)]

    async def _gain(self, case: Case) -> Iterable[Verdict]:
        if case.parent is None:
            return []
        return [await self._questions.judged_equal(case, JUDGE, self._settings.judgements)]

    async def _response(self, case: Case) -> Iterable[Verdict]:
        row = case.sample
        if row.response:
            return await case.inquiry.verify(judge_response, row.instruction, row.response)
        verdicts: list[Verdict] = []
        for sample in range(self._settings.tries):
            [reply] = await self._questions.answers(case, ANSWER, range(sample, sample + 1))
            verdicts = await case.inquiry.verify(
                judge_response, row.instruction, reply.text, reply.finish_reason
            )
            case.sample = row.with_(response=reply.text.strip())
            if verdicts[-1].accepted:
                break
        return verdicts
