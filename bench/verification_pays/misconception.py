"""A teacher with a misconception: in a share of the problems it takes "younger" for "older".

It is the procedural teacher of the math pack, free of errors but for two. The misconception belongs
to the row: every solution drawn for it adds where it should subtract, and the arithmetic that follows
is consistent. Slips belong to the reply. A program is written from the statement anew and falls for
the misconception too, but less often and each program by itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Final

from evol.domains.math.procedural import MathTeacher, mistakes
from evol.domains.math.procedural.arithmetic import unmarked
from evol.domains.math.procedural.solutions import written
from evol.domains.math.procedural.story import Story, story_of
from evol.protocols import PackContext
from evol.types import ChatReply, ChatRequest, Sample, content_key

CLAIM: Final = re.compile(r"(\d+) ([-+]) (\d+) = (\d+)")
MINUS: Final = re.compile(r"(?<=\w)-(?=\w)")


def misread(lines: tuple[str, ...]) -> tuple[list[str], int]:
    """Return solution lines with each difference made a sum and what follows recalculated, and the result."""
    became: dict[str, str] = {}
    result = 0

    def again(claim: re.Match[str]) -> str:
        nonlocal result
        left, _, right, old = claim.groups()
        left, right = became.get(left, left), became.get(right, right)
        result = int(left) + int(right)
        became[old] = str(result)
        return f"{left} + {right} = {result}"

    return [CLAIM.sub(again, unmarked(line)) for line in lines], result


class Misconceived:
    """Answers like the procedural teacher, with a misconception and slips.

    `share` of the evolved problems with a difference are misread in all their solutions, a program about
    such a problem with probability `in_programs`, and `slips` of the other replies slip.
    """

    def __init__(
        self, context: PackContext, *, share: float, in_programs: float, slips: float, seed: int
    ) -> None:
        self._right = MathTeacher(context, seed=seed)
        self._share, self._in_programs, self._slips = share, in_programs, slips
        self._identity = f"misconceived:{context.domain}:{share:g}:{in_programs:g}:{slips:g}:seed={seed}"

    @property
    def identity(self) -> str:
        """The teacher with all that decides its replies."""
        return self._identity

    async def preflight(self) -> None:
        """Do nothing: there is nothing that could be missing."""

    async def aclose(self) -> None:
        """Do nothing: there is nothing to release."""

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the right reply, or the misread or slipped one where the draw says so."""
        reply = await self._right.reply(request)
        story = story_of(request.about) if request.about is not None else None
        if story is None or request.about is None or request.purpose not in ("answer", "program"):
            return reply
        rng = Random(request.key(self._identity))
        if request.purpose == "program":
            misreads = self._misreads(request.about, story) and rng.random() < self._in_programs
            return replace(reply, text=MINUS.sub("+", reply.text)) if misreads else reply
        if self._misreads(request.about, story):
            lines, value = misread(story.marked())
            return replace(reply, text=written(lines, Fraction(value), story.last, rng))
        if rng.random() < self._slips:
            slipped, wrong = mistakes.slipped(story.marked(), story.last.number, rng)
            return replace(reply, text=written(slipped, wrong, story.last, rng))
        return reply

    def _misreads(self, row: Sample, story: Story) -> bool:
        lines = " ".join(unmarked(line) for line in story.marked())
        of_row = Random(content_key([self._identity, row.instruction]))
        reads = row.generation > 0 and " - " in lines and not re.search(r"[*/]", lines)
        return reads and of_row.random() < self._share
