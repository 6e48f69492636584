"""An eliminator for packs without Python: it judges by words, and by a judge where there is one.

A pack names it as `eliminator = "evol.domains.stock:TextEliminator"`. What it cannot see is
whether an answer is right; a domain in which a program can tell deserves an eliminator of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from evol.domains._rules import (
    Case,
    Check,
    Questions,
    instruction_verdict,
    is_depth,
    reply_verdict,
    run_checks,
)
from evol.errors import PackError
from evol.protocols import Inquiry, Judgement, PackContext
from evol.types import Json, Sample, Verdict
from evol.verifiers.text import answer_in_instruction

SETTINGS: Final = ("answer", "judge", "tries")


class TextEliminator:
    """Judges a row by the shared text rules; keeps the first reply that passes them.

    Settings of the pack: `answer`, the template that asks for a response (given `instruction`);
    `judge`, the template that asks Equal or Not Equal (given `first`, `second`), without which
    only the words are compared; `tries`, how many replies are drawn at most (2).
    """

    def __init__(self, context: PackContext) -> None:
        if unknown := sorted(set(context.settings) - set(SETTINGS)):
            raise PackError(
                f"[settings] has {unknown[0]!r}, which TextEliminator does not know; "
                f"it knows {', '.join(SETTINGS)}."
            )
        self._questions = Questions(context)
        self._answer = _template(context, "answer")
        self._judge = _template(context, "judge") if "judge" in context.settings else None
        self._tries = _count(context.settings.get("tries", 2))
        self._checks: tuple[Check, ...] = (self._words, self._gain, self._reply)

    async def judge(self, candidate: Sample, parent: Sample | None, inquiry: Inquiry) -> Judgement:
        """Judge a row; a seed that brings a response is judged with that one and asks for none."""
        return await run_checks(Case(candidate, parent, inquiry), self._checks)

    async def _words(self, case: Case) -> Iterable[Verdict]:
        parent = case.parent.instruction if case.parent else None
        return [instruction_verdict(case.sample.instruction, parent)]

    async def _gain(self, case: Case) -> Iterable[Verdict]:
        if self._judge is None or not is_depth(case):
            return []
        return [await self._questions.judged_equal(case, self._judge)]

    async def _reply(self, case: Case) -> Iterable[Verdict]:
        if case.sample.response:
            return [_judged(case.sample.instruction, case.sample.response)]
        verdict = None
        for sample in range(self._tries):
            [reply] = await self._questions.answers(case, self._answer, range(sample, sample + 1))
            verdict = _judged(case.sample.instruction, reply.text, reply.finish_reason)
            case.sample = case.sample.with_(response=reply.text.strip())
            if verdict.accepted:
                break
        return [verdict] if verdict else []


def _judged(instruction: str, response: str, finish_reason: str = "stop") -> Verdict:
    verdict = reply_verdict(response, finish_reason)
    copied = answer_in_instruction(instruction, response=response)
    return verdict if copied.accepted or not verdict.accepted else copied


def _template(context: PackContext, setting: str) -> str:
    value = context.settings.get(setting)
    if not isinstance(value, str):
        raise PackError(
            f'[settings] must give {setting} as a template\'s path, as in "prompts/{setting}.md".'
        )
    return value


def _count(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PackError(f"[settings] must give tries as a whole number of 1 or more, not {value!r}.")
    return value
