"""Keeps an exercise whose tables stand and on which independent queries return the same rows."""

from __future__ import annotations

from evol.protocols import Inquiry, Judgement, PackContext
from evol.types import ChatRequest, Message, Sample

from .verifiers import check_exercise, check_queries, sql_of


class SqlEliminator:
    def __init__(self, context: PackContext) -> None:
        self._context = context
        self._solutions = int(str(context.settings["solutions"]))

    async def judge(self, candidate: Sample, parent: Sample | None, inquiry: Inquiry) -> Judgement:
        before = parent.instruction if parent else None
        exercise = await inquiry.verify(check_exercise, candidate.instruction, before)
        if not exercise.accepted:
            return Judgement(candidate, (exercise,))
        prompt = self._context.prompts.render("prompts/answer.md", instruction=candidate.instruction)
        replies = []
        for draw in range(self._solutions):
            request = ChatRequest(
                (Message("user", prompt),), self._context.sampling, sample=draw, about=candidate
            )
            replies.append((await inquiry.ask(request)).text)
        queries = await inquiry.verify(check_queries, candidate.instruction, replies, candidate.answer)
        answer = candidate.answer or (sql_of(replies[0]) if queries.accepted else None)
        return Judgement(candidate.with_(response=replies[0], answer=answer), (exercise, queries))
