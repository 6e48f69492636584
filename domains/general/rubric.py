"""What an optional judge is asked: how good an answer is, and how hard an instruction.

A judge's slips follow the order of what it is shown, so each answer is scored twice: instruction
first with the criteria in one order, answer first with them in the other. Both must reach the
floor on every criterion. Where they contradict each other the row is undecided. Difficulty is
scored as in Deita (arXiv 2312.15685): the variants of a lineage together, in one prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evol.domains._rules import Case, is_depth
from evol.protocols import PackContext
from evol.types import ChatRequest, Json, Message, Verdict

RUBRIC: Final = "prompts/judge_rubric.md"
DIFFICULTY: Final = "prompts/judge_difficulty.md"
CRITERIA: Final = (
    ("follows", "does it do everything that the instruction demands, and nothing that it rules out?"),
    ("correct", "is what it says true, and does its reasoning hold?"),
    ("complete", "does it treat the matter as far as the instruction goes, without padding?"),
    ("clear", "can the person who asked use it as it stands?"),
)
BEST, HARDEST = 5, 10
SCORE: Final = re.compile(
    r"^\W*\[?(?P<name>\w+)\]?\W*(?:score\W*)?(?P<score>\d{1,2})(?:\s*/\s*\d+)?\W*$", re.IGNORECASE
)


def read_scores(reply: str, names: Sequence[str], highest: int) -> dict[str, int] | None:
    """Return each name's score, or None unless each has exactly one from 1 to `highest`."""
    scores: dict[str, int] = {}
    for line in reply.splitlines():
        found = SCORE.match(line)
        if found is None:
            continue
        name, score = found["name"].lower(), int(found["score"])
        if name not in names or name in scores or not 1 <= score <= highest:
            return None
        scores[name] = score
    return scores if len(scores) == len(names) else None


@dataclass(frozen=True, slots=True)
class Rubric:
    """Asks the teacher as a judge; `floor` is the least score that a criterion must reach."""

    context: PackContext
    floor: int

    async def quality(self, case: Case) -> Iterable[Verdict]:
        """Score the answer in both orders; a criterion under the floor in both rejects the row."""
        scored = [await self._scored(case, answer_first) for answer_first in (False, True)]
        shown: list[Json] = [None if s is None else {**s} for s in scored]
        if any(s is None for s in scored):
            message = "A judge gave no readable scores."
            return [Verdict.undecided("rubric", "judge_unreadable", message, scores=shown)]
        weak = [{name for name, score in (s or {}).items() if score < self.floor} for s in scored]
        if not any(weak):
            message = f"A judge gives every criterion {self.floor} or more, in both orders."
            return [Verdict.accept("rubric", "judged_sound", message, scores=shown)]
        both: list[Json] = [*sorted(weak[0] & weak[1])]
        if both:
            message = f"A judge finds the answer weak in both orders: {', '.join(map(str, both))}."
            return [Verdict.reject("rubric", "poor_answer", message, scores=shown, weak=both)]
        message = "A judge's scores depend on the order in which it was shown the row."
        return [Verdict.undecided("rubric", "judge_inconsistent", message, scores=shown)]

    async def difficulty(self, case: Case) -> Iterable[Verdict]:
        """Score a row and its parent together; the scores are evidence and decide nothing."""
        variants = [case.sample.instruction]
        if case.parent is not None and is_depth(case):
            variants.insert(0, case.parent.instruction)
        reply = await self._ask(case, "difficulty", DIFFICULTY, variants=variants)
        names = [str(number) for number in range(1, len(variants) + 1)]
        scores = read_scores(reply, names, HARDEST) or {}
        evidence: dict[str, Json] = {"difficulty": scores.get(names[-1])}
        if len(variants) > 1:
            evidence["parent_difficulty"] = scores.get("1")
        message = "A judge scored how hard the row is." if scores else "A judge gave no readable scores."
        reason = "difficulty_scored" if scores else "difficulty_unreadable"
        return [Verdict.accept("difficulty", reason, message, **evidence)]

    async def _scored(self, case: Case, answer_first: bool) -> dict[str, int] | None:
        criteria = CRITERIA[::-1] if answer_first else CRITERIA
        reply = await self._ask(
            case,
            "rubric",
            RUBRIC,
            criteria=criteria,
            answer_first=answer_first,
            instruction=case.sample.instruction,
            response=case.sample.response,
        )
        return read_scores(reply, [name for name, _ in criteria], BEST)

    async def _ask(self, case: Case, purpose: str, template: str, **variables: object) -> str:
        prompt = self.context.prompts.render(template, **variables)
        request = ChatRequest(
            (Message("user", prompt),), self.context.sampling, purpose=purpose, about=case.sample
        )
        return (await case.inquiry.ask(request)).text
