"""A teacher without a model: it wraps the known query in another, and the question likewise."""

from __future__ import annotations

import random

from evol.protocols import PackContext
from evol.types import ChatReply, ChatRequest, content_key

WRAPS = {
    "Of these, give only the first two rows.": "SELECT * FROM ({query}) LIMIT 2",
    "Instead of the rows, give how many there are.": "SELECT count(*) FROM ({query})",
    "Leave out the first row.": "SELECT * FROM ({query}) LIMIT -1 OFFSET 1",
}


class SqlTeacher:
    def __init__(self, context: PackContext, *, error: float = 0.0, seed: int = 0) -> None:
        self._error, self._seed = error, seed
        self.identity = f"procedural:{context.domain}:error={error}:seed={seed}"

    async def reply(self, request: ChatRequest) -> ChatReply:
        dice = random.Random(content_key([self._seed, request.key(self.identity)]))
        row = request.about
        if row is None:
            return ChatReply("")
        query = str(row.truth.get("query") or row.answer)
        if request.purpose == "evolve":
            text, wrap = dice.choice(list(WRAPS.items()))
            truth = {"query": wrap.format(query=query)}
            return ChatReply(f"<evolved>{row.instruction}\n{text}</evolved>", truth={**truth})
        if dice.random() < self._error:
            query = f"SELECT * FROM ({query}) LIMIT 0"
        return ChatReply(f"```sql\n{query}\n```")

    async def preflight(self) -> None: ...

    async def aclose(self) -> None: ...
