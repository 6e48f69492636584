"""Decides which rows may live: cheap checks of the text first, then what the teacher's answers say."""

from __future__ import annotations

from evol.protocols import Inquiry, Judgement, PackContext
from evol.types import ChatRequest, Message, Sample, Verdict

from .verifiers import check_agreement, check_text, final_answer


class ListEliminator:
    """Asks for `solutions` independent solutions and keeps the row where they agree."""

    def __init__(self, context: PackContext) -> None:
        self._context = context
        self._solutions = int(str(context.settings["solutions"]))

    async def judge(self, candidate: Sample, parent: Sample | None, inquiry: Inquiry) -> Judgement:
        """Judge one row; a seed has no parent and may bring an answer."""
        instruction = candidate.instruction
        text = await inquiry.verify(check_text, instruction, parent.instruction if parent else None)
        if not text.accepted:
            return Judgement(candidate, (text,))
        replies = [await self._solve(candidate, draw, inquiry) for draw in range(self._solutions)]
        agreement: Verdict = await inquiry.verify(check_agreement, replies, candidate.answer)
        if not agreement.accepted:
            return Judgement(candidate.with_(response=replies[0]), (text, agreement))
        answer = candidate.answer or final_answer(replies[0])
        return Judgement(candidate.with_(response=replies[0], answer=answer), (text, agreement))

    async def _solve(self, candidate: Sample, draw: int, inquiry: Inquiry) -> str:
        prompt = self._context.prompts.render("prompts/answer.md", instruction=candidate.instruction)
        request = ChatRequest(
            (Message("user", prompt),),
            self._context.sampling,
            sample=draw,
            purpose="answer",
            about=candidate,
        )
        return (await inquiry.ask(request)).text
